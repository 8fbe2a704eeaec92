// The integer cost of showing a tile in a cell. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// Squared distance from the parts that do not need both sides at once:
///   |a|^2 - 2 a.b + |b|^2  =  |a|^2 + (|b|^2 - 256 sum(b)) - 2 sum((a - 128) b)
/// The second factor of the product is a signed byte and the first an unsigned one, as the dot
/// product instructions of both processors want it. Every term fits int32 for up to 204 features.
MOSAIC_HD std::int32_t distance_from_dot(std::int32_t cell_norm, std::int32_t tile_bias,
                                         std::int32_t centred_dot) {
  return cell_norm + tile_bias - 2 * centred_dot;
}

/// (saliency * (distance + dissimilarity)) / 64, rounded down. cost_scale() keeps the sum below
/// 2^25 and saliency is at most 128, so the product fits 32 unsigned bits.
MOSAIC_HD std::int32_t weighted_cost(std::int32_t saliency, std::int32_t distance,
                                     std::int32_t dissimilarity) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(saliency) *
                                    static_cast<std::uint32_t>(distance + dissimilarity)) >>
                                   6);
}

}  // namespace mosaic
