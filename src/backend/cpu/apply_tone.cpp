#include "backend/cpu/apply_tone.hpp"

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "backend/tone_math.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {
namespace {

using u16 = std::uint16_t;

/// Largest result (1/16 levels) that lanes of 16 bit hold: 8 * kToneMost + 64 < 2^16.
constexpr std::uint64_t kToneMost = 8183;

constexpr int kPiece_px = 32;
constexpr int kStrideBits = 11;
constexpr u16 kStrideMask = (1 << kStrideBits) - 1;
static_assert(kToneStrideR <= kStrideMask && kToneEntries < (1 << 16));

/// The four corners of each pixel's tetrahedron and their weights, which sum to 8.
struct Corners {
  alignas(64) u16 at[4][kPiece_px];
  alignas(64) u16 weight[4][kPiece_px];
};

void tone_row(const std::uint64_t* table, u8* r, u8* g, u8* b, int width) {
  for (int x = 0; x < width; ++x) {
    const std::uint64_t result = tone_lookup(table, r[x], g[x], b[x]);
    r[x] = tone_lane(result, 0);
    g[x] = tone_lane(result, 1);
    b[x] = tone_lane(result, 2);
  }
}

MOSAIC_ALWAYS_INLINE u16 lesser(u16 a, u16 b) { return a < b ? a : b; }
MOSAIC_ALWAYS_INLINE u16 larger(u16 a, u16 b) { return a > b ? a : b; }

/// tone_lookup() up to the table, in 16 bit.
MOSAIC_ALWAYS_INLINE void find_corners(const u8* __restrict r, const u8* __restrict g,
                                       const u8* __restrict b, Corners* __restrict out) {
  for (int i = 0; i < kPiece_px; ++i) {
    const auto base =
        static_cast<u16>((r[i] >> 3) * kToneStrideR + (g[i] >> 3) * kToneStrideG + (b[i] >> 3));
    const auto x = static_cast<u16>((r[i] & 7) << kStrideBits | kToneStrideR);
    const auto y = static_cast<u16>((g[i] & 7) << kStrideBits | kToneStrideG);
    const auto z = static_cast<u16>((b[i] & 7) << kStrideBits | kToneStrideB);
    const u16 high = larger(x, y);
    const u16 low = lesser(x, y);
    const u16 first = larger(high, z);
    const u16 rest = lesser(high, z);
    const u16 second = larger(low, rest);
    const u16 third = lesser(low, rest);
    const u16 f1 = first >> kStrideBits;
    const u16 f2 = second >> kStrideBits;
    const u16 f3 = third >> kStrideBits;
    out->at[0][i] = base;
    out->at[1][i] = static_cast<u16>(base + (first & kStrideMask));
    out->at[2][i] = static_cast<u16>(base + (first & kStrideMask) + (second & kStrideMask));
    out->at[3][i] = static_cast<u16>(base + kToneStrideR + kToneStrideG + kToneStrideB);
    out->weight[0][i] = static_cast<u16>(8 - f1);
    out->weight[1][i] = static_cast<u16>(f1 - f2);
    out->weight[2][i] = static_cast<u16>(f2 - f3);
    out->weight[3][i] = f3;
  }
}

/// Entries of two pixels side by side.
MOSAIC_TARGET_AVX2 MOSAIC_ALWAYS_INLINE __m128i entries_of(const std::uint64_t* lanes,
                                                           const u16* at) {
  const __m128i first = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(lanes + at[0]));
  const __m128i second = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(lanes + at[1]));
  return _mm_unpacklo_epi64(first, second);
}

