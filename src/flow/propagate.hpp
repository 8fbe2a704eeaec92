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
/// Tile s may go to cell i if the flow at i is trusted and the content of s, moved by it, lands
/// there or nearly: ride' = centre(s) + ride(s) - backward(i) - centre(i) is at most half a cell
/// and 2h in each axis. A tile at a border between cells must not go back and forth with every
/// jitter of the flow, so keeping its place is worth a margin of h: it leaves when the ride passes
/// half a cell + h, arrives with -(half a cell - h), and needs 2h of backward motion to return.
///
/// 1. Every tile asks its cells in order of squared distance less that bonus; a cell keeps the
///    nearest tile that asks (ties: lower cell, lower source). The refused ask on.
/// 2. A cell left empty takes the tile of a neighbour that kept its place only by the margin though
///    its content lies nearer to the empty cell; that empties the neighbour, which asks in turn. So
///    when the first tile of a moving row hands over, the row follows in the same frame.
/// 3. A tile left over although its content is in the picture gets a cell if a short chain of tiles
///    can each go to another of their cells. Where the picture shrinks there is no such chain, and
///    the farther of two tiles is dropped; where it grows, gaps stay empty.
Propagation propagate(const FlowField& flow, std::span<const FlowVector> previous_ride,
                      const GridGeometry& geometry);

}  // namespace mosaic
