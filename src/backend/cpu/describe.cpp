#include "backend/cpu/describe.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "backend/feature_math.hpp"
#include "backend/saliency_math.hpp"
#include "core/lanes.hpp"
#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cpu {

namespace {

constexpr int kMaxSquare_px = 4096;

using Axis = std::array<Interval, kMaxFeaturesK>;

Axis divide_axis(int size_px, int k) {
  Axis axis{};
  for (int c = 0; c < k; ++c) axis[static_cast<std::size_t>(c)] = interval_of(c, size_px, k);
  return axis;
}

using GridSums = std::array<std::uint64_t, kMaxFeaturesK * kMaxFeaturesK>;

/// One channel of one square, and where its area-weighted linear sums go (cell_y * k + cell_x).
struct Channel {
  const std::uint8_t* plane;
  std::ptrdiff_t stride;
  int size_px;
  int k;
  const Axis* axis;
  GridSums* sums;
};

/// Sums over the rows of each grid row, for kLanes columns from `from` on. Below 2^16 * S.
MOSAIC_ALWAYS_INLINE void column_sums(const Channel& channel, int from, int count,
                                      std::int32_t (*sums)[kLanes]) {
  alignas(64) std::int32_t linear[kLanes] = {};
  Int32Lanes values;
  const auto read_row = [&](int y) __attribute__((always_inline)) {
    const std::uint8_t* row = channel.plane + y * channel.stride + from;
    if (count == kLanes) {  // a constant count unrolls
      for (int i = 0; i < kLanes; ++i) linear[i] = kLinearFromLevel[row[i]];
    } else {
      for (int i = 0; i < count; ++i) linear[i] = kLinearFromLevel[row[i]];
    }
    load(linear, values);
  };
  for (int cy = 0; cy < channel.k; ++cy) {
    const Interval& rows = (*channel.axis)[static_cast<std::size_t>(cy)];
    Int32Lanes interior = {};
    for (int y = rows.first + 1; y < rows.last; ++y) {
      read_row(y);
      interior += values;
    }
    Int32Lanes total = interior * channel.k;
    read_row(rows.first);
    total += values * rows.first_weight;
    read_row(rows.last);
    total += values * rows.last_weight;
    store(total, sums[cy]);
  }
}

/// Weights of a grid cell sum to S^2.
MOSAIC_ALWAYS_INLINE void grid_sums(const Channel* channel) {
  const int k = channel->k;
  std::uint64_t* sums = channel->sums->data();
  alignas(64) std::int32_t columns[kMaxFeaturesK][kLanes];
  for (int from = 0; from < channel->size_px; from += kLanes) {
    const int count = std::min(kLanes, channel->size_px - from);
    column_sums(*channel, from, count, columns);
    for (int cx = 0; cx < k; ++cx) {
      const Interval& interval = (*channel->axis)[static_cast<std::size_t>(cx)];
      const int last = std::min(interval.last, from + count - 1);
      for (int x = std::max(interval.first, from); x <= last; ++x) {
        const std::int64_t weight = weight_of(interval, x, k);
        for (int cy = 0; cy < k; ++cy) {
          sums[cy * k + cx] += static_cast<std::uint64_t>(weight * columns[cy][x - from]);
        }
      }
    }
  }
}

/// Note [What a match is judged by]: each channel's mean is brought nearer to mid-range.
void discount_means(int k, std::uint8_t* colours) {
  const int cells = k * k;
  for (int c = 0; c < 3; ++c) {
    std::int32_t sum = 0;
    for (int i = 0; i < cells; ++i) sum += colours[3 * i + c];
    const std::int32_t discount = mean_discount(sum, cells);
    for (int i = 0; i < cells; ++i) {
      colours[3 * i + c] = discounted(colours[3 * i + c], discount);
    }
  }
}

// A lane of int32 holds this many products of two bytes.
constexpr int kLaneCapacity = 32768;

MOSAIC_ALWAYS_INLINE std::int64_t total_of(const Int32Lanes& lanes) {
  std::int64_t total = 0;
  for (int i = 0; i < kLanes; ++i) total += lanes[i];
  return total;
}

/// Adds the moments of `rows` rows to `sums`.
MOSAIC_ALWAYS_INLINE void add_moments(const std::uint8_t* r, const std::uint8_t* g,
                                      const std::uint8_t* b, std::ptrdiff_t stride, int width,
                                      int rows, ColorSums* sums) {
  Int32Lanes lanes[9] = {};
  const int whole = width / kLanes * kLanes;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < whole; x += kLanes) {
      Int32Lanes vr, vg, vb;
      load_bytes(r + y * stride + x, vr);
      load_bytes(g + y * stride + x, vg);
      load_bytes(b + y * stride + x, vb);
      lanes[0] += vr;
      lanes[1] += vg;
      lanes[2] += vb;
      lanes[3] += vr * vr;
      lanes[4] += vr * vg;
      lanes[5] += vr * vb;
      lanes[6] += vg * vg;
      lanes[7] += vg * vb;
      lanes[8] += vb * vb;
    }
  }
  for (int i = 0; i < 3; ++i) sums->sum[i] += total_of(lanes[i]);
  for (int i = 0; i < 6; ++i) sums->product[i] += total_of(lanes[3 + i]);
  for (int y = 0; y < rows; ++y) {
    for (std::ptrdiff_t at = y * stride + whole; at < y * stride + width; ++at) {
      const std::int32_t values[3] = {r[at], g[at], b[at]};
      int product = 0;
      for (int i = 0; i < 3; ++i) {
        sums->sum[i] += values[i];
        for (int k = i; k < 3; ++k) sums->product[product++] += values[i] * values[k];
      }
    }
  }
}

