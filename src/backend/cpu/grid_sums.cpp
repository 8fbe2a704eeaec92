#include "backend/cpu/grid_sums.hpp"

#include <immintrin.h>

#include <algorithm>

#include "core/lanes.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {

namespace {

/// Columns that are summed at once.
constexpr int kColumns = 32;

/// Per row of the grid, sums over its rows of pixels, weighted in y. Below 2^16 * S.
using ColumnSums = std::int32_t[kMaxFeaturesK][kColumns];

/// kLanes columns from `from` on, of which `count` are there.
MOSAIC_ALWAYS_INLINE void sum_lanes(const Channel& channel, int from, int count,
                                    std::int32_t (*sums)[kColumns], int to) {
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
    store(total, sums[cy] + to);
  }
}

MOSAIC_ALWAYS_INLINE void sum_columns(const Channel* channel, int from, int count,
                                      std::int32_t (*sums)[kColumns]) {
  for (int at = 0; at < count; at += kLanes) {
    sum_lanes(*channel, from + at, std::min(kLanes, count - at), sums, at);
  }
}

// The table of 256 words lies in eight registers: four lookups of 64 words each, and the upper two
// bits of a level choose among them.
struct LinearTable {
  __m512i words[8];
};

MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE __m512i look_up(const LinearTable& table,
                                                          const std::uint8_t* row,
                                                          __mmask32 valid) {
  const __m512i level = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(valid, row));
  const __mmask32 odd = _mm512_test_epi16_mask(level, _mm512_set1_epi16(0x40));
  const __mmask32 upper = _mm512_test_epi16_mask(level, _mm512_set1_epi16(0x80));
  const __m512i first = _mm512_permutex2var_epi16(table.words[0], level, table.words[1]);
  const __m512i second = _mm512_permutex2var_epi16(table.words[2], level, table.words[3]);
  const __m512i third = _mm512_permutex2var_epi16(table.words[4], level, table.words[5]);
  const __m512i fourth = _mm512_permutex2var_epi16(table.words[6], level, table.words[7]);
  return _mm512_mask_blend_epi16(upper, _mm512_mask_blend_epi16(odd, first, second),
                                 _mm512_mask_blend_epi16(odd, third, fourth));
}

/// Sums of the even and of the odd columns.
struct Halves {
  __m512i even;
  __m512i odd;
};

MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE void add_weighted(__m512i words, std::int32_t weight,
                                                            Halves& sums) {
  const __m512i factor = _mm512_set1_epi32(weight);
  const __m512i even = _mm512_and_si512(words, _mm512_set1_epi32(0xffff));
  const __m512i odd = _mm512_maskz_srli_epi32(0xffff, words, 16);
  sums.even = _mm512_add_epi32(sums.even, _mm512_mullo_epi32(even, factor));
  sums.odd = _mm512_add_epi32(sums.odd, _mm512_mullo_epi32(odd, factor));
}

MOSAIC_TARGET_AVX512 void sum_columns_avx512(const Channel* channel, int from, int count,
                                             std::int32_t (*sums)[kColumns]) {
  LinearTable table;
  for (int i = 0; i < 8; ++i) {
    table.words[i] = _mm512_loadu_si512(kLinearFromLevel.data() + 32 * i);
  }
  const auto valid = static_cast<__mmask32>(count == kColumns ? ~0U : (1U << count) - 1U);
  const __m512i low_columns =
      _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high_columns =
      _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const std::uint8_t* plane = channel->plane + from;
  const auto row = [&](int y) { return plane + y * channel->stride; };
  __m512i last_words = _mm512_setzero_si512();
  int last_row = -1;  // neighbours of the grid share a row of pixels
  for (int cy = 0; cy < channel->k; ++cy) {
    const Interval& rows = (*channel->axis)[static_cast<std::size_t>(cy)];
    if (rows.first != last_row) last_words = look_up(table, row(rows.first), valid);
    Halves total{_mm512_setzero_si512(), _mm512_setzero_si512()};
    add_weighted(last_words, rows.first_weight, total);
    Halves interior{_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (int y = rows.first + 1; y < rows.last; ++y) {
      const __m512i words = look_up(table, row(y), valid);
      interior.even =
          _mm512_add_epi32(interior.even, _mm512_and_si512(words, _mm512_set1_epi32(0xffff)));
      interior.odd = _mm512_add_epi32(interior.odd, _mm512_maskz_srli_epi32(0xffff, words, 16));
    }
    if (rows.last != rows.first) last_words = look_up(table, row(rows.last), valid);
    last_row = rows.last;
    add_weighted(last_words, rows.last_weight, total);
    const __m512i weight = _mm512_set1_epi32(channel->k);
    const __m512i even = _mm512_add_epi32(total.even, _mm512_mullo_epi32(interior.even, weight));
    const __m512i odd = _mm512_add_epi32(total.odd, _mm512_mullo_epi32(interior.odd, weight));
    _mm512_storeu_si512(sums[cy], _mm512_permutex2var_epi32(even, low_columns, odd));
    _mm512_storeu_si512(sums[cy] + 16, _mm512_permutex2var_epi32(even, high_columns, odd));
  }
}

/// Adds the columns [from, from + count), weighted in x.
void add_columns(const Channel& channel, int from, int count, const ColumnSums& columns,
                 GridSums& sums) {
  const int k = channel.k;
  for (int cx = 0; cx < k; ++cx) {
    const Interval& interval = (*channel.axis)[static_cast<std::size_t>(cx)];
    const int first = std::max(interval.first, from) - from;
    const int last = std::min(interval.last, from + count - 1) - from;
    if (first > last) continue;
    // All weigh k; what the outermost weigh less is taken off.
    const bool has_first = interval.first >= from;
    const bool has_last = interval.last < from + count && interval.last != interval.first;
    const std::int64_t less_first = has_first ? k - interval.first_weight : 0;
    const std::int64_t less_last = has_last ? k - interval.last_weight : 0;
    for (int cy = 0; cy < k; ++cy) {
      const std::int32_t* row = columns[cy];
      std::int64_t sum = 0;
      for (int x = first; x <= last; ++x) sum += row[x];
      sum = sum * k - less_first * row[first] - less_last * row[last];
      const int cell = cy * k + cx;
      sums[static_cast<std::size_t>(cell)] += static_cast<std::uint64_t>(sum);
    }
  }
}

}  // namespace

void add_grid_sums(const Channel& channel, Isa isa, GridSums& sums) {
  alignas(64) ColumnSums columns;
  for (int from = 0; from < channel.size_px; from += kColumns) {
    const int count = std::min(kColumns, channel.size_px - from);
    if (isa == Isa::avx512) {
      sum_columns_avx512(&channel, from, count, columns);
    } else {
      dispatch<sum_columns>(isa, &channel, from, count, columns);
    }
    add_columns(channel, from, count, columns, sums);
  }
}

}  // namespace mosaic::cpu
