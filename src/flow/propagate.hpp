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
///
/// A cell without a source gets the ride that its neighbours have, if they move alike, else zero:
/// whatever tile is put there then hands over in step with them. So a ride belongs to the place in
/// the moving picture rather than to the tile, and is kept when a cell's tile is replaced.
struct Propagation {
  std::vector<std::int32_t> source_cell;  ///< per cell: cell of the previous frame, or kNoCell
  std::vector<FlowVector> ride;           ///< per cell
};

/// `previous_ride`: one per cell (all zero after a cut). Every source cell is used at most once.
///
/// Note [Hand-over]
///
/// Tile s may go to cell i if the flow at i is trusted and the content of s, moved by it, lands in
/// i: ride' = centre(s) + ride(s) - backward(i) - centre(i) is at most half a cell in each axis.
/// A tile at a border between cells must not go back and forth with every jitter of the flow, so
/// an axis along which it keeps its place has a margin h on top: it leaves when the ride passes
/// half a cell + h, arrives with -(half a cell - h), and needs 2h of backward motion to return.
/// Pairs are taken in order of distance (ties: lower cell, lower source), each tile and each cell
/// once. A tile whose new cell is not yet free may wait in its old one for up to another h.
///
/// Last, a cell left empty takes the tile of a neighbour that kept its place only by the margin,
/// though its content lies nearer to the empty cell; that may empty the neighbour, which asks in
/// turn. So when the first tile of a moving row hands over, the row follows in the same frame.
Propagation propagate(const FlowField& flow, std::span<const FlowVector> previous_ride,
                      const GridGeometry& geometry);

}  // namespace mosaic
