// Further tiles made out of one photo's.
#pragma once

#include "mosaic/image.hpp"

namespace mosaic {

/// The tile at (10 + tenths)/10 of its brightness: every sample times that, rounded half up,
/// clamped to 255.
RgbImage brightened(const RgbImage& tile, int tenths);

/// The tile's mirror image, left and right swapped.
RgbImage mirrored(const RgbImage& tile);

/// The tile with its hues turned by step/steps of a circle and its luma kept: the matrix of
/// feColorMatrix type="hueRotate" (W3C Filter Effects 1, 9.6) in 14 fraction bits. Colours that end
/// outside the gamut are moved toward the grey of their luma until they fit, so that nothing is
/// clipped to another hue. Greys stay as they are.
RgbImage hue_rotated(const RgbImage& tile, int step, int steps);

}  // namespace mosaic
