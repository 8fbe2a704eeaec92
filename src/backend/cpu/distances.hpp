// Exact squared distances between cell and tile descriptions.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "backend/cpu/packed_features.hpp"
#include "backend/feature_math.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// A cell's description as the kernels read it.
struct CellQuery {
  alignas(64) std::array<std::int8_t, kMaxFeatures> centred{};  ///< feature - 128, 0 beyond dims
  std::int32_t norm = 0;                                        ///< sum of squared features

  CellQuery() = default;
  CellQuery(const std::uint8_t* features, int dims) { set(features, dims); }
  void set(const std::uint8_t* features, int dims);
};

/// Cells whose distances are computed in one sweep over the tiles, which come from the second-level
/// cache.
inline constexpr int kQueryBatch = 8;

/// Distances of `count` <= kQueryBatch cells to the tiles of blocks [first, last):
/// out[q * stride + (block - first) * 16 + i]. Whole blocks are written.
void distance_blocks(const CellQuery* queries, int count, const PackedFeatures& tiles, int first,
                     int last, Isa isa, std::int32_t* out, std::size_t stride);

/// Squared L2 distance of one cell to every tile; `out` has tiles() entries.
void distance_row(const std::uint8_t* cell_features, const PackedFeatures& tiles, Isa isa,
                  std::span<std::int32_t> out);

}  // namespace mosaic::cpu
