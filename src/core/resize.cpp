#include "core/resize.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "core/resize_math.hpp"
#include "core/resize_two_taps.hpp"
#include "core/reused_picture.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic {

namespace {

__extension__ using Wide = unsigned __int128;

/// Exact division of n by a fixed d, rounded half up, for n <= 255 d.
///
/// With m = ceil(2^64 / d) the product n * m exceeds n * 2^64 / d by n * e / 2^64 quotients, where
/// e = m * d - 2^64 < d; the high word is the true quotient while n * e < 2^64. As n < 256 d, that
/// holds for d <= 2^28, which is every picture of up to 268 million source pixels. Larger divisors
/// are divided.
class RoundingDivider {
 public:
  explicit RoundingDivider(std::uint64_t d)
      : d_(d),
        half_(d / 2),
        magic_(d > 1 && d <= (1ULL << 28) ? std::numeric_limits<std::uint64_t>::max() / d + 1 : 0) {
  }

  [[nodiscard]] u8 operator()(std::uint64_t n) const {
    if (magic_ != 0) {
      return static_cast<u8>(static_cast<std::uint64_t>((Wide{n + half_} * magic_) >> 64));
    }
    return rounded_sample(n, d_);
  }

 private:
  std::uint64_t d_;
  std::uint64_t half_;
  std::uint64_t magic_;
};

void check_side(int side, const char* what) {
  if (side < 1 || side > kMaxResizeSide) {
    throw std::invalid_argument(std::string("resize: ") + what + " of " + std::to_string(side) +
                                " pixels");
  }
}

/// Source pixels have length target/g, target pixels source/g (g their common divisor), so both
/// grids lie on integers and overlaps are integers.
void shrink_taps(std::int64_t source, std::int64_t target, AxisTaps& taps) {
  const std::int64_t g = std::gcd(source, target);
  const std::int64_t source_length = target / g;
  const std::int64_t target_length = source / g;
  for (std::int64_t i = 0; i < target; ++i) {
    const std::int64_t from = i * target_length;
    const std::int64_t to = from + target_length;
    const std::int64_t first = from / source_length;
    taps.first.push_back(static_cast<std::int32_t>(first));
    for (std::int64_t j = first; j * source_length < to; ++j) {
      const std::int64_t overlap =
          std::min(to, (j + 1) * source_length) - std::max(from, j * source_length);
      taps.weight.push_back(static_cast<std::uint32_t>(overlap));
    }
    taps.begin.push_back(static_cast<std::int32_t>(taps.weight.size()));
  }
  taps.total = static_cast<std::uint32_t>(target_length);
}

/// The centre of target pixel i lies at ((2i+1) * source - target) / (2 * target) source pixels
/// from the centre of the first one; beyond the outer centres the edge pixel is repeated.
void enlarge_taps(std::int64_t source, std::int64_t target, AxisTaps& taps) {
  const std::int64_t g = std::gcd(source, target);
  const std::int64_t unit = 2 * (target / g);
  for (std::int64_t i = 0; i < target; ++i) {
    const std::int64_t last = (source - 1) * unit;
    const std::int64_t position =
        std::clamp<std::int64_t>((2 * i + 1) * (source / g) - target / g, 0, last);
    const std::int64_t fraction = position % unit;
    taps.first.push_back(static_cast<std::int32_t>(position / unit));
    taps.weight.push_back(static_cast<std::uint32_t>(unit - fraction));
    if (fraction != 0) taps.weight.push_back(static_cast<std::uint32_t>(fraction));
    taps.begin.push_back(static_cast<std::int32_t>(taps.weight.size()));
  }
  taps.total = static_cast<std::uint32_t>(unit);
}

/// columns[x] (+)= weight * row[x]. Weights that fit 15 bits take the 16-bit multiply that every
/// x86-64 has in vector form.
MOSAIC_ALWAYS_INLINE void add_row_body(const u8* row, std::uint32_t weight, bool is_first,
                                       std::size_t count, std::uint32_t* columns) {
  if (weight < (1U << 15)) {
    const auto w = static_cast<std::int16_t>(weight);
    if (is_first) {
      for (std::size_t x = 0; x < count; ++x) {
        columns[x] = static_cast<std::uint32_t>(static_cast<std::int16_t>(row[x]) * w);
      }
    } else {
      for (std::size_t x = 0; x < count; ++x) {
        columns[x] += static_cast<std::uint32_t>(static_cast<std::int16_t>(row[x]) * w);
      }
    }
    return;
  }
  for (std::size_t x = 0; x < count; ++x) {
    columns[x] = (is_first ? 0U : columns[x]) + row[x] * weight;
  }
}

/// Longest run of taps for which gathering them tap by tap beats a loop per target sample.
constexpr int kFewTaps = 4;

/// sums[x] = sum over t of weights[t * count + x] * columns[first[x] + t], then divided.
MOSAIC_ALWAYS_INLINE void few_taps_body(const std::uint32_t* __restrict columns,
                                        const std::int32_t* __restrict first,
                                        const std::uint32_t* __restrict weights, int taps,
                                        std::size_t count, NarrowDivision division,
                                        std::uint32_t* __restrict sums, u8* __restrict out) {
  if (taps == 2) {
    const std::uint32_t* second = weights + count;
    for (std::size_t x = 0; x < count; ++x) {
      sums[x] = weights[x] * columns[first[x]] + second[x] * columns[first[x] + 1];
    }
  } else {
    for (std::size_t x = 0; x < count; ++x) sums[x] = weights[x] * columns[first[x]];
    for (int t = 1; t < taps; ++t) {
      const std::uint32_t* row = weights + static_cast<std::size_t>(t) * count;
      for (std::size_t x = 0; x < count; ++x) sums[x] += row[x] * columns[first[x] + t];
    }
  }
  for (std::size_t x = 0; x < count; ++x) {
    const std::uint64_t product = std::uint64_t{sums[x] + division.half} * division.factor;
    out[x] = static_cast<u8>(product >> division.shift);
  }
}

void check_resize_crop(const Rect& crop, Size source) {
  if (crop.x < 0 || crop.y < 0 || crop.width > source.width - crop.x ||
      crop.height > source.height - crop.y) {
    throw std::invalid_argument("resize: the crop leaves the picture");
  }
}

/// Resamples planes of equal size, all rows of all planes as one range of work.
void resize_planes(std::span<const Plane* const> source, const Rect& crop,
                   std::span<Plane* const> out, ThreadPool& pool, Isa isa) {
  const Size out_size = out[0]->size;
  if (crop.width == out_size.width && crop.height == out_size.height) {
    for (std::size_t p = 0; p < source.size(); ++p) {
      for (int y = 0; y < crop.height; ++y) {
        std::copy_n(source[p]->row(crop.y + y) + crop.x, crop.width, out[p]->row(y));
      }
    }
    return;
  }
  const RowResampler resampler(Size{crop.width, crop.height}, out_size, 1, isa);
  const auto height = static_cast<std::size_t>(out_size.height);
  constexpr std::size_t kRowsPerChunk = 16;
  pool.parallel_for(height * source.size(), kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t> scratch;
    for (std::size_t i = begin; i < end; ++i) {
      const Plane& from = *source[i / height];
      const int y = static_cast<int>(i % height);
      u8* const row = out[i / height]->row(y);
      resampler.run(
          y, [&](int source_y) { return from.row(crop.y + source_y) + crop.x; }, scratch, &row);
    }
  });
}

}  // namespace

