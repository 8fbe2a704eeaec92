#include "core/resize_two_taps.hpp"

#include <immintrin.h>

#include "core/simd_dispatch.hpp"

namespace mosaic {

MOSAIC_TARGET_AVX512 void two_taps_avx512(const std::uint32_t* columns, const std::int32_t* first,
                                          const std::uint32_t* weights, std::size_t count,
                                          const NarrowDivision& division, std::uint8_t* out) {
  const __m512i half = _mm512_set1_epi32(static_cast<int>(division.half));
  const __m512i factor = _mm512_set1_epi64(static_cast<std::int64_t>(division.factor));
  const __m128i shift = _mm_cvtsi32_si128(division.shift);
  const std::uint32_t* const second = weights + count;
  std::size_t x = 0;
  for (; x + 16 <= count; x += 16) {
    const std::uint32_t* const from = columns + first[x];
    const __m512i at = _mm512_sub_epi32(_mm512_loadu_si512(first + x), _mm512_set1_epi32(first[x]));
    const __m512i left = _mm512_permutexvar_epi32(at, _mm512_loadu_si512(from));
    const __m512i right = _mm512_permutexvar_epi32(at, _mm512_loadu_si512(from + 1));
    const __m512i sum = _mm512_add_epi32(
        _mm512_add_epi32(_mm512_mullo_epi32(left, _mm512_loadu_si512(weights + x)),
                         _mm512_mullo_epi32(right, _mm512_loadu_si512(second + x))),
        half);
    const __m512i even = _mm512_srl_epi64(_mm512_mul_epu32(sum, factor), shift);
    const __m512i odd =
        _mm512_srl_epi64(_mm512_mul_epu32(_mm512_srli_epi64(sum, 32), factor), shift);
    const __m512i value = _mm512_or_si512(even, _mm512_slli_epi64(odd, 32));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), _mm512_cvtepi32_epi8(value));
  }
  for (; x < count; ++x) {
    const std::uint64_t sum = std::uint64_t{weights[x]} * columns[first[x]] +
                              std::uint64_t{second[x]} * columns[first[x] + 1];
    out[x] = static_cast<std::uint8_t>(((sum + division.half) * division.factor) >> division.shift);
  }
}

}  // namespace mosaic
