// Colour transfer: how the tile shown in a cell is recoloured toward it, as one affine map per
// cell.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// The recolouring of a tile with statistics `tile` toward a cell with statistics `cell`.
///
/// - none: identity.
/// - reinhard: mean and standard deviation of luma and of the two differences r - luma, b - luma
///   (after Reinhard et al., "Color transfer between images", 2001, in a space that is linear in
///   8-bit RGB, so that the whole transfer is one 3x3 matrix). Deviation ratios are limited to
///   0.5-2; reinhard_l and reinhard_ab scale the change of luma and of the differences.
/// - mkl: the Monge-Kantorovich linear map between the two colour covariances (Pitie & Kokaram,
///   "The linear Monge-Kantorovitch linear colour mapping", 2007); its principal gains are limited
///   to 0.5-2 and reinhard_l scales the change.
///
/// The blend is linear in saliency (1/64 units) from base_blend_min at 32 to base_blend_max at 128.
CellLook cell_look(const ColorSums& tile, const ColorSums& cell, std::uint8_t saliency,
                   const LookSettings& settings);

/// cell_look() for every cell; `tile` holds the tile shown in each.
void cell_looks(std::span<const std::int32_t> tile, std::span<const ColorSums> tile_sums,
                const CellDescriptions& cells, const LookSettings& settings, ThreadPool& pool,
                std::vector<CellLook>& out);

}  // namespace mosaic
