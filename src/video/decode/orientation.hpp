// Turning decoded pictures the way they are to be shown.
#pragma once

#include <array>
#include <cstdint>

#include "mosaic/image.hpp"

namespace mosaic {

/// One of the eight ways to lay a rectangle on its frame: transpose first, then flip.
/// Shown pixel (x, y) is stored pixel (u, v) with (u, v) = transpose ? (y', x') : (x', y'), where
/// x' = flip_x ? width-1-x : x and y' = flip_y ? height-1-y : y in the shown size.
struct Orientation {
  bool transpose = false;
  bool flip_x = false;  ///< in the shown picture
  bool flip_y = false;
  bool exact = true;  ///< false: the matrix asked for an angle that is no multiple of 90 degrees

  [[nodiscard]] bool upright() const { return !transpose && !flip_x && !flip_y; }
  [[nodiscard]] Size shown(Size stored) const {
    return transpose ? Size{stored.height, stored.width} : stored;
  }
};

/// From a display matrix as ISO/IEC 14496-12 stores it: (a, b, u, c, d, v, x, y, w), with shown
/// x = a*u + c*v and y = b*u + d*v. Scaling is ignored; other angles go to the nearest right angle.
Orientation orientation_of(const std::array<std::int32_t, 9>& matrix);

Plane orient(const Plane& stored, const Orientation& orientation);
RgbImage orient(const RgbImage& stored, const Orientation& orientation);

/// Chroma planes are turned as they are. Where a flip meets an odd size, chroma pairs shift by one
/// luma sample against the stored ones: the price of staying in 4:2:0.
YuvImage orient(const YuvImage& stored, const Orientation& orientation);

}  // namespace mosaic
