#include "assign/row_kernels.hpp"

#include <immintrin.h>

#include <algorithm>
#include <bit>

#include "core/simd_dispatch.hpp"

namespace mosaic::assign {
namespace {

template <class Price>
MOSAIC_ALWAYS_INLINE void subtract_body(const std::int32_t* __restrict cost,
                                        const Price* __restrict price, int count,
                                        Price* __restrict value, Price* least, std::int32_t* bits) {
  Price lowest = *least;
  std::int32_t seen = *bits;
  for (int j = 0; j < count; ++j) {
    seen |= cost[j];
    value[j] = cost[j] - price[j];
    lowest = std::min(lowest, value[j]);
  }
  *least = lowest;
  *bits = seen;
}

template <class Price>
MOSAIC_ALWAYS_INLINE void gaps_body(const std::int32_t* __restrict cost,
                                    const Price* __restrict price, const Price* __restrict nearest,
                                    Price base, Price reach, int count, Price* __restrict gap) {
  for (int j = 0; j < count; ++j) {
    gap[j] = base + (cost[j] - price[j]) - std::min(nearest[j], reach);
  }
}

// Sixteen comparisons at once with SSE2, which every x86-64 has: rows are long and few of their
// columns pass.
unsigned mask_below(const std::int32_t* value, std::int32_t threshold) {
  const __m128i limit = _mm_set1_epi32(threshold);
  const auto below = [&](int k) {
    return _mm_cmplt_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(value + 4 * k)), limit);
  };
  const __m128i low = _mm_packs_epi32(below(0), below(1));
  const __m128i high = _mm_packs_epi32(below(2), below(3));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
}

template <class Price>
struct Found {
  std::int32_t* column;
  std::int32_t* cost;
  Price* value;
  int count = 0;

  void add(int at, std::int32_t its_cost, Price its_value) {
    column[count] = at;
    cost[count] = its_cost;
    value[count] = its_value;
    ++count;
  }
};

void whole_blocks(const std::int32_t* value, const std::int32_t* cost, int blocks,
                  std::int32_t threshold, Found<std::int32_t>& found) {
  for (int j = 0; j < blocks * kColumnsAtOnce; j += kColumnsAtOnce) {
    for (unsigned mask = mask_below(value + j, threshold); mask != 0; mask &= mask - 1) {
      const int at = j + std::countr_zero(mask);
      found.add(at, cost[at], value[at]);
    }
  }
}

// Packed in a register and stored whole: storing through a mask is slow on some processors, and
// what lies behind the last entry is overwritten by the next block.
MOSAIC_TARGET_AVX512 void whole_blocks_avx512(const std::int32_t* value, const std::int32_t* cost,
                                              int blocks, std::int32_t threshold,
                                              Found<std::int32_t>& found) {
  const __m512i limit = _mm512_set1_epi32(threshold);
  const __m512i step = _mm512_set1_epi32(kColumnsAtOnce);
  __m512i column = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  int count = 0;
  for (int b = 0; b < blocks; ++b, column = _mm512_add_epi32(column, step)) {
    const __m512i values = _mm512_loadu_si512(value + b * kColumnsAtOnce);
    const __mmask16 mask = _mm512_cmplt_epi32_mask(values, limit);
    const __m512i costs = _mm512_loadu_si512(cost + b * kColumnsAtOnce);
    _mm512_storeu_si512(found.column + count, _mm512_maskz_compress_epi32(mask, column));
    _mm512_storeu_si512(found.cost + count, _mm512_maskz_compress_epi32(mask, costs));
    _mm512_storeu_si512(found.value + count, _mm512_maskz_compress_epi32(mask, values));
    count += std::popcount(static_cast<unsigned>(mask));
  }
  found.count = count;
}

}  // namespace

void subtract_prices(Isa isa, const std::int32_t* cost, const std::int32_t* price, int count,
                     std::int32_t* value, std::int32_t& least, std::int32_t& bits) {
  dispatch<subtract_body<std::int32_t>>(isa, cost, price, count, value, &least, &bits);
}

void subtract_prices(Isa isa, const std::int32_t* cost, const std::int64_t* price, int count,
                     std::int64_t* value, std::int64_t& least, std::int32_t& bits) {
  dispatch<subtract_body<std::int64_t>>(isa, cost, price, count, value, &least, &bits);
}

void gaps(Isa isa, const std::int32_t* cost, const std::int32_t* price, const std::int32_t* nearest,
          std::int32_t base, std::int32_t reach, int count, std::int32_t* gap) {
  dispatch<gaps_body<std::int32_t>>(isa, cost, price, nearest, base, reach, count, gap);
}

void gaps(Isa isa, const std::int32_t* cost, const std::int64_t* price, const std::int64_t* nearest,
          std::int64_t base, std::int64_t reach, int count, std::int64_t* gap) {
  dispatch<gaps_body<std::int64_t>>(isa, cost, price, nearest, base, reach, count, gap);
}

int columns_below(Isa isa, const std::int32_t* value, const std::int32_t* cost, int count,
                  std::int32_t threshold, std::int32_t* out_column, std::int32_t* out_cost,
                  std::int32_t* out_value) {
  Found<std::int32_t> found{out_column, out_cost, out_value};
  const int blocks = count / kColumnsAtOnce;
  if (isa == Isa::avx512) {
    whole_blocks_avx512(value, cost, blocks, threshold, found);
  } else {
    whole_blocks(value, cost, blocks, threshold, found);
  }
  for (int j = blocks * kColumnsAtOnce; j < count; ++j) {
    if (value[j] < threshold) found.add(j, cost[j], value[j]);
  }
  return found.count;
}

int columns_below(Isa /*isa*/, const std::int64_t* value, const std::int32_t* cost, int count,
                  std::int64_t threshold, std::int32_t* out_column, std::int32_t* out_cost,
                  std::int64_t* out_value) {
  Found<std::int64_t> found{out_column, out_cost, out_value};
  for (int j = 0; j < count; ++j) {
    if (value[j] < threshold) found.add(j, cost[j], value[j]);
  }
  return found.count;
}

}  // namespace mosaic::assign