/// Results of the four pixels from `i` on, in lanes of 16 bit, not yet limited to 255.
MOSAIC_TARGET_AVX2 MOSAIC_ALWAYS_INLINE __m256i weigh_corners(const std::uint64_t* lanes,
                                                              const Corners& c, int i) {
  const __m256i spread = _mm256_set_epi64x(0x0908090809080908, 0x0100010001000100,
                                           0x0908090809080908, 0x0100010001000100);
  __m256i sum = _mm256_set1_epi16(64);  // rounds
  for (int k = 0; k < 4; ++k) {
    const __m256i entry =
        _mm256_set_m128i(entries_of(lanes, c.at[k] + i + 2), entries_of(lanes, c.at[k] + i));
    const __m128i weights = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(c.weight[k] + i));
    const __m256i weight = _mm256_shuffle_epi8(_mm256_cvtepu16_epi64(weights), spread);
    sum = _mm256_add_epi16(sum, _mm256_mullo_epi16(entry, weight));
  }
  return _mm256_srli_epi16(sum, 7);
}

/// One piece; the limit of 255 is the saturation of the narrowing.
MOSAIC_TARGET_AVX2 MOSAIC_ALWAYS_INLINE void look_up(const std::uint64_t* lanes, const Corners& c,
                                                     u8* r, u8* g, u8* b) {
  const __m256i planar = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  for (int i = 0; i < kPiece_px; i += 8) {
    // Each half holds R, G and B of four pixels: 0 1 4 5, and 2 3 6 7.
    const __m256i colours = _mm256_shuffle_epi8(
        _mm256_packus_epi16(weigh_corners(lanes, c, i), weigh_corners(lanes, c, i + 4)), planar);
    const __m128i low = _mm256_castsi256_si128(colours);
    const __m128i high = _mm256_extracti128_si256(colours, 1);
    const __m128i rg = _mm_unpacklo_epi16(low, high);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(r + i), rg);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(g + i), _mm_unpackhi_epi64(rg, rg));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(b + i), _mm_unpackhi_epi16(low, high));
  }
}

/// Note [Tone by vectors]
MOSAIC_TARGET_AVX2 void tone_row_avx2(const std::uint64_t* lanes, u8* r, u8* g, u8* b, int width) {
  Corners corners;
  int x = 0;
  for (; x + kPiece_px <= width; x += kPiece_px) {
    find_corners(r + x, g + x, b + x, &corners);
    look_up(lanes, corners, r + x, g + x, b + x);
  }
  if (x == width) return;
  u8 rest[3][kPiece_px] = {};
  const auto bytes = static_cast<std::size_t>(width - x);
  std::memcpy(rest[0], r + x, bytes);
  std::memcpy(rest[1], g + x, bytes);
  std::memcpy(rest[2], b + x, bytes);
  find_corners(rest[0], rest[1], rest[2], &corners);
  look_up(lanes, corners, rest[0], rest[1], rest[2]);
  std::memcpy(r + x, rest[0], bytes);
  std::memcpy(g + x, rest[1], bytes);
  std::memcpy(b + x, rest[2], bytes);
}

/// Whether all results fit.
MOSAIC_ALWAYS_INLINE void to_lanes(const std::uint64_t* table, std::uint64_t* lanes, bool* fits) {
  constexpr std::uint64_t kMask = (1 << kToneLane) - 1;
  std::uint64_t most = 0;
  for (int i = 0; i < kToneEntries; ++i) {
    const std::uint64_t r = table[i] & kMask;
    const std::uint64_t g = table[i] >> kToneLane & kMask;
    const std::uint64_t b = table[i] >> (2 * kToneLane);
    most = std::max({most, r, g, b});
    lanes[i] = r | g << 16 | b << 32;
  }
  *fits = most <= kToneMost;
}

}  // namespace

void Tone::set(std::span<const std::uint64_t> table, Isa isa) {
  table_ = table;
  wide_ = false;
  if (table.empty() || isa == Isa::plain) return;
  lanes_.resize(table.size());
  dispatch<to_lanes>(isa, table.data(), lanes_.data(), &wide_);
}

void Tone::apply(int first, int last, RgbImage& image) const {
  if (table_.empty()) return;
  const int width = image.size().width;
  for (int y = first; y < last; ++y) {
    if (wide_) {
      tone_row_avx2(lanes_.data(), image.r.row(y), image.g.row(y), image.b.row(y), width);
    } else {
      tone_row(table_.data(), image.r.row(y), image.g.row(y), image.b.row(y), width);
    }
  }
}

}  // namespace mosaic::cpu
