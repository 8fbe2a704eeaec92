// Per cell, the tiles of least reduced base cost, without storing cells x tiles.
#pragma once

#include <cstdint>
#include <span>

#include "backend/cpu/packed_features.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// Entries of a list where there are that many tiles. The solver takes about the same time with 32,
/// 64 and 96; with fewer it fetches whole rows more often, with more the lists cost more to make.
inline constexpr int kListLength = 64;

struct ListRequest {
  const PackedFeatures& tiles;
  std::span<const std::uint8_t> features;    ///< cells x dims
  std::span<const std::uint8_t> saliency;    ///< cells
  std::span<const std::int32_t> tile_price;  ///< of each tile's photo; padded to whole blocks
  std::int32_t ssim_unit = 0;
  int list_length = 0;  ///< <= kListLength, <= tiles
  /// Cells, or empty: a reduced cost under which there may be list_length + 1 tiles, as
  /// guess_from() (backend/cost_math.hpp) made it of a list of almost the same numbers. It changes
  /// the speed, never a list.
  std::span<const std::int32_t> guess = {};
};

/// Arrays of CellScores, all cells.
struct ListOutput {
  std::span<std::int32_t> tile;
  std::span<std::int32_t> base;
  std::span<std::int32_t> bound;
};

/// Fills the lists of cells [first, last). Order by (reduced cost, tile); list_bound is the reduced
/// cost of the first tile not listed, INT32_MAX when all are listed.
void build_lists(const ListRequest& request, int first, int last, Isa isa, const ListOutput& out);

}  // namespace mosaic::cpu
