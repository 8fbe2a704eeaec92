// The bytes that describe a cell or tile: 8-bit Oklab of mean linear-light colours, and how much
// detail there is, in integers. Shared by g++ and nvcc.
//
// Oklab: B. Ottosson, "A perceptual color space for image processing" (2020), public domain
// matrices; sRGB curve: IEC 61966-2-1. The tables are built at compile time from integers or from
// + - * / alone, so they are equal everywhere.
#pragma once

#include <array>
#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// Largest k of the k x k mean colours.
inline constexpr int kMaxFeaturesK = 8;

/// Detail is measured in 3 x 3 parts of a square.
inline constexpr int kDetailGrid = 3;
inline constexpr int kDetailFeatures = kDetailGrid * kDetailGrid;

/// Bytes of a description: k x k colours of three bytes, then the detail of each part, row by row.
MOSAIC_HD constexpr int feature_count(int k) { return 3 * k * k + kDetailFeatures; }

/// Room for the longest description in whole groups of four.
inline constexpr int kMaxFeatures = (feature_count(kMaxFeaturesK) + 3) / 4 * 4;

/// Fraction bits added to 16-bit linear light when a mean is formed: 24-bit means.
inline constexpr int kMeanExtraBits = 8;

namespace feature_detail {

/// sRGB-encoded level / 255 to linear light, 0-65535.
constexpr std::uint16_t linear_from_level(int level) {
  double linear = level / 255.0 / 12.92;
  if (level > 10) {  // 0.04045 * 255 = 10.3
    // ((v + 0.055) / 1.055) ^ 2.4 as the fifth root of the 12th power, by Newton's method
    const double x = (level / 255.0 + 0.055) / 1.055;
    const double x3 = x * x * x;
    const double power = x3 * x3 * x3 * x3;
    linear = 1.0;
    for (int i = 0; i < 64; ++i) {
      const double y4 = linear * linear * linear * linear;
      linear = (4.0 * linear + power / y4) / 5.0;
    }
  }
  const double scaled = linear * 65535.0;
  const int below = static_cast<int>(scaled);
  return static_cast<std::uint16_t>(scaled - below < 0.5 ? below : below + 1);
}

constexpr std::array<std::uint16_t, 256> make_linear_table() {
  std::array<std::uint16_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    table[static_cast<std::size_t>(i)] = linear_from_level(i);
  }
  return table;
}

inline constexpr int kRootFirst = 64;  // the table runs over i / 512 from 1/8 ...
inline constexpr int kRootLast = 513;  // ... to 1, and one further for interpolation
inline constexpr int kRootBits = 18;   // fraction bits of the roots

/// Nearest integer to 2^18 * cbrt(i / 512) = 2^15 * cbrt(i), found bit by bit.
constexpr std::uint32_t root_entry(int i) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << kRootBits; bit != 0; bit >>= 1) {
    const std::uint64_t doubled = 2 * (root + bit) - 1;  // (root + bit - 1/2)^3 <= 2^45 * i
    if (doubled * doubled * doubled <= (std::uint64_t{1} << 48) * static_cast<unsigned>(i)) {
      root += bit;
    }
  }
  return static_cast<std::uint32_t>(root);
}

constexpr std::array<std::uint32_t, kRootLast - kRootFirst + 1> make_root_table() {
  std::array<std::uint32_t, kRootLast - kRootFirst + 1> table{};
  for (int i = kRootFirst; i <= kRootLast; ++i) {
    table[static_cast<std::size_t>(i - kRootFirst)] = root_entry(i);
  }
  return table;
}

}  // namespace feature_detail

/// Linear light of every sRGB level.
inline constexpr auto kLinearFromLevel = feature_detail::make_linear_table();
inline constexpr auto kRootTable = feature_detail::make_root_table();

/// round(2^18 * cbrt(value / 2^24)) to within 2 units, for value in [0, 2^24].
/// The argument is brought to [1/8, 1] by powers of 8 and looked up with linear interpolation.
MOSAIC_HD std::int32_t cube_root(std::int32_t value, const std::uint32_t* root_table) {
  if (value <= 0) return 0;
  int octaves = 0;
  while (value < (1 << 21)) {
    value <<= 3;
    ++octaves;
  }
  const int index = (value >> 15) - feature_detail::kRootFirst;
  const std::int32_t fraction = value & 0x7fff;
  const auto low = static_cast<std::int32_t>(root_table[index]);
  const auto step = static_cast<std::int32_t>(root_table[index + 1]) - low;
  const std::int32_t root = low + ((step * fraction + (1 << 14)) >> 15);
  return (root + ((1 << octaves) >> 1)) >> octaves;
}

/// The pixels that one of k equal intervals of an axis of S pixels covers. Weights are in 1/k
/// pixel: interior pixels weigh k, and all weights of an interval sum to S.
struct Interval {
  int first = 0;
  int last = 0;
  std::int32_t first_weight = 0;
  std::int32_t last_weight = 0;  ///< 0 when the interval lies within one pixel
};

