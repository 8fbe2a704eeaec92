// First and second moments of the colours of a square.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/color_sums.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// Exact sums over S x S pixels, S <= 4096; the pixel (x, y) of a plane is at y * stride + x.
ColorSums color_sums_of(const std::uint8_t* r, const std::uint8_t* g, const std::uint8_t* b,
                        std::ptrdiff_t stride, int size_px, Isa isa);

}  // namespace mosaic::cpu
