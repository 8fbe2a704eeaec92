#include "backend/cpu/score_cells.hpp"

#include <algorithm>
#include <cstddef>

#include "backend/backend.hpp"
#include "backend/ssim_math.hpp"

namespace mosaic::cpu {

void choose_candidates(std::span<const std::int32_t> list_tile, int variants,
                       std::span<std::int32_t> candidate_tile) {
  std::size_t count = 0;
  for (const std::int32_t tile : list_tile) {
    if (count == candidate_tile.size()) break;
    const auto chosen = candidate_tile.first(count);
    const auto same_photo = [&](std::int32_t other) { return other / variants == tile / variants; };
    if (std::ranges::any_of(chosen, same_photo)) continue;
    candidate_tile[count++] = tile;
  }
  std::ranges::fill(candidate_tile.subspan(count), kNoTile);
}

void score_candidates(SsimScorer& scorer, std::span<const std::uint8_t> tile_luma,
                      const TileWindowSums& tile_sums, int size_px, std::int32_t ssim_unit,
                      std::span<const std::int32_t> candidate_tile, std::int32_t carried_tile,
                      std::span<std::int32_t> dissimilarity) {
  const auto tile_bytes = static_cast<std::size_t>(size_px) * static_cast<std::size_t>(size_px);
  const auto score = [&](std::int32_t tile) {
    if (tile == kNoTile) return ssim_unit;
    const std::uint8_t* luma = tile_luma.data() + static_cast<std::size_t>(tile) * tile_bytes;
    const std::int64_t sum =
        tile_sums.empty() ? scorer.score(luma) : scorer.score(luma, tile_sums.of(tile));
    return dissimilarity_from_sum(ssim_unit, sum, scorer.windows());
  };
  bool carried_known = false;
  std::int32_t& of_carried = dissimilarity[candidate_tile.size()];
  for (std::size_t i = 0; i < candidate_tile.size(); ++i) {
    dissimilarity[i] = score(candidate_tile[i]);
    if (candidate_tile[i] != carried_tile) continue;
    of_carried = dissimilarity[i];
    carried_known = true;
  }
  if (!carried_known) of_carried = score(carried_tile);
}

}  // namespace mosaic::cpu
