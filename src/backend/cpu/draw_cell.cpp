#include "backend/cpu/draw_cell.hpp"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "backend/compose_math.hpp"
#include "core/lanes.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {

namespace {

/// A look's curves for sixteen levels at a time: the node at or below a level, and the step to the
/// next one.
struct CurveLanes {
  Int32Lanes low[3] = {};
  Int32Lanes step[3] = {};
};

MOSAIC_ALWAYS_INLINE void load_curves(const CellLook& look, CurveLanes& curves) {
  static_assert(kCurveNodes == kLanes + 1);
  for (int c = 0; c < 3; ++c) {
    for (int k = 0; k < kLanes; ++k) {
      curves.low[c][k] = look.curve[c][k];
      curves.step[c][k] = look.curve[c][k + 1] - look.curve[c][k];
    }
  }
}

/// Sixteen pixels of one channel: the formulas of compose_math.hpp on vectors. `added` is what does
/// not depend on the matrix.
MOSAIC_ALWAYS_INLINE void draw_lanes(const Int32Lanes (&rgb)[3], const Int32Lanes& added,
                                     const std::uint8_t* target, const CellLook& look, int channel,
                                     std::uint8_t* out) {
  const std::int32_t* row = look.matrix + 3 * channel;
  const Int32Lanes sum = row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2] + added;
  const Int32Lanes value = sum >> kLookFractionBits;
  const Int32Lanes positive = value < 0 ? 0 : value;
  const Int32Lanes tile = positive > 255 ? 255 : positive;
  Int32Lanes behind;
  load_bytes(target, behind);
  store_bytes((tile * (256 - look.blend) + behind * look.blend + 128) >> 8, out);
}

MOSAIC_ALWAYS_INLINE void draw_pixel(const Square& square, const CellLook& look,
                                     const std::uint8_t* from, std::ptrdiff_t plane,
                                     std::ptrdiff_t at) {
  const std::int32_t rgb[3] = {from[0], from[plane], from[2 * plane]};
  for (int c = 0; c < 3; ++c) {
    const std::int32_t curve = look.curved != 0 ? curve_at(look.curve[c], rgb[c]) : 0;
    const std::int32_t tile =
        recoloured(look.matrix + 3 * c, look.offset[c] + curve, rgb[0], rgb[1], rgb[2]);
    square.out[c][at] = blended(tile, square.target[c][at], look.blend);
  }
}

template <bool kCurved>
MOSAIC_ALWAYS_INLINE void draw_square(const Square& square, const CellLook& look) {
  const int size = square.size_px;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size) * size;
  CurveLanes curves;
  if constexpr (kCurved) load_curves(look, curves);
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = square.tile + static_cast<std::ptrdiff_t>(y) * size;
    const std::ptrdiff_t at = y * square.stride;
    int x = 0;
    for (; x + kLanes <= size; x += kLanes) {
      Int32Lanes rgb[3];
      for (int c = 0; c < 3; ++c) load_bytes(from + c * plane + x, rgb[c]);
      for (int c = 0; c < 3; ++c) {
        Int32Lanes added = Int32Lanes{} + (look.offset[c] + kLookOne / 2);
        if constexpr (kCurved) {
          const Int32Lanes node = rgb[c] >> 4;
          Int32Lanes low;
          Int32Lanes step;
          pick(curves.low[c], node, low);
          pick(curves.step[c], node, step);
          added += (low * kCurveStep + step * (rgb[c] & (kCurveStep - 1))) << 6;
        }
        draw_lanes(rgb, added, square.target[c] + at + x, look, c, square.out[c] + at + x);
      }
    }
    for (; x < size; ++x) draw_pixel(square, look, from + x, plane, at + x);
  }
}

MOSAIC_ALWAYS_INLINE void draw_affine(const Square* square, const CellLook* look) {
  draw_square<false>(*square, *look);
}

MOSAIC_ALWAYS_INLINE void draw_curved(const Square* square, const CellLook* look) {
  draw_square<true>(*square, *look);
}

// Note [Recolouring by pairs]
// Where no element of the matrix passes 16 bits (a gain of two), pmaddwd multiplies two channels at
// once and sums in 32 bits, as recoloured() does. Narrowing with saturation is its clamp: what
// passes 16 bits passes 255 too. The blend fits into 16 bits unsigned: 255 * 256 + 128 < 2^16.

bool fits_pairs(const CellLook& look) {
  return look.curved == 0 && std::ranges::all_of(look.matrix, [](std::int32_t m) {
           return m >= INT16_MIN && m <= INT16_MAX;
         });
}

/// Two elements of the matrix for a pair of channels, the first one in the low half.
MOSAIC_ALWAYS_INLINE std::int32_t pair_of(std::int32_t low, std::int32_t high) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(high) << 16) |
                                   (static_cast<std::uint32_t>(low) & 0xffffU));
}

