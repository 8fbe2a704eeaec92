#include "backend/cpu/ssim.hpp"

#include <algorithm>
#include <string>

#include "backend/cpu/ssim_windows.hpp"
#include "backend/ssim_math.hpp"
#include "core/lanes.hpp"
#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cpu {

namespace {

int round_up(int value) { return (value + kLanes - 1) / kLanes * kLanes; }

/// Window sums of a pair of pictures, `count` a multiple of kLanes.
struct Windows {
  const std::int32_t *x, *x_squares, *y, *y_squares, *products;
  int count;
};

MOSAIC_ALWAYS_INLINE void add_values(const Windows* w, std::int64_t* total) {
  const std::int32_t* __restrict x = w->x;
  const std::int32_t* __restrict y = w->y;
  const std::int32_t* __restrict xx = w->x_squares;
  const std::int32_t* __restrict yy = w->y_squares;
  const std::int32_t* __restrict p = w->products;
  std::int64_t sum = 0;
  for (int i = 0; i < w->count; ++i) {
    sum += ssim_fixed(ssim_of_window(x[i], y[i], p[i], xx[i] + yy[i]));
  }
  *total += sum;
}

MOSAIC_ALWAYS_INLINE void write_values(const Windows* w, double* __restrict out) {
  for (int i = 0; i < w->count; ++i) {
    out[i] = ssim_of_window(w->x[i], w->y[i], w->products[i], w->x_squares[i] + w->y_squares[i]);
  }
}

void pad_with_zeros(std::int32_t* values, int count) {
  std::fill(values + count, values + round_up(count), 0);
}

/// Sum over the first `count` windows of arrays that pad_with_zeros() has seen.
std::int64_t sum_of_padded(const std::int32_t* x, const std::int32_t* xx, const std::int32_t* y,
                           const std::int32_t* yy, const std::int32_t* p, int count, Isa isa) {
  const int padded = round_up(count);
  const Windows windows{x, xx, y, yy, p, padded};
  std::int64_t total = 0;
  dispatch<add_values>(isa, &windows, &total);
  return total - (static_cast<std::int64_t>(padded - count) << kSsimFractionBits);
}

/// Sum over the first `count` windows; zeros are put behind them up to a whole vector.
std::int64_t sum_of_values(std::int32_t* x, std::int32_t* xx, std::int32_t* y, std::int32_t* yy,
                           std::int32_t* p, int count, Isa isa) {
  for (std::int32_t* values : {x, xx, y, yy, p}) pad_with_zeros(values, count);
  return sum_of_padded(x, xx, y, yy, p, count, isa);
}

// Both read and write up to a vector beyond their contents.
std::size_t value_capacity(int side, int rows) {
  return static_cast<std::size_t>(side) * static_cast<std::size_t>(rows) + 2 * kLanes;
}

std::size_t column_capacity(int width, int rows) {
  return static_cast<std::size_t>(padded_width(width)) * static_cast<std::size_t>(rows) +
         2 * kLanes;
}

/// Copies rows of `width` bytes to rows of padded_width(width) bytes.
void copy_padded(const std::uint8_t* from, std::ptrdiff_t stride, int width, int rows,
                 std::uint8_t* to) {
  for (int y = 0; y < rows; ++y) {
    std::copy_n(from + y * stride, width,
                to + static_cast<std::ptrdiff_t>(y) * padded_width(width));
  }
}

/// ssim_map() of the first `width` columns of planes that are at least kLanes wide.
SsimResult ssim_of_rows(const Plane& a, const Plane& b, int width, bool keep_map, Isa isa) {
  constexpr int kStripRows = 16;
  // A megapixel's worth of windows would overflow int64 at 44 fraction bits.
  __extension__ using Wide = __int128;
  const int side = width - kSsimWindow_px + 1;
  const int rows = a.size.height - kSsimWindow_px + 1;
  std::vector<std::int32_t> columns[3];
  std::vector<std::int32_t> values[5];
  for (auto& one : columns) one.resize(column_capacity(width, kStripRows));
  for (auto& one : values) one.resize(value_capacity(side, kStripRows));

  SsimResult result;
  result.windows = static_cast<std::int64_t>(side) * rows;
  if (keep_map) result.map.resize(static_cast<std::size_t>(result.windows));
  Wide total = 0;
  for (int row = 0; row < rows; row += kStripRows) {
    const int count = std::min(kStripRows, rows - row);
    const std::ptrdiff_t stride = a.size.width;
    const SumArrays scratch{columns[0].data(), columns[1].data(), columns[2].data()};
    sum_windows<false>({a.row(row), stride, a.row(row), stride, width, count}, isa, scratch,
                       {values[0].data(), values[1].data(), nullptr});
    sum_windows<true>({a.row(row), stride, b.row(row), stride, width, count}, isa, scratch,
                      {values[2].data(), values[3].data(), values[4].data()});
    total += sum_of_values(values[0].data(), values[1].data(), values[2].data(), values[3].data(),
                           values[4].data(), side * count, isa);
    if (!keep_map) continue;
    const Windows windows{values[0].data(), values[1].data(), values[2].data(),
                          values[3].data(), values[4].data(), side * count};
    dispatch<write_values>(isa, &windows,
                           result.map.data() + static_cast<std::ptrdiff_t>(row) * side);
  }
  result.score =
      static_cast<double>(total) / 17592186044416.0 / static_cast<double>(result.windows);
  return result;
}

}  // namespace

