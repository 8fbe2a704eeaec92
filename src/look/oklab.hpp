// Oklab in order-fixed fp64, for tables (Ottosson, "A perceptual color space for image processing",
// 2020). Matrices are the published ones.
#pragma once

#include "look/symmetric3.hpp"

namespace mosaic {

/// sRGB-encoded values in [0, 1] to Oklab (L in [0, 1], a and b about +-0.3).
Vector3 oklab_from_srgb(const Vector3& rgb);

/// Oklab to sRGB-encoded values; outside [0, 1] where the colour is out of gamut.
Vector3 srgb_from_oklab(const Vector3& lab);

/// Colour inside the sRGB gamut of the same lightness (clamped to [0, 1]) and hue, with the most
/// chroma up to the given one. Error in chroma below 2^-12.
Vector3 srgb_from_oklab_in_gamut(const Vector3& lab);

}  // namespace mosaic
