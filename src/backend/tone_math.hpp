// Tetrahedral interpolation in a 33^3 colour table, in integers. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// Nodes lie at 0, 8, ..., 256 on each axis: position and weight of an 8-bit value are its high
/// five and low three bits, without a division.
inline constexpr int kToneNodes = 33;
inline constexpr int kToneEntries = kToneNodes * kToneNodes * kToneNodes;
/// One entry holds three results in 1/16 levels (0-4080), 21 bits apart, so that one multiplication
/// weighs all three: weights sum to 8, so no lane overflows.
inline constexpr int kToneLane = 21;
inline constexpr std::int32_t kToneStrideR = kToneNodes * kToneNodes;
inline constexpr std::int32_t kToneStrideG = kToneNodes;
inline constexpr std::int32_t kToneStrideB = 1;

MOSAIC_HD std::int32_t tone_min(std::int32_t a, std::int32_t b) { return a < b ? a : b; }
MOSAIC_HD std::int32_t tone_max(std::int32_t a, std::int32_t b) { return a > b ? a : b; }

/// The table's three results for one pixel, in levels, 21 bits apart (Kang, "Computational Color
/// Technology", 2006, ch. 9: the cube is split into the six tetrahedra of the orders of the
/// fractions). A fraction and its stride travel through the sort in one word.
MOSAIC_HD std::uint64_t tone_lookup(const std::uint64_t* table, std::int32_t r, std::int32_t g,
                                    std::int32_t b) {
  const std::int32_t base =
      (r >> 3) * kToneStrideR + (g >> 3) * kToneStrideG + (b >> 3) * kToneStrideB;
  const std::int32_t x = ((r & 7) << 16) | kToneStrideR;
  const std::int32_t y = ((g & 7) << 16) | kToneStrideG;
  const std::int32_t z = ((b & 7) << 16) | kToneStrideB;
  const std::int32_t high = tone_max(x, y);
  const std::int32_t low = tone_min(x, y);
  const std::int32_t first = tone_max(high, z);
  const std::int32_t rest = tone_min(high, z);
  const std::int32_t second = tone_max(low, rest);
  const std::int32_t third = tone_min(low, rest);
  const std::int32_t at1 = base + (first & 0xffff);
  const std::int32_t at2 = at1 + (second & 0xffff);
  const std::int32_t at3 = at2 + (third & 0xffff);
  const auto f1 = static_cast<std::uint64_t>(first >> 16);
  const auto f2 = static_cast<std::uint64_t>(second >> 16);
  const auto f3 = static_cast<std::uint64_t>(third >> 16);
  constexpr std::uint64_t kHalf =
      (64ULL << (2 * kToneLane)) | (64ULL << kToneLane) | 64ULL;  // rounds each lane
  const std::uint64_t sum = table[base] * (8 - f1) + table[at1] * (f1 - f2) +
                            table[at2] * (f2 - f3) + table[at3] * f3 + kHalf;
  return sum >> 7;
}

MOSAIC_HD std::uint8_t tone_lane(std::uint64_t result, int lane) {
  // Above the 14 bits of the level lie the next lane's fraction bits, shifted down with it.
  const auto level = static_cast<std::int32_t>((result >> (lane * kToneLane)) & 0x3fff);
  // The nodes at 256 are extrapolated, so between them a strong table can pass 255.
  return static_cast<std::uint8_t>(tone_min(level, 255));
}

}  // namespace mosaic
