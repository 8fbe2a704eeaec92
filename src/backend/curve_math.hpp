// Per-cell, per-channel curves and the quantiles they are made from. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// A curve is given at the levels 0, 16, ..., 256 and is straight in between: position and weight
/// of a level are its high and low four bits. A description holds as many quantiles of each
/// channel.
inline constexpr int kCurveNodes = 17;
inline constexpr int kCurveStep = 16;

/// The curve at `level` (0-255) in Q14 levels; `node` holds 1/16 levels.
MOSAIC_HD std::int32_t curve_at(const std::int16_t* node, std::int32_t level) {
  const std::int32_t low = node[level >> 4];
  const std::int32_t high = node[(level >> 4) + 1];
  return (low * 16 + (high - low) * (level & 15)) << 6;
}

/// Rank (0 to pixels - 1) of the k-th of the kCurveNodes quantiles of so many samples.
MOSAIC_HD std::int32_t quantile_rank(int k, std::int32_t pixels) {
  return static_cast<std::int32_t>(static_cast<std::int64_t>(k) * (pixels - 1) / (kCurveNodes - 1));
}

/// The quantiles of one channel from its histogram of `pixels` samples: the k-th is the level of
/// the sample of rank quantile_rank(k), so the first is the least level and the last the greatest.
MOSAIC_HD void quantiles_of(const std::int32_t* histogram, std::int32_t pixels, std::uint8_t* out) {
  std::int32_t below = histogram[0];  // samples at or below `level`
  int level = 0;
  for (int k = 0; k < kCurveNodes; ++k) {
    const std::int32_t rank = quantile_rank(k, pixels);
    while (below <= rank) below += histogram[++level];
    out[k] = static_cast<std::uint8_t>(level);
  }
}

}  // namespace mosaic
