// What a square of pixels looks like: mean colours, detail, colour moments, saliency.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/color_sums.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// An S x S square of planar sRGB and its luma; the pixel (x, y) of a plane is at y * stride + x.
struct SquareView {
  const std::uint8_t* r;
  const std::uint8_t* g;
  const std::uint8_t* b;
  const std::uint8_t* luma;
  std::ptrdiff_t stride;
  int size_px;
};

/// Writes 3 k^2 bytes, (cell_y * k + cell_x) * 3 + channel: the mean colour of each cell of a k x k
/// grid laid over the square, averaged in linear light and given in 8-bit Oklab
/// (backend/feature_math.hpp). When k does not divide S, a pixel on a grid line counts in both
/// cells by its exact share; that also holds for k > S, where a cell is part of a pixel. Luma is
/// not read. Throws UsageError unless 1 <= k <= 8 and 1 <= S <= 4096.
void mean_colours(const SquareView& square, int features_k, std::uint8_t* colours,
                  Isa isa = fastest_isa());

/// Writes the feature_count(k) bytes by which squares are matched (Note [What a match is judged
/// by]) and the colour moments. Throws as mean_colours(). `isa` changes the speed, never a bit.
void describe_square(const SquareView& square, int features_k, std::uint8_t* features,
                     ColorSums& sums, Isa isa = fastest_isa());

/// Saliency of one S x S square of luma (backend/saliency_math.hpp).
std::uint8_t saliency_of_square(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px,
                                Isa isa = fastest_isa());

}  // namespace mosaic::cpu
