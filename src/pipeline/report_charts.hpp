// Drawings of the HTML report, as SVG of bounded size.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pipeline/run_totals.hpp"

namespace mosaic {

/// Fixed number of decimals, always with a point.
std::string decimals(double value, int count);

/// Share of changed cells over the frames, and where shots begin. At most 400 steps: of the frames
/// of a step the mean and the most.
std::string changes_svg(std::span<const FrameFigures> series, int cells);

/// Sums per cell in row order as 16 shades, black the largest. A grid of more than 96 columns or
/// rows is thinned out to mean values of blocks.
std::string cost_map_svg(std::span<const std::int64_t> cost, int columns, int rows);

}  // namespace mosaic
