#include "backend/cpu/ssim_windows.hpp"

#include <immintrin.h>

#include "backend/ssim_math.hpp"
#include "core/simd_dispatch.hpp"

// Note [Window sums]
// A sum over 7 x 7 pixels is taken in two steps: over 7 rows for every column, then over 7 columns.
// The steps are separate passes over a strip, because reading back at another offset what was just
// written stalls. Window values lie without gaps, row after row. Rows are written in whole vectors;
// what runs over is overwritten by the next row. Behind the last window the arrays hold zeros, a
// window of two black pictures, which is exactly 1 and is taken off the score again.
namespace mosaic::cpu {

namespace {

constexpr auto kAll = static_cast<__mmask16>(0xffff);

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
MOSAIC_ALWAYS_INLINE void sum_rows(const WindowStrip& strip, int x, const SumArrays& columns) {
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
MOSAIC_ALWAYS_INLINE void sum_product_rows(const WindowStrip& strip, int x,
                                           std::int32_t* products) {
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

MOSAIC_ALWAYS_INLINE void product_column_sums(const WindowStrip* strip, std::int32_t* products) {
  const int width = padded_width(strip->width);
  for (int x = 0; x + kLanes <= width; x += kLanes) sum_product_rows(*strip, x, products);
  if (width % kLanes != 0) sum_product_rows(*strip, width - kLanes, products);
}

/// Column sums of the whole strip. The last vector ends with the row and may repeat columns.
template <bool kPair>
MOSAIC_ALWAYS_INLINE void column_sums(const WindowStrip* strip, const SumArrays* columns) {
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
void sum_across(const WindowStrip& strip, Isa isa, const std::int32_t* columns, std::int32_t* out) {
  if (isa == Isa::avx512) {
    window_sums_avx512(columns, strip.width, strip.rows, out);
  } else {
    dispatch<window_sums>(isa, columns, strip.width, strip.rows, out);
  }
}

}  // namespace

template <bool kPair>
void sum_windows(const WindowStrip& strip, Isa isa, const SumArrays& columns,
                 const SumArrays& out) {
  dispatch<column_sums<kPair>>(isa, &strip, &columns);
  sum_across(strip, isa, columns.sum, out.sum);
  sum_across(strip, isa, columns.squares, out.squares);
  if constexpr (kPair) sum_across(strip, isa, columns.products, out.products);
}

template void sum_windows<false>(const WindowStrip&, Isa, const SumArrays&, const SumArrays&);
template void sum_windows<true>(const WindowStrip&, Isa, const SumArrays&, const SumArrays&);

void sum_product_windows(const WindowStrip& strip, Isa isa, std::int32_t* columns,
                         std::int32_t* out) {
  dispatch<product_column_sums>(isa, &strip, columns);
  sum_across(strip, isa, columns, out);
}

}  // namespace mosaic::cpu
