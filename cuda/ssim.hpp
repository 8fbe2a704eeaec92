// Twin of backend/cpu/ssim.hpp and of score_candidates(): dissimilarity of every cell's candidates
// and of the tile carried into it.
#pragma once

#include <cstdint>

#include "cuda/stream.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic::gpu {

struct SsimJob {
  const std::uint8_t* luma;       ///< the canvas
  const std::uint8_t* tile_luma;  ///< squares of S x S
  /// False: tile_luma holds all tiles. True: one square per pair, from first_cell on.
  bool staged;
  const std::int32_t* candidate_tile;  ///< cells x candidates: those that are asked for, or kNoTile
  const std::int32_t* carried_tile;    ///< cells
  /// cells: the carried tile's dissimilarity, or kUnknownDissimilarity where it is to be computed
  const std::int32_t* taken_over;
  std::int32_t* dissimilarity;  ///< cells x (candidates + 1), see CellScores
  int size_px, columns, first_cell, last_cell, candidates;
  std::int32_t ssim_unit;
};

/// Cells [first_cell, last_cell). 7 <= size_px <= kMaxSsimSquare_px.
void score_candidates(const SsimJob& job, const Stream& stream);

/// ssim_unit for every pair: where SSIM has no weight or cells are too small for it.
void fill_dissimilarity(const SsimJob& job, const Stream& stream);

}  // namespace mosaic::gpu
