// Which tiles of a cell get an SSIM, and what it costs them.
#pragma once

#include <cstdint>
#include <span>

#include "backend/cpu/ssim.hpp"

namespace mosaic::cpu {

/// The first tile of each of the first photos of a list, at most one variant per photo: variants of
/// one photo share its use limit, so a second one would seldom be shown. Since the list is
/// ascending, it is each photo's best variant by features. kNoTile fills what is left.
void choose_candidates(std::span<const std::int32_t> list_tile, int variants,
                       std::span<std::int32_t> candidate_tile);

/// Dissimilarities of one cell: one per candidate and, last, the carried tile's; ssim_unit where
/// there is no tile. `scorer` has been given the cell; `tile_luma`: tiles x S x S, and their sums
/// where they have been made.
void score_candidates(SsimScorer& scorer, std::span<const std::uint8_t> tile_luma,
                      const TileWindowSums& tile_sums, int size_px, std::int32_t ssim_unit,
                      std::span<const std::int32_t> candidate_tile, std::int32_t carried_tile,
                      std::span<std::int32_t> dissimilarity);

}  // namespace mosaic::cpu
