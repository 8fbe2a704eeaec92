#include "backend/cpu/color_moments.hpp"

#include <immintrin.h>

#include <algorithm>

#include "core/lanes.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {

namespace {

/// Bytes of a row that the AVX-512 body takes at once.
constexpr int kBytesAtOnce = 32;
// A lane of int32 holds this many sums of four products of an unsigned and a signed byte, and at
// least twice as many products of two bytes.
constexpr int kLaneCapacity = 16384;

struct Planes {
  const std::uint8_t* r;
  const std::uint8_t* g;
  const std::uint8_t* b;
  std::ptrdiff_t stride;
};

MOSAIC_ALWAYS_INLINE std::int64_t total_of(const Int32Lanes& lanes) {
  std::int64_t total = 0;
  for (int i = 0; i < kLanes; ++i) total += lanes[i];
  return total;
}

/// Adds the moments of `rows` rows to `sums`.
MOSAIC_ALWAYS_INLINE void add_moments(const Planes* planes, int width, int rows, ColorSums* sums) {
  const auto [r, g, b, stride] = *planes;
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

MOSAIC_TARGET_AVX512 std::int64_t total_of(__m256i lanes) {
  alignas(32) std::int32_t values[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(values), lanes);
  std::int64_t total = 0;
  for (const std::int32_t value : values) total += value;
  return total;
}

/// The same with vpdpbusd, whose second factor is signed: xy = x(y - 128) + 128x. Bytes beyond the
/// row are read as x = 0.
MOSAIC_TARGET_AVX512 void add_moments_avx512(const Planes* planes, int width, int rows,
                                             ColorSums* sums) {
  const auto [r, g, b, stride] = *planes;
  const __m256i ones = _mm256_set1_epi8(1);
  const __m256i half = _mm256_set1_epi8(-128);
  __m256i sum[3];
  __m256i product[6];
  for (__m256i& lanes : sum) lanes = _mm256_setzero_si256();
  for (__m256i& lanes : product) lanes = _mm256_setzero_si256();
  for (int x = 0; x < width; x += kBytesAtOnce) {
    const int count = std::min(kBytesAtOnce, width - x);
    const auto valid = static_cast<__mmask32>(count == kBytesAtOnce ? ~0U : (1U << count) - 1U);
    for (int y = 0; y < rows; ++y) {
      const std::ptrdiff_t at = y * stride + x;
      const __m256i vr = _mm256_maskz_loadu_epi8(valid, r + at);
      const __m256i vg = _mm256_maskz_loadu_epi8(valid, g + at);
      const __m256i vb = _mm256_maskz_loadu_epi8(valid, b + at);
      const __m256i signed_g = _mm256_xor_si256(vg, half);
      const __m256i signed_b = _mm256_xor_si256(vb, half);
      sum[0] = _mm256_dpbusd_epi32(sum[0], vr, ones);
      sum[1] = _mm256_dpbusd_epi32(sum[1], vg, ones);
      sum[2] = _mm256_dpbusd_epi32(sum[2], vb, ones);
      product[0] = _mm256_dpbusd_epi32(product[0], vr, _mm256_xor_si256(vr, half));
      product[1] = _mm256_dpbusd_epi32(product[1], vr, signed_g);
      product[2] = _mm256_dpbusd_epi32(product[2], vr, signed_b);
      product[3] = _mm256_dpbusd_epi32(product[3], vg, signed_g);
      product[4] = _mm256_dpbusd_epi32(product[4], vg, signed_b);
      product[5] = _mm256_dpbusd_epi32(product[5], vb, signed_b);
    }
  }
  static constexpr int kUnsignedFactor[6] = {0, 0, 0, 1, 1, 2};
  std::int64_t totals[3];
  for (int i = 0; i < 3; ++i) sums->sum[i] += totals[i] = total_of(sum[i]);
  for (int i = 0; i < 6; ++i) {
    sums->product[i] += total_of(product[i]) + 128 * totals[kUnsignedFactor[i]];
  }
}

}  // namespace

ColorSums color_sums_of(const std::uint8_t* r, const std::uint8_t* g, const std::uint8_t* b,
                        std::ptrdiff_t stride, int size_px, Isa isa) {
  ColorSums sums;
  sums.pixels = static_cast<std::int64_t>(size_px) * size_px;
  const int rows_at_once =
      std::max(1, kLaneCapacity / ((size_px + kBytesAtOnce - 1) / kBytesAtOnce));
  for (int y = 0; y < size_px; y += rows_at_once) {
    const std::ptrdiff_t at = y * stride;
    const Planes planes{r + at, g + at, b + at, stride};
    const int rows = std::min(rows_at_once, size_px - y);
    if (isa == Isa::avx512) {
      add_moments_avx512(&planes, size_px, rows, &sums);
    } else {
      dispatch<add_moments>(isa, &planes, size_px, rows, &sums);
    }
  }
  return sums;
}

}  // namespace mosaic::cpu
