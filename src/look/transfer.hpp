// Colour transfer: how the tile shown in a cell is recoloured toward it, as one affine map per
// cell.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "core/isa.hpp"
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
/// - adaptive_reinhard: the same as reinhard with both strengths divided by 1 + (d / 128)^2, d
/// being
///   the distance of the two mean colours in RGB levels: far off, a full shift would leave only the
///   photo's outlines.
/// - histogram: nothing but histogram matching (look/histogram.hpp), reinhard_l of it.
/// - hybrid, mkl_hybrid: 0.65 reinhard + 0.35 histogram, 0.7 mkl + 0.3 histogram.
///
/// The blend is blend_of(). This is the affine part; add_histogram() of look/histogram.hpp the
/// rest.
CellLook affine_look(const ColorSums& tile, const ColorSums& cell, std::uint8_t saliency,
                     const LookSettings& settings);

/// CellLook::blend: linear in saliency (1/64 units) from base_blend_min at 32 to base_blend_max at
/// 128.
std::int32_t blend_of(std::uint8_t saliency, const LookSettings& settings);

/// Share of histogram matching in the recolouring; tile and cell quantiles are needed where it is
/// not 0.
double histogram_share(const LookSettings& settings);

/// What recolouring needs to know of the tiles.
struct TileColors {
  std::span<const ColorSums> sums;          ///< one per tile
  std::span<const std::uint8_t> quantiles;  ///< tiles x 3 x kCurveNodes if histogram_share() > 0
};

/// The look of `tile` in `cell`. The cells hold quantiles if histogram_share() > 0.
CellLook cell_look(const TileColors& tiles, std::int32_t tile, const CellDescriptions& cells,
                   std::size_t cell, const LookSettings& settings);

/// cell_look() for every cell; `tile` holds the tile shown in each. `isa` changes the speed, never
/// a bit.
void cell_looks(std::span<const std::int32_t> tile, const TileColors& tiles,
                const CellDescriptions& cells, const LookSettings& settings, ThreadPool& pool,
                std::vector<CellLook>& out, Isa isa = fastest_isa());

}  // namespace mosaic
