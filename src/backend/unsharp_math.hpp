// Unsharp masking of a tile in integers. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// v + strength * (v - blurred), clamped. The blur is 1 4 6 4 1 along both axes (edges continued by
/// their last sample) and comes as its weighted sum, 256 times the mean; `strength` in 1/256.
///
/// Tiles are sharpened once, each by itself, when they are loaded: recolouring is affine but for
/// its clamp, so sharpening the tile first gives what sharpening the cell afterwards would, and the
/// borders between cells, which are no detail of any photo, are not made to stand out.
MOSAIC_HD std::uint8_t unsharp(std::int32_t value, std::int32_t blurred_sum,
                               std::int32_t strength) {
  const std::int32_t sharp = value + ((strength * (256 * value - blurred_sum) + (1 << 15)) >> 16);
  return static_cast<std::uint8_t>(sharp < 0 ? 0 : (sharp > 255 ? 255 : sharp));
}

}  // namespace mosaic
