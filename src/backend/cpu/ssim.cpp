#include "backend/cpu/ssim.hpp"

#include <immintrin.h>

#include <algorithm>
#include <string>

#include "backend/ssim_math.hpp"
#include "core/lanes.hpp"
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

constexpr auto kAll = static_cast<__mmask16>(0xffff);

int round_up(int value) { return (value + kLanes - 1) / kLanes * kLanes; }

/// Columns that are summed; narrower pictures are padded, so that whole vectors can be read.
int padded_width(int width) { return std::max(width, kLanes); }

/// A strip of `rows` window rows of two pictures, or of one given twice. Rows can be read for
/// padded_width(width) pixels.
struct Strip {
  const std::uint8_t* a;
  std::ptrdiff_t a_stride;
  const std::uint8_t* b;
  std::ptrdiff_t b_stride;
  int width;
  int rows;
};

/// Where sums go: of b, of b^2 and, for a pair, of a * b.
struct SumArrays {
  std::int32_t *sum, *squares, *products;
};

struct RunningSums {
  ShortLanes sum = {};
  Int32Lanes squares = {};
  Int32Lanes products = {};
};

/// Adds or takes off one row of kLanes columns. Products of bytes fit 16 bits without a sign.
template <bool kPair, int kSign>
MOSAIC_ALWAYS_INLINE void change(const std::uint8_t* a, const std::uint8_t* b, RunningSums& sums) {
  ShortLanes vb;
  Int32Lanes term;
  const auto add = [](auto& total, const auto& value) __attribute__((always_inline)) {
    total = kSign > 0 ? total + value : total - value;
  };
  load_bytes(b, vb);
  add(sums.sum, vb);
  widen(vb * vb, term);
  add(sums.squares, term);
  if constexpr (kPair) {
    ShortLanes va;
    load_bytes(a, va);
    widen(va * vb, term);
    add(sums.products, term);
  }
}

/// Sums over 7 rows for the columns x to x + kLanes - 1.
template <bool kPair>
MOSAIC_ALWAYS_INLINE void sum_rows(const Strip& strip, int x, const SumArrays& columns) {
  constexpr int kAhead = kSsimWindow_px - 1;
  const std::uint8_t* a = strip.a + x;
  const std::uint8_t* b = strip.b + x;
  RunningSums sums;
  for (int y = 0; y < kAhead; ++y) {
    change<kPair, 1>(a + y * strip.a_stride, b + y * strip.b_stride, sums);
  }
  const std::ptrdiff_t pitch = padded_width(strip.width);
  for (int row = 0; row < strip.rows; ++row) {
    change<kPair, 1>(a + (row + kAhead) * strip.a_stride, b + (row + kAhead) * strip.b_stride,
                     sums);
    Int32Lanes sum;
    widen(sums.sum, sum);
    store(sum, columns.sum + row * pitch + x);
    store(sums.squares, columns.squares + row * pitch + x);
    if constexpr (kPair) store(sums.products, columns.products + row * pitch + x);
    change<kPair, -1>(a + row * strip.a_stride, b + row * strip.b_stride, sums);
  }
}

/// Sums of products alone over 7 rows for the columns x to x + kLanes - 1.
MOSAIC_ALWAYS_INLINE void sum_product_rows(const Strip& strip, int x, std::int32_t* products) {
  constexpr int kAhead = kSsimWindow_px - 1;
  const auto term = [&](int y, Int32Lanes& out) __attribute__((always_inline)) {
    ShortLanes va;
    ShortLanes vb;
    load_bytes(strip.a + x + y * strip.a_stride, va);
    load_bytes(strip.b + x + y * strip.b_stride, vb);
    widen(va * vb, out);
  };
  const std::ptrdiff_t pitch = padded_width(strip.width);
  Int32Lanes sum = {};
  Int32Lanes one;
  for (int y = 0; y < kAhead; ++y) {
    term(y, one);
    sum += one;
  }
  for (int row = 0; row < strip.rows; ++row) {
    term(row + kAhead, one);
    sum += one;
    store(sum, products + row * pitch + x);
    term(row, one);
    sum -= one;
  }
}

MOSAIC_ALWAYS_INLINE void product_column_sums(const Strip* strip, std::int32_t* products) {
  const int width = padded_width(strip->width);
  for (int x = 0; x + kLanes <= width; x += kLanes) sum_product_rows(*strip, x, products);
  if (width % kLanes != 0) sum_product_rows(*strip, width - kLanes, products);
}

