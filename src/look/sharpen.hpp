// Unsharp masking of the tiles, once, before they are drawn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/parallel_for.hpp"

namespace mosaic {

/// Every tile sharpened by itself (backend/unsharp_math.hpp); tiles x 3 x S x S samples in and out.
/// Empty when `sharpness` (0-2) rounds to nothing: the tiles serve as they are. Takes as much
/// memory as the tiles do.
std::vector<std::uint8_t> sharpened_tiles(std::span<const std::uint8_t> rgb, int size_px,
                                          double sharpness, ThreadPool& pool);

}  // namespace mosaic