MOSAIC_TARGET_AVX2 MOSAIC_ALWAYS_INLINE __m256i load_16(const std::uint8_t* from) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

template <bool kBlend>
MOSAIC_TARGET_AVX2 void draw_pairs_avx2(const Square square, const CellLook& look) {
  const int size = square.size_px;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size) * size;
  const __m256i none = _mm256_setzero_si256();
  const __m256i most = _mm256_set1_epi16(255);
  const __m256i half = _mm256_set1_epi16(128);
  const __m256i share = _mm256_set1_epi16(static_cast<std::int16_t>(look.blend));
  const __m256i rest = _mm256_set1_epi16(static_cast<std::int16_t>(256 - look.blend));
  __m256i of_rg[3], of_b[3], added[3];
  for (int c = 0; c < 3; ++c) {
    const std::int32_t* row = look.matrix + 3 * c;
    of_rg[c] = _mm256_set1_epi32(pair_of(row[0], row[1]));
    of_b[c] = _mm256_set1_epi32(pair_of(row[2], 0));
    added[c] = _mm256_set1_epi32(look.offset[c] + kLookOne / 2);
  }
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = square.tile + static_cast<std::ptrdiff_t>(y) * size;
    const std::ptrdiff_t at = y * square.stride;
    int x = 0;
    for (; x + 16 <= size; x += 16) {
      const __m256i r = load_16(from + x);
      const __m256i g = load_16(from + plane + x);
      const __m256i b = load_16(from + 2 * plane + x);
      const __m256i rg[2] = {_mm256_unpacklo_epi16(r, g), _mm256_unpackhi_epi16(r, g)};
      const __m256i b0[2] = {_mm256_unpacklo_epi16(b, none), _mm256_unpackhi_epi16(b, none)};
      for (int c = 0; c < 3; ++c) {
        __m256i sum[2];
        for (int i = 0; i < 2; ++i) {
          const __m256i both = _mm256_add_epi32(_mm256_madd_epi16(rg[i], of_rg[c]),
                                                _mm256_madd_epi16(b0[i], of_b[c]));
          sum[i] = _mm256_srai_epi32(_mm256_add_epi32(both, added[c]), kLookFractionBits);
        }
        __m256i tile = _mm256_packs_epi32(sum[0], sum[1]);
        if constexpr (kBlend) {
          tile = _mm256_min_epi16(_mm256_max_epi16(tile, none), most);
          const __m256i behind = _mm256_mullo_epi16(load_16(square.target[c] + at + x), share);
          const __m256i both = _mm256_add_epi16(_mm256_mullo_epi16(tile, rest), behind);
          tile = _mm256_srli_epi16(_mm256_add_epi16(both, half), 8);
        }
        const __m256i bytes =
            _mm256_permute4x64_epi64(_mm256_packus_epi16(tile, tile), _MM_SHUFFLE(3, 1, 2, 0));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(square.out[c] + at + x),
                         _mm256_castsi256_si128(bytes));
      }
    }
    for (; x < size; ++x) draw_pixel(square, look, from + x, plane, at + x);
  }
}

MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE __m512i load_32(const std::uint8_t* from,
                                                          __mmask32 pixels) {
  return _mm512_maskz_cvtepu8_epi16(pixels, _mm256_maskz_loadu_epi8(pixels, from));
}

template <bool kBlend>
MOSAIC_TARGET_AVX512 void draw_pairs_avx512(const Square square, const CellLook& look) {
  constexpr __mmask32 kAll = 0xffffffffU;
  const int size = square.size_px;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size) * size;
  const __m512i none = _mm512_setzero_si512();
  const __m512i most = _mm512_set1_epi16(255);
  const __m512i half = _mm512_set1_epi16(128);
  const __m512i share = _mm512_set1_epi16(static_cast<std::int16_t>(look.blend));
  const __m512i rest = _mm512_set1_epi16(static_cast<std::int16_t>(256 - look.blend));
  __m512i of_rg[3], of_b[3], added[3];
  for (int c = 0; c < 3; ++c) {
    const std::int32_t* row = look.matrix + 3 * c;
    of_rg[c] = _mm512_set1_epi32(pair_of(row[0], row[1]));
    of_b[c] = _mm512_set1_epi32(pair_of(row[2], 0));
    added[c] = _mm512_set1_epi32(look.offset[c] + kLookOne / 2);
  }
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = square.tile + static_cast<std::ptrdiff_t>(y) * size;
    const std::ptrdiff_t at = y * square.stride;
    for (int x = 0; x < size; x += 32) {
      const __mmask32 pixels = size - x >= 32 ? kAll : (1U << (size - x)) - 1U;
      const __m512i r = load_32(from + x, pixels);
      const __m512i g = load_32(from + plane + x, pixels);
      const __m512i b = load_32(from + 2 * plane + x, pixels);
      const __m512i rg[2] = {_mm512_unpacklo_epi16(r, g), _mm512_unpackhi_epi16(r, g)};
      const __m512i b0[2] = {_mm512_unpacklo_epi16(b, none), _mm512_unpackhi_epi16(b, none)};
      for (int c = 0; c < 3; ++c) {
        __m512i sum[2];
        for (int i = 0; i < 2; ++i) {
          const __m512i both =
              _mm512_dpwssd_epi32(_mm512_dpwssd_epi32(added[c], b0[i], of_b[c]), rg[i], of_rg[c]);
          // zero-masked forms, here and above: g++ 12 warns about its own header otherwise
          sum[i] = _mm512_maskz_srai_epi32(0xffff, both, kLookFractionBits);
        }
        __m512i tile = _mm512_max_epi16(_mm512_packs_epi32(sum[0], sum[1]), none);
        if constexpr (kBlend) {
          tile = _mm512_min_epi16(tile, most);
          const __m512i behind = load_32(square.target[c] + at + x, pixels);
          const __m512i both =
              _mm512_add_epi16(_mm512_mullo_epi16(tile, rest), _mm512_mullo_epi16(behind, share));
          tile = _mm512_srli_epi16(_mm512_add_epi16(both, half), 8);
        }
        _mm256_mask_storeu_epi8(square.out[c] + at + x, pixels,
                                _mm512_maskz_cvtusepi16_epi8(kAll, tile));
      }
    }
  }
}