/// Column sums of the whole strip. The last vector ends with the row and may repeat columns.
template <bool kPair>
MOSAIC_ALWAYS_INLINE void column_sums(const Strip* strip, const SumArrays* columns) {
  const int width = padded_width(strip->width);
  for (int x = 0; x + kLanes <= width; x += kLanes) sum_rows<kPair>(*strip, x, *columns);
  if (width % kLanes != 0) sum_rows<kPair>(*strip, width - kLanes, *columns);
}

/// Sums over 7 neighbours: out[i] = from[i] + ... + from[i + 6].
MOSAIC_ALWAYS_INLINE void sum_columns(const std::int32_t* from, int side, std::int32_t* out) {
  for (int i = 0; i < side; i += kLanes) {
    Int32Lanes sum;
    load(from + i, sum);
    for (int k = 1; k < kSsimWindow_px; ++k) {
      Int32Lanes next;
      load(from + i + k, next);
      sum += next;
    }
    store(sum, out + i);
  }
}

/// The same by shifts between registers: loads that cross cache lines are what costs most.
MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE void sum_columns_avx512(const std::int32_t* from,
                                                                  int side, std::int32_t* out) {
  __m512i low = _mm512_loadu_si512(from);
  for (int i = 0; i < side; i += kLanes) {
    const __m512i high = _mm512_loadu_si512(from + i + kLanes);
    const __m512i one = _mm512_add_epi32(low, _mm512_maskz_alignr_epi32(kAll, high, low, 1));
    const __m512i two = _mm512_add_epi32(_mm512_maskz_alignr_epi32(kAll, high, low, 2),
                                         _mm512_maskz_alignr_epi32(kAll, high, low, 3));
    const __m512i four = _mm512_add_epi32(_mm512_maskz_alignr_epi32(kAll, high, low, 4),
                                          _mm512_maskz_alignr_epi32(kAll, high, low, 5));
    const __m512i six = _mm512_maskz_alignr_epi32(kAll, high, low, 6);
    _mm512_storeu_si512(out + i,
                        _mm512_add_epi32(_mm512_add_epi32(one, two), _mm512_add_epi32(four, six)));
    low = high;
  }
}

MOSAIC_ALWAYS_INLINE void window_sums(const std::int32_t* columns, int width, int rows,
                                      std::int32_t* out) {
  const int side = width - kSsimWindow_px + 1;
  for (int row = 0; row < rows; ++row) {
    sum_columns(columns + static_cast<std::ptrdiff_t>(row) * padded_width(width), side,
                out + static_cast<std::ptrdiff_t>(row) * side);
  }
}

MOSAIC_TARGET_AVX512 void window_sums_avx512(const std::int32_t* columns, int width, int rows,
                                             std::int32_t* out) {
  const int side = width - kSsimWindow_px + 1;
  for (int row = 0; row < rows; ++row) {
    sum_columns_avx512(columns + static_cast<std::ptrdiff_t>(row) * padded_width(width), side,
                       out + static_cast<std::ptrdiff_t>(row) * side);
  }
}

/// The second step of Note [Window sums].
void sum_across(const Strip& strip, Isa isa, const std::int32_t* columns, std::int32_t* out) {
  if (isa == Isa::avx512) {
    window_sums_avx512(columns, strip.width, strip.rows, out);
  } else {
    dispatch<window_sums>(isa, columns, strip.width, strip.rows, out);
  }
}

/// Window sums of the strip; `columns` is scratch.
template <bool kPair>
void sum_windows(const Strip& strip, Isa isa, const SumArrays& columns, const SumArrays& out) {
  dispatch<column_sums<kPair>>(isa, &strip, &columns);
  sum_across(strip, isa, columns.sum, out.sum);
  sum_across(strip, isa, columns.squares, out.squares);
  if constexpr (kPair) sum_across(strip, isa, columns.products, out.products);
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
  const Strip strip{cell_.data(), pitch, cell_.data(), pitch, size_px_, side_};
  sum_windows<false>(strip, isa_, {columns_[0].data(), columns_[1].data(), nullptr},
                     {cell_sum_.data(), cell_squares_.data(), nullptr});
}

std::int64_t SsimScorer::score(const std::uint8_t* tile) {
  const std::ptrdiff_t pitch = padded_width(size_px_);
  if (!tile_.empty()) {
    copy_padded(tile, size_px_, size_px_, size_px_, tile_.data());
    tile = tile_.data();
  }
  const Strip strip{cell_.data(), pitch, tile, pitch, size_px_, side_};
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
  const Strip strip{cell_.data(), pitch, tile, pitch, size_px_, side_};
  dispatch<product_column_sums>(isa_, &strip, columns_[2].data());
  sum_across(strip, isa_, columns_[2].data(), product_.data());
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
