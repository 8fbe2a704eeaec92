// Fixed-point recolouring and blending of one pixel. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

inline constexpr int kLookFractionBits = 14;
inline constexpr std::int32_t kLookOne = 1 << kLookFractionBits;

/// One channel of the recoloured tile; `row` is a row of the matrix in Q14, and the channel's
/// curve, where there is one, is part of `offset`. |m| < 2^19, |offset| < 2^28 and a curve below
/// 2^22 keep the sum within int32.
MOSAIC_HD std::int32_t recoloured(const std::int32_t* row, std::int32_t offset, std::int32_t r,
                                  std::int32_t g, std::int32_t b) {
  const std::int32_t sum = row[0] * r + row[1] * g + row[2] * b + offset + kLookOne / 2;
  const std::int32_t value = sum >> kLookFractionBits;
  return value < 0 ? 0 : (value > 255 ? 255 : value);
}

/// `blend` in 1/256: 0 shows the tile alone, 256 the target alone.
MOSAIC_HD std::uint8_t blended(std::int32_t tile, std::int32_t target, std::int32_t blend) {
  return static_cast<std::uint8_t>((tile * (256 - blend) + target * blend + 128) >> 8);
}

/// A tile through which an outgoing one still shows with `share` in 1/256.
MOSAIC_HD std::uint8_t faded(std::int32_t tile, std::int32_t outgoing, std::int32_t share) {
  return blended(outgoing, tile, 256 - share);
}

}  // namespace mosaic
