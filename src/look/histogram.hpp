// Histogram matching of a tile to its cell, one curve per channel.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "core/parallel_for.hpp"

namespace mosaic {

/// The kCurveNodes quantiles of one channel (backend/curve_math.hpp).
using Quantiles = std::span<const std::uint8_t, kCurveNodes>;

/// Levels at 0, 16, ..., 256 that give the distribution `from` the quantiles of `to` (Gonzalez &
/// Woods, Digital Image Processing, 3.3: histogram specification). Quantiles are joined by straight
/// lines; beyond them, and where a level of `from` has several, the mean and slope 1. The median
/// goes to the median exactly, and from there outward the slope stays within 0.5 and 2: steeper,
/// the steps between 8-bit levels show as bands, flatter, the photo disappears. Not below 0 nor
/// above 255.
std::array<double, kCurveNodes> histogram_curve(Quantiles from, Quantiles to);

/// Mixes the recolouring `look` with histogram matching: (1 - share) of the one, `share` of the
/// other. `tile` and `cell`: quantiles of the three channels, 3 x kCurveNodes.
void add_histogram(std::span<const std::uint8_t> tile, std::span<const std::uint8_t> cell,
                   double share, CellLook& look);

/// Quantiles of every tile: tiles x 3 x kCurveNodes from tiles x 3 x S x S samples.
std::vector<std::uint8_t> quantiles_of_tiles(std::span<const std::uint8_t> rgb, int size_px,
                                             ThreadPool& pool);

}  // namespace mosaic
