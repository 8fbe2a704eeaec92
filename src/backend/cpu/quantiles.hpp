// How the levels of a square are spread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mosaic::cpu {

/// The kCurveNodes quantiles of one channel of an S x S square (backend/curve_math.hpp).
void quantiles_of_square(const std::uint8_t* pixels, std::ptrdiff_t stride, int size_px,
                         std::uint8_t* quantiles);

}  // namespace mosaic::cpu
