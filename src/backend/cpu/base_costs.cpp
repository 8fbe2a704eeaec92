#include "backend/cpu/base_costs.hpp"

#include <utility>

#include "backend/cost_math.hpp"
#include "backend/cpu/distances.hpp"
#include "backend/feature_math.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {

namespace {

MOSAIC_ALWAYS_INLINE void weigh(std::int32_t* __restrict costs, std::size_t count,
                                std::int32_t saliency, std::int32_t ssim_unit) {
  for (std::size_t i = 0; i < count; ++i) costs[i] = weighted_cost(saliency, costs[i], ssim_unit);
}

}  // namespace

BaseCosts::BaseCosts(const TileLibrary& library, const CostScale& scale, SimdChoice simd)
    : BaseCosts(
          PackedFeatures(library.features(), library.tiles(), feature_count(library.features_k())),
          scale.ssim_unit, choose_isa(simd)) {}

BaseCosts::BaseCosts(PackedFeatures tiles, std::int32_t ssim_unit, Isa isa)
    : tiles_(std::move(tiles)), ssim_unit_(ssim_unit), isa_(isa) {}

void BaseCosts::row(const std::uint8_t* cell_features, std::uint8_t saliency,
                    std::span<std::int32_t> out_tiles) const {
  distance_row(cell_features, tiles_, isa_, out_tiles);
  dispatch<weigh>(isa_, out_tiles.data(), out_tiles.size(), std::int32_t{saliency}, ssim_unit_);
}

}  // namespace mosaic::cpu
