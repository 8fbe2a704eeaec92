// The base cost of every tile for one cell, for whoever needs a whole row.
#pragma once

#include <cstdint>
#include <span>

#include "backend/backend.hpp"
#include "backend/cpu/packed_features.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// base = (saliency * (D + ssim_unit)) / 64, rounded down: the cost of a tile whose SSIM is not
/// known. Exact and thread-safe; serves the host whatever backend scores the frame.
class BaseCosts {
 public:
  BaseCosts(const TileLibrary& library, const CostScale& scale, SimdChoice simd);
  BaseCosts(PackedFeatures tiles, std::int32_t ssim_unit, Isa isa);

  /// `out` has one entry per tile.
  void row(const std::uint8_t* cell_features, std::uint8_t saliency,
           std::span<std::int32_t> out_tiles) const;

 private:
  PackedFeatures tiles_;
  std::int32_t ssim_unit_;
  Isa isa_;
};

}  // namespace mosaic::cpu
