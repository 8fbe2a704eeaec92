#include "core/byte_differences.hpp"

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <iterator>
#include <numeric>

#include "core/simd_dispatch.hpp"

namespace mosaic {
namespace {

constexpr int kBytes = 16;

__m128i load(const std::uint8_t* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// The lanes [first, last) of a register.
__m128i lanes_between(int first, int last) {
  static constexpr std::uint8_t kEdge[3 * kBytes] = {
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
      0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0};
  return _mm_and_si128(load(kEdge + kBytes - first), load(kEdge + 2 * kBytes - last));
}

/// What is left of each row after its whole registers: one more register, shifted so that it can be
/// read, and the lanes of it that count.
struct Rest {
  int at = 0;
  __m128i lanes{};
};

Rest rest_of(const BytePair& pair, int whole) {
  Rest rest;
  rest.at = std::min(whole, pair.width + pair.after - kBytes);
  rest.lanes = lanes_between(whole - rest.at, pair.width - rest.at);
  return rest;
}

std::int64_t total_of(__m128i sums) {
  return _mm_cvtsi128_si64(sums) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
}

/// By registers of 16 bytes.
template <bool kCount>
ByteChanges by_registers(const BytePair& pair, int levels) {
  const int whole = pair.width / kBytes * kBytes;
  const Rest rest = rest_of(pair, whole);
  const bool has_rest = whole < pair.width;
  const __m128i all = _mm_set1_epi8(-1);
  const __m128i most = _mm_set1_epi8(static_cast<char>(levels - 1));
  const __m128i one = _mm_set1_epi8(1);
  const __m128i zero = _mm_setzero_si128();
  __m128i sum = zero;
  __m128i alike = zero;
  const auto add = [&](__m128i a, __m128i b, __m128i lanes) {
    sum = _mm_add_epi64(sum, _mm_sad_epu8(_mm_and_si128(a, lanes), _mm_and_si128(b, lanes)));
    if constexpr (!kCount) return;
    const __m128i difference = _mm_or_si128(_mm_subs_epu8(a, b), _mm_subs_epu8(b, a));
    const __m128i few = _mm_cmpeq_epi8(_mm_min_epu8(difference, most), difference);
    alike = _mm_add_epi64(alike, _mm_sad_epu8(_mm_and_si128(_mm_and_si128(few, lanes), one), zero));
  };
  const std::uint8_t* a = pair.a;
  const std::uint8_t* b = pair.b;
  for (int y = 0; y < pair.rows; ++y, a += pair.stride, b += pair.stride) {
    for (int x = 0; x < whole; x += kBytes) add(load(a + x), load(b + x), all);
    if (has_rest) add(load(a + rest.at), load(b + rest.at), rest.lanes);
  }
  return {total_of(sum), total_of(alike)};
}

ByteChanges one_by_one(const BytePair& pair, int levels) {
  ByteChanges result;
  for (int y = 0; y < pair.rows; ++y) {
    const std::ptrdiff_t row = y * pair.stride;
    for (int x = 0; x < pair.width; ++x) {
      const int difference = std::abs(pair.a[row + x] - pair.b[row + x]);
      result.sum += difference;
      result.alike += difference < levels ? 1 : 0;
    }
  }
  return result;
}

bool fits_registers(const BytePair& pair) {
  return pair.before + pair.width + pair.after >= kBytes;
}

template <bool kCount>
MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE void add_64(const std::uint8_t* a, const std::uint8_t* b,
                                                      __mmask64 lanes, __m512i levels, __m512i& sum,
                                                      std::int64_t& alike) {
  const __m512i x = _mm512_maskz_loadu_epi8(lanes, a);
  const __m512i y = _mm512_maskz_loadu_epi8(lanes, b);
  sum = _mm512_add_epi64(sum, _mm512_sad_epu8(x, y));
  if constexpr (kCount) {
    const __m512i difference = _mm512_or_si512(_mm512_subs_epu8(x, y), _mm512_subs_epu8(y, x));
    alike += std::popcount(_mm512_mask_cmplt_epu8_mask(lanes, difference, levels));
  }
}

template <bool kCount>
MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE void add_32(const std::uint8_t* a, const std::uint8_t* b,
                                                      __mmask32 lanes, __m256i levels, __m256i& sum,
                                                      std::int64_t& alike) {
  const __m256i x = _mm256_maskz_loadu_epi8(lanes, a);
  const __m256i y = _mm256_maskz_loadu_epi8(lanes, b);
  sum = _mm256_add_epi64(sum, _mm256_sad_epu8(x, y));
  if constexpr (kCount) {
    const __m256i difference = _mm256_or_si256(_mm256_subs_epu8(x, y), _mm256_subs_epu8(y, x));
    alike += std::popcount(_mm256_mask_cmplt_epu8_mask(lanes, difference, levels));
  }
}

template <bool kCount>
MOSAIC_TARGET_AVX512 ByteChanges narrow_avx512(const BytePair& pair, int levels) {
  const auto lanes = static_cast<__mmask32>((std::uint64_t{1} << pair.width) - 1);
  const __m256i limit = _mm256_set1_epi8(static_cast<char>(levels));
  __m256i sum = _mm256_setzero_si256();
  ByteChanges result;
  const std::uint8_t* a = pair.a;
  const std::uint8_t* b = pair.b;
  for (int y = 0; y < pair.rows; ++y, a += pair.stride, b += pair.stride) {
    add_32<kCount>(a, b, lanes, limit, sum, result.alike);
  }
  result.sum =
      total_of(_mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1)));
  return result;
}

template <bool kCount>
MOSAIC_TARGET_AVX512 ByteChanges wide_avx512(const BytePair& pair, int levels) {
  constexpr int kWide = 64;
  const int whole = pair.width / kWide * kWide;
  const __mmask64 rest = (std::uint64_t{1} << (pair.width - whole)) - 1;
  const __m512i limit = _mm512_set1_epi8(static_cast<char>(levels));
  __m512i sum = _mm512_setzero_si512();
  ByteChanges result;
  const std::uint8_t* a = pair.a;
  const std::uint8_t* b = pair.b;
  for (int y = 0; y < pair.rows; ++y, a += pair.stride, b += pair.stride) {
    for (int x = 0; x < whole; x += kWide) {
      add_64<kCount>(a + x, b + x, ~__mmask64{0}, limit, sum, result.alike);
    }
    if (rest != 0) add_64<kCount>(a + whole, b + whole, rest, limit, sum, result.alike);
  }
  alignas(64) std::int64_t part[8];
  _mm512_store_si512(part, sum);
  result.sum = std::accumulate(std::begin(part), std::end(part), std::int64_t{0});
  return result;
}

template <bool kCount>
ByteChanges find(const BytePair& pair, int levels, Isa isa) {
  if (isa == Isa::avx512) {
    return pair.width <= 32 ? narrow_avx512<kCount>(pair, levels)
                            : wide_avx512<kCount>(pair, levels);
  }
  return fits_registers(pair) ? by_registers<kCount>(pair, levels) : one_by_one(pair, levels);
}

}  // namespace

std::int64_t difference_sum(const BytePair& pair, Isa isa) { return find<false>(pair, 1, isa).sum; }

ByteChanges byte_changes(const BytePair& pair, int levels, Isa isa) {
  return find<true>(pair, levels, isa);
}

}  // namespace mosaic