/// Note [Recolouring by pairs]
void draw_pairs(const Square& square, const CellLook& look, Isa isa) {
  if (isa == Isa::avx512) {
    look.blend != 0 ? draw_pairs_avx512<true>(square, look)
                    : draw_pairs_avx512<false>(square, look);
  } else {
    look.blend != 0 ? draw_pairs_avx2<true>(square, look) : draw_pairs_avx2<false>(square, look);
  }
}

/// The formula of blended() in 16 bits unsigned, which hold 255 * 256 + 128.
MOSAIC_ALWAYS_INLINE void blend_lanes(const std::uint8_t* target, std::int32_t blend,
                                      std::uint8_t* row) {
  ShortLanes tile, behind;
  load_bytes(row, tile);
  load_bytes(target, behind);
  const auto share = static_cast<std::uint16_t>(blend);
  const auto rest = static_cast<std::uint16_t>(256 - blend);
  store_bytes((tile * rest + behind * share + 128) >> 8, row);
}

MOSAIC_ALWAYS_INLINE void blend_row(const std::uint8_t* target, int width, std::int32_t blend,
                                    std::uint8_t* row) {
  int x = 0;
  for (; x + kLanes <= width; x += kLanes) blend_lanes(target + x, blend, row + x);
  for (; x < width; ++x) row[x] = blended(row[x], target[x], blend);
}

MOSAIC_ALWAYS_INLINE void blend_rows_of(const Square* square, std::int32_t blend) {
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < square->size_px; ++y) {
      const std::ptrdiff_t at = y * square->stride;
      blend_row(square->target[c] + at, square->size_px, blend, square->out[c] + at);
    }
  }
}

MOSAIC_ALWAYS_INLINE void blend_cells(const std::uint8_t* target, std::uint8_t* row,
                                      const CellLook* look, int columns, int size_px) {
  for (int column = 0; column < columns; ++column, target += size_px, row += size_px) {
    if (look[column].blend != 0) blend_row(target, size_px, look[column].blend, row);
  }
}

/// The tile unchanged: no blending, the identity matrix, no offset, no curve.
bool is_plain(const CellLook& look) {
  static constexpr std::int32_t kIdentity[9] = {kLookOne, 0, 0, 0, kLookOne, 0, 0, 0, kLookOne};
  return look.blend == 0 && look.curved == 0 && std::ranges::equal(look.matrix, kIdentity) &&
         std::ranges::all_of(look.offset, [](std::int32_t offset) { return offset == 0; });
}

void copy(const Square& square) {
  const std::uint8_t* from = square.tile;
  for (std::uint8_t* out : square.out) {
    for (int y = 0; y < square.size_px; ++y, from += square.size_px) {
      std::copy_n(from, square.size_px, out + y * square.stride);
    }
  }
}

}  // namespace

void draw(const Square& square, const CellLook& look, Isa isa) {
  if (is_plain(look)) {
    copy(square);
  } else if (isa != Isa::plain && fits_pairs(look)) {
    draw_pairs(square, look, isa);
  } else if (look.curved != 0) {
    dispatch<draw_curved>(isa, &square, &look);
  } else {
    dispatch<draw_affine>(isa, &square, &look);
  }
}

void blend_square(const Square& square, std::int32_t blend, Isa isa) {
  if (blend != 0) dispatch<blend_rows_of>(isa, &square, blend);
}

void blend_across(const std::uint8_t* target, std::uint8_t* row, const CellLook* look, int columns,
                  int size_px, Isa isa) {
  dispatch<blend_cells>(isa, target, row, look, columns, size_px);
}

}  // namespace mosaic::cpu
