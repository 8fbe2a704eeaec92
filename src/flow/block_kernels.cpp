#include "flow/block_kernels.hpp"

#include <immintrin.h>

#include <cstdlib>

#include "core/simd_dispatch.hpp"

namespace mosaic {

namespace {

std::uint32_t sad_plain(const u8* packed, const u8* plane, std::ptrdiff_t stride, int edge,
                        int rows) {
  std::uint32_t sum = 0;
  for (int y = 0; y < rows; ++y, packed += edge, plane += stride) {
    for (int x = 0; x < edge; ++x) {
      sum += static_cast<std::uint32_t>(std::abs(int{packed[x]} - int{plane[x]}));
    }
  }
  return sum;
}

__m128i load16(const u8* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

/// Two rows of 16 samples per step; windows 16 wide are packed without gaps.
MOSAIC_TARGET_AVX2 std::uint32_t sad_avx2(const u8* packed, const u8* plane, std::ptrdiff_t stride,
                                          int edge, int rows) {
  __m256i sum = _mm256_setzero_si256();
  for (int x = 0; x < edge; x += 16) {
    const u8* a = packed + x;
    const u8* b = plane + x;
    for (int y = 0; y < rows; y += 2, a += 2 * edge, b += 2 * stride) {
      const __m256i left = edge == 16 ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a))
                                      : _mm256_set_m128i(load16(a + edge), load16(a));
      const __m256i right = _mm256_set_m128i(load16(b + stride), load16(b));
      sum = _mm256_add_epi64(sum, _mm256_sad_epu8(left, right));
    }
  }
  const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(half) + _mm_extract_epi32(half, 2));
}

MOSAIC_TARGET_AVX512 __m512i load_four_rows(const u8* from, std::ptrdiff_t stride) {
  __m512i rows = _mm512_zextsi128_si512(load16(from));
  rows = _mm512_inserti32x4(rows, load16(from + stride), 1);
  rows = _mm512_inserti32x4(rows, load16(from + 2 * stride), 2);
  return _mm512_inserti32x4(rows, load16(from + 3 * stride), 3);
}

/// Four rows of 16 samples per step.
MOSAIC_TARGET_AVX512 std::uint32_t sad_avx512(const u8* packed, const u8* plane,
                                              std::ptrdiff_t stride, int edge, int rows) {
  __m512i sum = _mm512_setzero_si512();
  for (int x = 0; x < edge; x += 16) {
    const u8* a = packed + x;
    const u8* b = plane + x;
    for (int y = 0; y < rows; y += 4, a += 4 * edge, b += 4 * stride) {
      const __m512i left = edge == 16 ? _mm512_loadu_si512(a) : load_four_rows(a, edge);
      sum = _mm512_add_epi64(sum, _mm512_sad_epu8(left, load_four_rows(b, stride)));
    }
  }
  const __m256i half =
      _mm256_add_epi64(_mm512_castsi512_si256(sum), _mm512_maskz_extracti64x4_epi64(0xff, sum, 1));
  const __m128i quarter =
      _mm_add_epi64(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(quarter) + _mm_extract_epi32(quarter, 2));
}

/// 16 x 16 pixels: every sum below fits int32, since |e| <= 1020 and |g| <= 2296.
MOSAIC_ALWAYS_INLINE void add_square(DetailPointers a, DetailPointers b, std::ptrdiff_t stride,
                                     WindowSums& out) {
  alignas(64) std::int16_t e[256];
  alignas(64) std::int16_t gx[256];
  alignas(64) std::int16_t gy[256];
  for (int y = 0; y < 16; ++y) {
    const std::ptrdiff_t row = y * stride;
    for (int x = 0; x < 16; ++x) {
      e[16 * y + x] = static_cast<std::int16_t>(b.smooth[row + x] - a.smooth[row + x]);
      gx[16 * y + x] = static_cast<std::int16_t>(b.gx[row + x] + a.gx[row + x]);
      gy[16 * y + x] = static_cast<std::int16_t>(b.gy[row + x] + a.gy[row + x]);
    }
  }
  std::int32_t sum_gx = 0, sum_gy = 0, sum_e = 0;
  std::int32_t gxgx = 0, gxgy = 0, gygy = 0, gxe = 0, gye = 0, ee = 0;
  for (int i = 0; i < 256; ++i) {
    sum_gx += gx[i];
    sum_gy += gy[i];
    sum_e += e[i];
  }
  for (int i = 0; i < 256; ++i) gxgx += gx[i] * gx[i];
  for (int i = 0; i < 256; ++i) gxgy += gx[i] * gy[i];
  for (int i = 0; i < 256; ++i) gygy += gy[i] * gy[i];
  for (int i = 0; i < 256; ++i) gxe += gx[i] * e[i];
  for (int i = 0; i < 256; ++i) gye += gy[i] * e[i];
  for (int i = 0; i < 256; ++i) ee += e[i] * e[i];
  out.gx += sum_gx;
  out.gy += sum_gy;
  out.e += sum_e;
  out.gxgx += gxgx;
  out.gxgy += gxgy;
  out.gygy += gygy;
  out.gxe += gxe;
  out.gye += gye;
  out.ee += ee;
}