MOSAIC_HD Interval interval_of(int index, int size_px, int k) {
  const int begin = index * size_px;  // in 1/k pixel
  const int end = begin + size_px;
  Interval interval;
  interval.first = begin / k;
  interval.last = (end - 1) / k;
  if (interval.first == interval.last) {
    interval.first_weight = size_px;
  } else {
    interval.first_weight = (interval.first + 1) * k - begin;
    interval.last_weight = end - interval.last * k;
  }
  return interval;
}

MOSAIC_HD std::int32_t weight_of(const Interval& interval, int pixel, int k) {
  if (pixel == interval.first) return interval.first_weight;
  if (pixel == interval.last) return interval.last_weight;
  return k;
}

/// Mean over an area whose integer weights sum to `weight`; `sum` holds 16-bit linear light.
MOSAIC_HD std::int32_t mean_linear(std::uint64_t sum, std::uint64_t weight) {
  return static_cast<std::int32_t>(((sum << kMeanExtraBits) + weight / 2) / weight);
}

/// 8-bit Oklab of a 24-bit linear-light sRGB mean: L as 255 L, a and b as 128 + 255 * 2 * a (the
/// few colours beyond 0.25 are cut off).
MOSAIC_HD void oklab_bytes(std::int32_t r, std::int32_t g, std::int32_t b,
                           const std::uint32_t* root_table, std::uint8_t* out) {
  // linear sRGB to cone responses, 16 fraction bits, rows summing to exactly 2^16
  const auto cone = [](std::int64_t sum) { return static_cast<std::int32_t>((sum + 32768) >> 16); };
  const std::int32_t l = cube_root(
      cone(std::int64_t{27015} * r + std::int64_t{35149} * g + std::int64_t{3372} * b), root_table);
  const std::int32_t m = cube_root(
      cone(std::int64_t{13887} * r + std::int64_t{44610} * g + std::int64_t{7039} * b), root_table);
  const std::int32_t s = cube_root(
      cone(std::int64_t{5787} * r + std::int64_t{18463} * g + std::int64_t{41286} * b), root_table);
  // roots to Oklab, 16 fraction bits; the rows of a and b sum to exactly 0, so grey is exactly 128
  const std::int64_t lightness =
      std::int64_t{13792} * l + std::int64_t{52011} * m - std::int64_t{267} * s;
  const std::int64_t green_red =
      std::int64_t{129630} * l - std::int64_t{159160} * m + std::int64_t{29530} * s;
  const std::int64_t blue_yellow =
      std::int64_t{1698} * l + std::int64_t{51300} * m - std::int64_t{52998} * s;
  constexpr int kBits = 16 + feature_detail::kRootBits;
  const auto level = [](std::int64_t value) {
    return static_cast<std::uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
  };
  const auto chroma = [&](std::int64_t value) {
    return level(128 + ((value * 510 + (std::int64_t{1} << (kBits - 1))) >> kBits));
  };
  out[0] = level((lightness * 255 + (std::int64_t{1} << (kBits - 1))) >> kBits);
  out[1] = chroma(green_red);
  out[2] = chroma(blue_yellow);
}

/// Note [What a match is judged by]
///
/// The k x k colours count as they are, their common mean included. Recolouring takes away half of
/// a difference of means, so for likeness alone it could count for less; but what recolouring has
/// to take away is what makes a photo hard to recognise.
///
/// What no recolouring takes away is a tile's fine detail. Where the frame is smooth, a tile
/// full of detail is noise, however well its 25 mean colours fit. So the description ends with the
/// amount of detail in 3 x 3 parts: means of |luma(x + lag, y) - luma(x, y)| and of
/// |luma(x, y + lag) - luma(x, y)| over all (x, y) below S - lag, lag = S / 18 and at least 1.
MOSAIC_HD int detail_lag(int size_px) { return size_px / 18 > 1 ? size_px / 18 : 1; }

/// First x (or y) of part `part` (0 to kDetailGrid, the last being the end).
MOSAIC_HD int detail_part(int size_px, int part) {
  const int positions = size_px - detail_lag(size_px);
  return positions < 0 ? 0 : positions * part / kDetailGrid;
}

/// `sum` of both differences over `positions` places. k/5 of their mean: then all parts together
/// weigh the same against the k x k colours for any k. Empty parts of tiny squares have no detail.
MOSAIC_HD std::uint8_t detail_byte(std::int64_t sum, std::int64_t positions, int k) {
  if (positions == 0) return 0;
  const std::int64_t value = (2 * k * sum + 5 * positions) / (10 * positions);
  return static_cast<std::uint8_t>(value > 255 ? 255 : value);
}

}  // namespace mosaic
