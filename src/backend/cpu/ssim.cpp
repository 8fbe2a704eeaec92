#include "backend/cpu/ssim.hpp"

#include <algorithm>
#include <string>

#include "backend/ssim_math.hpp"
#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

// Note [Window sums]
// A sum over 7 x 7 pixels is taken in two steps: over 7 rows for every column, then over 7 columns.
// The steps are separate passes over a strip, because reading back at another offset what was just
// written stalls. Window values lie without gaps, row after row. Rows are written in whole vectors;
// what runs over is overwritten by the next row. Behind the last window the arrays hold zeros, a
// window of two black pictures, which is exactly 1 and is taken off the score again.
namespace mosaic::cpu {

namespace {

constexpr int kLanes = 16;

int round_up(int value) { return (value + kLanes - 1) / kLanes * kLanes; }

/// A strip of `rows` window rows over `width` columns of one picture or a pair.
struct Strip {
  const std::uint8_t* a = nullptr;
  std::ptrdiff_t a_stride = 0;
  const std::uint8_t* b = nullptr;
  std::ptrdiff_t b_stride = 0;
  int width = 0;
  int rows = 0;
};

struct TakeFirst {
  static MOSAIC_ALWAYS_INLINE std::int32_t of(std::int32_t a, std::int32_t) { return a; }
};
struct TakeProduct {
  static MOSAIC_ALWAYS_INLINE std::int32_t of(std::int32_t a, std::int32_t b) { return a * b; }
};

/// Sums over 7 rows for `count` columns from column x on; a full vector when count is a constant.
template <class Term>
MOSAIC_ALWAYS_INLINE void sum_rows_of(const Strip& strip, int x, int count, int pitch,
                                      std::int32_t* __restrict out) {
  std::int32_t sum[kLanes] = {};
  const std::uint8_t* a = strip.a + x;
  const std::uint8_t* b = strip.b + x;
  for (int y = 0; y < kSsimWindow_px - 1; ++y) {
    for (int i = 0; i < count; ++i) {
      sum[i] += Term::of(a[y * strip.a_stride + i], b[y * strip.b_stride + i]);
    }
  }
  for (int row = 0; row < strip.rows; ++row) {
    const std::uint8_t* a_new = a + (row + kSsimWindow_px - 1) * strip.a_stride;
    const std::uint8_t* b_new = b + (row + kSsimWindow_px - 1) * strip.b_stride;
    const std::uint8_t* a_old = a + row * strip.a_stride;
    const std::uint8_t* b_old = b + row * strip.b_stride;
    std::int32_t* to = out + static_cast<std::ptrdiff_t>(row) * pitch + x;
    for (int i = 0; i < count; ++i) {
      sum[i] += Term::of(a_new[i], b_new[i]);
      to[i] = sum[i];
      sum[i] -= Term::of(a_old[i], b_old[i]);
    }
  }
}

/// Writes the window sums of `Term` over the strip to `out`, (width - 6) * rows values and up to
/// kLanes more; `columns` holds round_up(width) * rows and kLanes more.
template <class Term>
MOSAIC_ALWAYS_INLINE void window_sums(const Strip& strip, std::int32_t* __restrict columns,
                                      std::int32_t* __restrict out) {
  const int pitch = round_up(strip.width);
  int x = 0;
  for (; x + kLanes <= strip.width; x += kLanes) {
    sum_rows_of<Term>(strip, x, kLanes, pitch, columns);
  }
  if (x < strip.width) sum_rows_of<Term>(strip, x, strip.width - x, pitch, columns);
  const int side = strip.width - kSsimWindow_px + 1;
  for (int row = 0; row < strip.rows; ++row) {
    const std::int32_t* from = columns + static_cast<std::ptrdiff_t>(row) * pitch;
    std::int32_t* to = out + static_cast<std::ptrdiff_t>(row) * side;
    for (int i = 0; i < side; i += kLanes) {
      for (int k = 0; k < kLanes; ++k) {
        const std::int32_t* c = from + i + k;
        to[i + k] = c[0] + c[1] + c[2] + c[3] + c[4] + c[5] + c[6];
      }
    }
  }
}

MOSAIC_ALWAYS_INLINE void one_picture(const Strip* strip, std::int32_t* columns, std::int32_t* sums,
                                      std::int32_t* squares) {
  window_sums<TakeFirst>(*strip, columns, sums);
  window_sums<TakeProduct>(*strip, columns, squares);
}

MOSAIC_ALWAYS_INLINE void both_pictures(const Strip* strip, std::int32_t* columns,
                                        std::int32_t* products) {
  window_sums<TakeProduct>(*strip, columns, products);
}

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

/// Sum over the first `count` windows; zeros are put behind them up to a whole vector.
std::int64_t sum_of_values(std::int32_t* x, std::int32_t* xx, std::int32_t* y, std::int32_t* yy,
                           std::int32_t* p, int count, Isa isa) {
  const int padded = round_up(count);
  for (std::int32_t* values : {x, xx, y, yy, p}) std::fill(values + count, values + padded, 0);
  const Windows windows{x, xx, y, yy, p, padded};
  std::int64_t total = 0;
  dispatch<add_values>(isa, &windows, &total);
  return total - (static_cast<std::int64_t>(padded - count) << kSsimFractionBits);
}

std::size_t value_capacity(int side, int rows) {
  return static_cast<std::size_t>(side) * static_cast<std::size_t>(rows) + 2 * kLanes;
}

std::size_t column_capacity(int width, int rows) {
  return static_cast<std::size_t>(round_up(width)) * static_cast<std::size_t>(rows) + 2 * kLanes;
}

}  // namespace

SsimScorer::SsimScorer(int size_px, Isa isa)
    : size_px_(size_px), side_(size_px - kSsimWindow_px + 1), isa_(isa) {
  if (size_px < kSsimWindow_px || size_px > kMaxSsimSquare_px) {
    throw UsageError("SSIM of squares of " + std::to_string(size_px) + " pixels is not possible",
                     "tile sizes from 7 to " + std::to_string(kMaxSsimSquare_px) + " are");
  }
  cell_.resize(static_cast<std::size_t>(size_px) * static_cast<std::size_t>(size_px));
  columns_.resize(column_capacity(size_px, side_));
  for (auto* values : {&cell_sum_, &cell_squares_, &tile_sum_, &tile_squares_, &product_}) {
    values->resize(value_capacity(side_, side_));
  }
}

void SsimScorer::set_cell(const std::uint8_t* luma, std::ptrdiff_t stride) {
  for (int y = 0; y < size_px_; ++y) {
    std::copy_n(luma + y * stride, size_px_,
                cell_.data() + static_cast<std::ptrdiff_t>(y) * size_px_);
  }
  const Strip strip{cell_.data(), size_px_, cell_.data(), size_px_, size_px_, side_};
  dispatch<one_picture>(isa_, &strip, columns_.data(), cell_sum_.data(), cell_squares_.data());
}

std::int64_t SsimScorer::score(const std::uint8_t* tile) {
  const Strip alone{tile, size_px_, tile, size_px_, size_px_, side_};
  dispatch<one_picture>(isa_, &alone, columns_.data(), tile_sum_.data(), tile_squares_.data());
  const Strip pair{cell_.data(), size_px_, tile, size_px_, size_px_, side_};
  dispatch<both_pictures>(isa_, &pair, columns_.data(), product_.data());
  return sum_of_values(cell_sum_.data(), cell_squares_.data(), tile_sum_.data(),
                       tile_squares_.data(), product_.data(), side_ * side_, isa_);
}

SsimResult ssim_map(const Plane& a, const Plane& b, bool keep_map, Isa isa) {
  if (a.size != b.size) throw UsageError("SSIM needs two pictures of the same size");
  if (a.size.width < kSsimWindow_px || a.size.height < kSsimWindow_px) {
    throw UsageError("SSIM needs pictures of at least 7 x 7 pixels");
  }
  constexpr int kStripRows = 16;
  // A megapixel's worth of windows would overflow int64 at 44 fraction bits.
  __extension__ using Wide = __int128;
  const int side = a.size.width - kSsimWindow_px + 1;
  const int rows = a.size.height - kSsimWindow_px + 1;
  std::vector<std::int32_t> columns(column_capacity(a.size.width, kStripRows));
  std::vector<std::int32_t> values[5];
  for (auto& one : values) one.resize(value_capacity(side, kStripRows));

  SsimResult result;
  result.windows = static_cast<std::int64_t>(side) * rows;
  Wide total = 0;
  std::vector<double> strip_map;
  for (int row = 0; row < rows; row += kStripRows) {
    const int count = std::min(kStripRows, rows - row);
    const std::ptrdiff_t stride = a.size.width;
    const Strip first{a.row(row), stride, a.row(row), stride, a.size.width, count};
    const Strip second{b.row(row), stride, b.row(row), stride, a.size.width, count};
    const Strip pair{a.row(row), stride, b.row(row), stride, a.size.width, count};
    dispatch<one_picture>(isa, &first, columns.data(), values[0].data(), values[1].data());
    dispatch<one_picture>(isa, &second, columns.data(), values[2].data(), values[3].data());
    dispatch<both_pictures>(isa, &pair, columns.data(), values[4].data());
    total += sum_of_values(values[0].data(), values[1].data(), values[2].data(), values[3].data(),
                           values[4].data(), side * count, isa);
    if (!keep_map) continue;
    const Windows windows{values[0].data(), values[1].data(), values[2].data(),
                          values[3].data(), values[4].data(), side * count};
    strip_map.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(count));
    dispatch<write_values>(isa, &windows, strip_map.data());
    result.map.insert(result.map.end(), strip_map.begin(), strip_map.end());
  }
  result.score =
      static_cast<double>(total) / 17592186044416.0 / static_cast<double>(result.windows);
  return result;
}

}  // namespace mosaic::cpu