MOSAIC_ALWAYS_INLINE void sums_body(DetailPointers source, DetailPointers target,
                                    std::ptrdiff_t stride, int edge, WindowSums* out) {
  *out = WindowSums{};
  out->pixels = std::int64_t{edge} * edge;
  for (int y = 0; y < edge; y += 16) {
    for (int x = 0; x < edge; x += 16) {
      const std::ptrdiff_t at = y * stride + x;
      add_square({source.smooth + at, source.gx + at, source.gy + at},
                 {target.smooth + at, target.gx + at, target.gy + at}, stride, *out);
    }
  }
}

MOSAIC_ALWAYS_INLINE void smooth_row_body(const u8* above, const u8* here, const u8* below,
                                          int count, std::int16_t* __restrict out) {
  for (int x = 0; x < count; ++x) {
    const int left = above[x - 1] + 2 * here[x - 1] + below[x - 1];
    const int centre = above[x] + 2 * here[x] + below[x];
    const int right = above[x + 1] + 2 * here[x + 1] + below[x + 1];
    out[x] = static_cast<std::int16_t>((left + 2 * centre + right + 2) >> 2);
  }
}

/// (8 (s[+1] - s[-1]) - (s[+2] - s[-2])) / 12 is exact up to the fourth order; at a quarter level
/// and divided by 8 its unit is 1/6 level per pixel. Rounding down instead of to nearest shifts all
/// gradients alike, which the sums take out again. Every step fits 16 bits, and says so: that
/// doubles the number of samples per instruction.
MOSAIC_ALWAYS_INLINE std::int16_t derivative(int before2, int before, int after, int after2) {
  const auto near = static_cast<std::int16_t>(after - before);
  const auto far = static_cast<std::int16_t>(after2 - before2);
  const auto sum = static_cast<std::int16_t>(8 * near - far);
  return static_cast<std::int16_t>(sum >> 3);
}

MOSAIC_ALWAYS_INLINE void gradient_row_body(const std::int16_t* s, std::ptrdiff_t stride, int count,
                                            std::int16_t* __restrict gx,
                                            std::int16_t* __restrict gy) {
  for (int x = 0; x < count; ++x) {
    gx[x] = derivative(s[x - 2], s[x - 1], s[x + 1], s[x + 2]);
    gy[x] = derivative(s[x - 2 * stride], s[x - stride], s[x + stride], s[x + 2 * stride]);
  }
}

MOSAIC_ALWAYS_INLINE void halve_row_body(const u8* upper, const u8* lower, int count, u8* out) {
  for (int x = 0; x < count; ++x) {
    out[x] = static_cast<u8>(
        (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
  }
}

template <Isa kIsa>
void sums(DetailPointers source, DetailPointers target, std::ptrdiff_t stride, int edge,
          WindowSums& out) {
  dispatch<sums_body>(kIsa, source, target, stride, edge, &out);
}

template <Isa kIsa>
void smooth_row(const u8* above, const u8* here, const u8* below, int count, std::int16_t* out) {
  dispatch<smooth_row_body>(kIsa, above, here, below, count, out);
}

template <Isa kIsa>
void gradient_row(const std::int16_t* smooth, std::ptrdiff_t stride, int count, std::int16_t* gx,
                  std::int16_t* gy) {
  dispatch<gradient_row_body>(kIsa, smooth, stride, count, gx, gy);
}

template <Isa kIsa>
void halve_row(const u8* upper, const u8* lower, int count, u8* out) {
  dispatch<halve_row_body>(kIsa, upper, lower, count, out);
}

template <Isa kIsa>
constexpr BlockKernels kernels_with(decltype(BlockKernels::sad) sad) {
  return {sad, sums<kIsa>, smooth_row<kIsa>, gradient_row<kIsa>, halve_row<kIsa>};
}

constexpr BlockKernels kPlain = kernels_with<Isa::plain>(sad_plain);
constexpr BlockKernels kAvx2 = kernels_with<Isa::avx2>(sad_avx2);
constexpr BlockKernels kAvx512 = kernels_with<Isa::avx512>(sad_avx512);

}  // namespace

const BlockKernels& block_kernels(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return kAvx512;
    case Isa::avx2:
      return kAvx2;
    case Isa::plain:
      break;
  }
  return kPlain;
}

}  // namespace mosaic
