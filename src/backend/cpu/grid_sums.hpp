// Area-weighted sums of linear light over a grid of k x k cells.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "backend/feature_math.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// cell_y * k + cell_x.
using GridSums = std::array<std::uint64_t, kMaxFeaturesK * kMaxFeaturesK>;
/// The k intervals of an axis.
using GridAxis = std::array<Interval, kMaxFeaturesK>;

/// One channel of one square; the pixel (x, y) is at y * stride + x.
struct Channel {
  const std::uint8_t* plane;
  std::ptrdiff_t stride;
  int size_px;  ///< at most 4096
  int k;
  const GridAxis* axis;
};

/// Adds 16-bit linear light times weight_of() in x and y; the weights of a cell sum to S^2.
void add_grid_sums(const Channel& channel, Isa isa, GridSums& sums);

}  // namespace mosaic::cpu
