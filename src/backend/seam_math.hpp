// What happens where cells meet: feathering and the attenuation of fine detail. Shared by g++ and
// nvcc.
//
// Note [Feather]
// Each tile is continued beyond its edge by its mirror image, and two neighbours fade into each
// other across N px on either side of their border. The continuation of the neighbour's tile at d
// px inside this cell is the neighbour's own pixel d px inside its edge: so a border is crossed in
// independent pairs of pixels, each of which gives the other the same share of itself. First all
// pairs across vertical borders, then all across horizontal ones; every pass rounds to a byte.
//
// Note [Seam bands]
// A Gaussian pyramid G0, G1, ... of the tile layer (Burt & Adelson, "The Laplacian pyramid as a
// compact image code", 1983; kernel 1 4 6 4 1, edges continued by their last sample), in 1/64
// levels. L_k = G_k - expand(G_k+1) is the detail of band k. Of the bands 0 ... B-1 a share cut_k
// is taken away that is large at borders and nothing a few pixels off:
//   R_B = 0,   R_k = expand(R_k+1) + (cut_k * L_k + 128 >> 8),   out = clamp((64 v - R_0 + 32) >>
//   6)
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// Share (1/256) that a pixel takes from its partner across the border; both lie `distance` px
/// (0, 1, ...) from it. From nearly one half at the border, linearly down to nothing at `feather`.
MOSAIC_HD std::int32_t feather_share(int distance, int feather_px) {
  return ((2 * (feather_px - distance) - 1) * 64 + feather_px / 2) / feather_px;
}

MOSAIC_HD std::uint8_t feathered(std::int32_t own, std::int32_t partner, std::int32_t share) {
  return static_cast<std::uint8_t>((own * (256 - share) + partner * share + 128) >> 8);
}

inline constexpr int kSeamFractionBits = 6;
inline constexpr int kMaxSeamBands = 4;

/// Samples of the next coarser level.
MOSAIC_HD int seam_coarser(int extent) { return (extent + 1) / 2; }

/// Distance of a pixel from the nearest border between cells along one axis, in px: 0 next to the
/// border. The picture's own edges are no borders. Far away where there is none.
MOSAIC_HD int seam_distance(int position, int cell_px, int cells) {
  const int cell = position / cell_px;
  const int inside = position - cell * cell_px;
  const int before = cell > 0 ? inside : 1 << 20;
  const int after = cell < cells - 1 ? cell_px - 1 - inside : 1 << 20;
  return before < after ? before : after;
}

/// Share (1/256) of band `band` that is taken away at `distance` px from the nearest border: three
/// quarters of band 0 at the border, seven eighths of band 1, ..., nothing from 2^(band+1) px on.
MOSAIC_HD std::int32_t seam_cut(int distance, int band) {
  if (distance >= (2 << band)) return 0;
  return 256 - (((2 * distance + 1) * 64) >> band);
}

/// Position of a sample of level `level` in pixels.
MOSAIC_HD int seam_position(int sample, int level, int extent_px) {
  const int position = sample << level;
  return position < extent_px ? position : extent_px - 1;
}

MOSAIC_HD int seam_clamped(int position, int extent) {
  return position < 0 ? 0 : (position >= extent ? extent - 1 : position);
}

/// One sample of the next coarser level from five along an axis: the sum of weights is 16, so two
/// axes give 256, rounded once.
MOSAIC_HD std::int32_t seam_reduce_sum(std::int32_t a, std::int32_t b, std::int32_t c,
                                       std::int32_t d, std::int32_t e) {
  return a + e + 4 * (b + d) + 6 * c;
}
MOSAIC_HD std::int32_t seam_reduced(std::int32_t sum) { return (sum + 128) >> 8; }

/// A sample between coarser ones along an axis, times 8: `before`, `here` and `after` are the
/// samples around position / 2, of which an odd position does not use the first.
MOSAIC_HD std::int32_t seam_expand_sum(bool odd, std::int32_t before, std::int32_t here,
                                       std::int32_t after) {
  return odd ? 4 * (here + after) : before + 6 * here + after;
}
MOSAIC_HD std::int32_t seam_expanded(std::int32_t sum) { return (sum + 32) >> 6; }

/// The part of a band's detail that is removed.
MOSAIC_HD std::int32_t seam_removed(std::int32_t cut, std::int32_t detail) {
  return (cut * detail + 128) >> 8;
}

MOSAIC_HD std::uint8_t seam_result(std::int32_t level, std::int32_t removed) {
  const std::int32_t value = ((level << kSeamFractionBits) - removed + 32) >> kSeamFractionBits;
  return static_cast<std::uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

}  // namespace mosaic