AxisTaps::AxisTaps(int source, int target) {
  check_side(source, "source side");
  check_side(target, "target side");
  first.reserve(static_cast<std::size_t>(target));
  begin.reserve(static_cast<std::size_t>(target) + 1);
  begin.push_back(0);
  if (target <= source) {
    shrink_taps(source, target, *this);
  } else {
    enlarge_taps(source, target, *this);
  }
  for (std::size_t i = 0; i + 1 < begin.size(); ++i) {
    longest = std::max(longest, begin[i + 1] - begin[i]);
  }
}

RowResampler::RowResampler(Size source, Size target, int channels, Isa isa)
    : source_(source),
      target_(target),
      channels_(channels),
      x_(source.width, target.width),
      y_(source.height, target.height),
      isa_(isa),
      total_(std::uint64_t{x_.total} * y_.total) {
  if (channels != 1 && channels != 3) throw std::invalid_argument("resize: 1 or 3 channels");
  if (channels != 1 || x_.longest > kFewTaps || total_ > NarrowDivision::kMaxDivisor) return;
  const auto width = static_cast<std::size_t>(target.width);
  tap_rows_.assign(width * static_cast<std::size_t>(x_.longest), 0);
  for (std::size_t x = 0; x < width; ++x) {
    const auto begin = static_cast<std::size_t>(x_.begin[x]);
    const auto end = static_cast<std::size_t>(x_.begin[x + 1]);
    for (std::size_t t = begin; t < end; ++t) tap_rows_[(t - begin) * width + x] = x_.weight[t];
  }
}

