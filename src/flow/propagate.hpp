// Which cell of the previous frame each cell takes its tile from. Pure: no state, no pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flow/flow.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic {

inline constexpr std::int32_t kNoCell = -1;

/// A tile rides its content: `ride` is where the content it was given to now lies, relative to the
/// centre of the cell that shows the tile. It grows with the motion, frame after frame, until the
/// content is nearer to another cell, which then takes the tile over. Without it, motion of less
/// than half a cell per frame would never move a tile.
struct Propagation {
  std::vector<std::int32_t> source_cell;  ///< per cell: cell of the previous frame, or kNoCell
  std::vector<FlowVector> ride;           ///< per cell; zero where source_cell is kNoCell
};

/// `previous_ride`: one per cell (all zero after a cut).
Propagation propagate(const FlowField& flow, std::span<const FlowVector> previous_ride,
                      const GridGeometry& geometry);

}  // namespace mosaic