SsimScorer::SsimScorer(int size_px, Isa isa)
    : size_px_(size_px), side_(size_px - kSsimWindow_px + 1), isa_(isa) {
  if (size_px < kSsimWindow_px || size_px > kMaxSsimSquare_px) {
    throw UsageError("SSIM of squares of " + std::to_string(size_px) + " pixels is not possible",
                     "tile sizes from 7 to " + std::to_string(kMaxSsimSquare_px) + " are");
  }
  const auto bytes =
      static_cast<std::size_t>(padded_width(size_px)) * static_cast<std::size_t>(size_px);
  cell_.resize(bytes);
  if (padded_width(size_px) != size_px) tile_.resize(bytes);
  for (auto& columns : columns_) columns.resize(column_capacity(size_px, side_));
  for (auto* values : {&cell_sum_, &cell_squares_, &tile_sum_, &tile_squares_, &product_}) {
    values->resize(value_capacity(side_, side_));
  }
}

void SsimScorer::set_cell(const std::uint8_t* luma, std::ptrdiff_t stride) {
  copy_padded(luma, stride, size_px_, size_px_, cell_.data());
  const std::ptrdiff_t pitch = padded_width(size_px_);
  const WindowStrip strip{cell_.data(), pitch, cell_.data(), pitch, size_px_, side_};
  sum_windows<false>(strip, isa_, {columns_[0].data(), columns_[1].data(), nullptr},
                     {cell_sum_.data(), cell_squares_.data(), nullptr});
}

std::int64_t SsimScorer::score(const std::uint8_t* tile) {
  const std::ptrdiff_t pitch = padded_width(size_px_);
  if (!tile_.empty()) {
    copy_padded(tile, size_px_, size_px_, size_px_, tile_.data());
    tile = tile_.data();
  }
  const WindowStrip strip{cell_.data(), pitch, tile, pitch, size_px_, side_};
  sum_windows<true>(strip, isa_, {columns_[0].data(), columns_[1].data(), columns_[2].data()},
                    {tile_sum_.data(), tile_squares_.data(), product_.data()});
  return sum_of_values(cell_sum_.data(), cell_squares_.data(), tile_sum_.data(),
                       tile_squares_.data(), product_.data(), side_ * side_, isa_);
}

std::int64_t SsimScorer::score(const std::uint8_t* tile, const TileWindowSums::OfTile& sums) {
  const std::ptrdiff_t pitch = padded_width(size_px_);
  if (!tile_.empty()) {
    copy_padded(tile, size_px_, size_px_, size_px_, tile_.data());
    tile = tile_.data();
  }
  const WindowStrip strip{cell_.data(), pitch, tile, pitch, size_px_, side_};
  sum_product_windows(strip, isa_, columns_[2].data(), product_.data());
  const int count = side_ * side_;
  for (auto* values : {&cell_sum_, &cell_squares_, &product_}) {
    pad_with_zeros(values->data(), count);
  }
  return sum_of_padded(cell_sum_.data(), cell_squares_.data(), sums.sum, sums.squares,
                       product_.data(), count, isa_);
}

void SsimScorer::write_cell_sums(std::int32_t* sum, std::int32_t* squares) const {
  const int count = side_ * side_;
  std::copy_n(cell_sum_.data(), count, sum);
  std::copy_n(cell_squares_.data(), count, squares);
  for (std::int32_t* values : {sum, squares}) pad_with_zeros(values, count);
}

std::size_t TileWindowSums::bytes(int tiles, int size_px) {
  if (size_px < kSsimWindow_px || size_px > kMaxSsimSquare_px) return 0;
  const std::size_t all = static_cast<std::size_t>(tiles) * 2 * sizeof(std::int32_t) *
                          static_cast<std::size_t>(values_of(size_px));
  return all <= kMostBytes ? all : 0;
}

int TileWindowSums::values_of(int size_px) {
  const int side = size_px - kSsimWindow_px + 1;
  return round_up(side * side);
}

TileWindowSums::TileWindowSums(std::span<const std::uint8_t> luma, int tiles, int size_px, Isa isa,
                               ThreadPool& pool)
    : values_(static_cast<std::size_t>(values_of(size_px))) {
  constexpr std::size_t kGrain = 256;
  if (bytes(tiles, size_px) == 0) return;
  const auto area = static_cast<std::size_t>(size_px) * static_cast<std::size_t>(size_px);
  sums_.resize(2 * values_ * static_cast<std::size_t>(tiles));
  pool.parallel_for(static_cast<std::size_t>(tiles), kGrain, [&](std::size_t b, std::size_t e) {
    SsimScorer scorer(size_px, isa);
    for (std::size_t tile = b; tile < e; ++tile) {
      scorer.set_cell(luma.data() + tile * area, size_px);
      std::int32_t* sum = sums_.data() + 2 * values_ * tile;
      scorer.write_cell_sums(sum, sum + values_);
    }
  });
}

SsimResult ssim_map(const Plane& a, const Plane& b, bool keep_map, Isa isa) {
  if (a.size != b.size) throw UsageError("SSIM needs two pictures of the same size");
  const auto [width, height] = a.size;
  if (width < kSsimWindow_px || height < kSsimWindow_px) {
    throw UsageError("SSIM needs pictures of at least 7 x 7 pixels");
  }
  if (width < kLanes) {
    Plane wide[2] = {Plane(Size{kLanes, height}), Plane(Size{kLanes, height})};
    copy_padded(a.row(0), width, width, height, wide[0].row(0));
    copy_padded(b.row(0), width, width, height, wide[1].row(0));
    return ssim_of_rows(wide[0], wide[1], width, keep_map, isa);
  }
  return ssim_of_rows(a, b, width, keep_map, isa);
}

}  // namespace mosaic::cpu