void RowResampler::few_taps(const std::uint32_t* columns, std::uint32_t* sums, u8* out) const {
  if (isa_ == Isa::avx512 && x_.longest == 2 && source_.width <= target_.width) {
    two_taps_avx512(columns, x_.first.data(), tap_rows_.data(),
                    static_cast<std::size_t>(target_.width), NarrowDivision(total_), out);
    return;
  }
  dispatch<few_taps_body>(isa_, columns, x_.first.data(), tap_rows_.data(), x_.longest,
                          static_cast<std::size_t>(target_.width), NarrowDivision(total_), sums,
                          out);
}

template <int kChannels, class Sum>
void RowResampler::horizontal(const std::uint32_t* columns, u8* const* out) const {
  const RoundingDivider divide(total_);
  const std::uint32_t* weight = x_.weight.data();
  for (int x = 0; x < target_.width; ++x) {
    const auto index = static_cast<std::size_t>(x);
    const int count = x_.begin[index + 1] - x_.begin[index];
    const std::uint32_t* column =
        columns + static_cast<std::ptrdiff_t>(x_.first[index]) * kChannels;
    std::array<Sum, kChannels> sum{};
    for (int t = 0; t < count; ++t) {
      for (int c = 0; c < kChannels; ++c) {
        sum[static_cast<std::size_t>(c)] += Sum{weight[t]} * column[t * kChannels + c];
      }
    }
    weight += count;
    for (int c = 0; c < kChannels; ++c) out[c][x] = divide(sum[static_cast<std::size_t>(c)]);
  }
}

void RowResampler::run(int target_row, const RowAt& row_at, std::vector<std::uint32_t>& scratch,
                       u8* const* out) const {
  const auto samples =
      static_cast<std::size_t>(source_.width) * static_cast<std::size_t>(channels_);
  // Behind the columns: what taps of weight 0 and two_taps_avx512() read, then the sums of
  // few_taps().
  const auto width = static_cast<std::size_t>(target_.width);
  const std::size_t needed = samples + kFewTaps + std::max<std::size_t>(width, 16);
  if (scratch.size() < needed) scratch.resize(needed);
  const auto index = static_cast<std::size_t>(target_row);
  const int count = y_.begin[index + 1] - y_.begin[index];
  const std::uint32_t* weight = y_.weight.data() + y_.begin[index];
  for (int t = 0; t < count; ++t) {
    dispatch<add_row_body>(isa_, row_at(y_.first[index] + t), weight[t], t == 0, samples,
                           scratch.data());
  }
  if (!tap_rows_.empty()) {
    few_taps(scratch.data(), scratch.data() + samples + kFewTaps, out[0]);
    return;
  }
  // 255 * total bounds every horizontal sum.
  const bool narrow = total_ <= std::numeric_limits<std::uint32_t>::max() / 255;
  if (channels_ == 3) {
    narrow ? horizontal<3, std::uint32_t>(scratch.data(), out)
           : horizontal<3, std::uint64_t>(scratch.data(), out);
  } else {
    narrow ? horizontal<1, std::uint32_t>(scratch.data(), out)
           : horizontal<1, std::uint64_t>(scratch.data(), out);
  }
}

Plane resize(const Plane& source, Rect crop, Size out_size, ThreadPool& pool, Isa isa) {
  check_resize_crop(crop, source.size);
  check_side(out_size.width, "target width");
  check_side(out_size.height, "target height");
  Plane out(out_size);
  const std::array<const Plane*, 1> from{&source};
  const std::array<Plane*, 1> to{&out};
  resize_planes(from, crop, to, pool, isa);
  return out;
}

RgbImage resize(const RgbImage& source, Rect crop, Size out_size, ThreadPool& pool, Isa isa) {
  RgbImage out;
  resize(source, crop, out_size, out, pool, isa);
  return out;
}

void resize(const RgbImage& source, Rect crop, Size out_size, RgbImage& out, ThreadPool& pool,
            Isa isa) {
  check_resize_crop(crop, source.size());
  check_side(out_size.width, "target width");
  check_side(out_size.height, "target height");
  if (!is_whole(out, out_size)) out = RgbImage(out_size);
  const std::array<const Plane*, 3> from{&source.r, &source.g, &source.b};
  const std::array<Plane*, 3> to{&out.r, &out.g, &out.b};
  resize_planes(from, crop, to, pool, isa);
}

}  // namespace mosaic
