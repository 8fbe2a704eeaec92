// What a square of pixels looks like: mean colours, colour moments, saliency.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/color_sums.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// Describes one S x S square of planar sRGB; the pixel (x, y) of a channel is at y * stride + x.
///
/// `features` receives 3 k^2 bytes, (cell_y * k + cell_x) * 3 + channel: the mean colour of each
/// cell of a k x k grid laid over the square, averaged in linear light and given in 8-bit Oklab
/// (backend/feature_math.hpp). When k does not divide S, a pixel on a grid line counts in both
/// cells by its exact share; that also holds for k > S, where a cell is part of a pixel.
/// Throws UsageError unless 1 <= k <= 8 and 1 <= S <= 4096. `isa` changes the speed, never a bit.
void describe_square(const std::uint8_t* r, const std::uint8_t* g, const std::uint8_t* b,
                     std::ptrdiff_t stride, int size_px, int features_k, std::uint8_t* features,
                     ColorSums& sums, Isa isa = fastest_isa());

/// Saliency of one S x S square of luma (backend/saliency_math.hpp).
std::uint8_t saliency_of_square(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px);

}  // namespace mosaic::cpu
