// Greedy placement with error diffusion: quick, and not optimal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/objective.hpp"
#include "backend/backend.hpp"
#include "backend/tile_library.hpp"

namespace mosaic {

/// What place_by_diffusion() needs; all by reference.
struct DiffusionRequest {
  const TileLibrary& library;
  const FrameObjective& objective;
  const CellDescriptions& cells;
  const CellScores& scores;                    ///< made at prices of zero
  std::span<const std::int32_t> carried_tile;  ///< per cell, kNoTile where nothing is carried
  std::span<const std::int32_t> capacity;      ///< uses allowed per photo; enough for all cells
  int columns = 0;
  double strength = 0.0;  ///< share of the error that is passed on, 0-1
  double left_l = 1.0;    ///< share of the lightness error that recolouring leaves
  double left_ab = 1.0;   ///< the same of a and b
};

/// The tile of every cell, one cell after the other, every other row backward. A cell takes the
/// tile of least cost whose photo has uses left, its colours shifted by the errors that earlier
/// cells passed on: with e the shift of the three Oklab channels, the distance of its features f to
/// a tile's features g is, over the k x k colours of both,
///   sum (f + e - g)^2  =  D + 2 sum over channels of e (sum f - sum g) + a constant.
/// What the chosen tile's mean colour misses, less what recolouring makes up for, times `strength`,
/// goes to the neighbours not yet placed: 7/16 ahead, 3/16, 5/16 and 1/16 in the next row (Floyd &
/// Steinberg, "An adaptive algorithm for spatial greyscale", 1976). Integers, in a fixed order;
/// ties go to the lower tile. Only listed and scored tiles are looked at while one of them is free.
///
/// A repeated frame keeps every tile: the cells before a cell keep theirs, so the same errors
/// arrive, and the tile it showed has become cheaper than the rest.
std::vector<std::int32_t> place_by_diffusion(const DiffusionRequest& request);

}  // namespace mosaic