// Not dispatched: x86-64's own psadbw is made for this, and wider registers gain nothing on rows as
// short as cells have.
int difference(int a, int b) { return a < b ? b - a : a - b; }

/// The last bytes of a description.
void detail_of(const SquareView& square, int k, std::uint8_t* detail) {
  const int lag = detail_lag(square.size_px);
  for (int py = 0; py < kDetailGrid; ++py) {
    const int top = detail_part(square.size_px, py);
    const int bottom = detail_part(square.size_px, py + 1);
    for (int px = 0; px < kDetailGrid; ++px) {
      const int left = detail_part(square.size_px, px);
      const int right = detail_part(square.size_px, px + 1);
      std::int64_t total = 0;
      for (int y = top; y < bottom; ++y) {
        const std::uint8_t* row = square.luma + y * square.stride;
        const std::uint8_t* below = row + lag * square.stride;
        int sum = 0;
        for (int x = left; x < right; ++x) {
          sum += difference(row[x], row[x + lag]) + difference(row[x], below[x]);
        }
        total += sum;
      }
      *detail++ = detail_byte(total, std::int64_t{bottom - top} * (right - left), k);
    }
  }
}

std::int64_t difference_sum(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px) {
  std::int64_t total = 0;
  for (int y = 0; y < size_px; ++y) {
    const std::uint8_t* row = luma + y * stride;
    int sum = 0;
    for (int x = 0; x + 1 < size_px; ++x) sum += difference(row[x], row[x + 1]);
    if (y + 1 < size_px) {
      const std::uint8_t* next = row + stride;
      for (int x = 0; x < size_px; ++x) sum += difference(row[x], next[x]);
    }
    total += sum;
  }
  return total;
}

}  // namespace

void mean_colours(const SquareView& square, int features_k, std::uint8_t* colours, Isa isa) {
  const int size_px = square.size_px;
  if (size_px < 1 || size_px > kMaxSquare_px) {
    throw UsageError("a square of " + std::to_string(size_px) + " pixels cannot be described",
                     "tile sizes from 1 to " + std::to_string(kMaxSquare_px) + " are possible");
  }
  if (features_k < 1 || features_k > kMaxFeaturesK) {
    throw UsageError("features: " + std::to_string(features_k) + " is not between 1 and " +
                     std::to_string(kMaxFeaturesK));
  }
  const std::uint8_t* planes[3] = {square.r, square.g, square.b};
  const Axis axis = divide_axis(size_px, features_k);
  std::array<GridSums, 3> sums{};
  for (std::size_t c = 0; c < 3; ++c) {
    const Channel channel{planes[c], square.stride, size_px, features_k, &axis, &sums[c]};
    dispatch<grid_sums>(isa, &channel);
  }
  const auto weight = static_cast<std::uint64_t>(size_px) * static_cast<std::uint64_t>(size_px);
  const auto cells = static_cast<std::size_t>(features_k) * static_cast<std::size_t>(features_k);
  for (std::size_t i = 0; i < cells; ++i) {
    oklab_bytes(mean_linear(sums[0][i], weight), mean_linear(sums[1][i], weight),
                mean_linear(sums[2][i], weight), kRootTable.data(), colours + 3 * i);
  }
}

void describe_square(const SquareView& square, int features_k, std::uint8_t* features,
                     ColorSums& sums, Isa isa) {
  mean_colours(square, features_k, features, isa);
  discount_means(features_k, features);
  detail_of(square, features_k, features + std::ptrdiff_t{3} * features_k * features_k);

  const int size_px = square.size_px;
  sums = ColorSums{};
  sums.pixels = static_cast<std::int64_t>(size_px) * size_px;
  const int rows_at_once = std::max(1, kLaneCapacity / ((size_px + kLanes - 1) / kLanes));
  for (int y = 0; y < size_px; y += rows_at_once) {
    const std::ptrdiff_t at = y * square.stride;
    dispatch<add_moments>(isa, square.r + at, square.g + at, square.b + at, square.stride, size_px,
                          std::min(rows_at_once, size_px - y), &sums);
  }
}

std::uint8_t saliency_of_square(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px) {
  return saliency_from_differences(difference_sum(luma, stride, size_px), size_px);
}

}  // namespace mosaic::cpu
