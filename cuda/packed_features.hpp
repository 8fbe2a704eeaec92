// Twin of backend/cpu/packed_features.hpp: tile descriptions in the order in which the lanes of a
// warp take them up for tensor cores.
#pragma once

#include <cstdint>
#include <span>

#include "cuda/buffers.hpp"

namespace mosaic::gpu {

/// Groups of 8 tiles; a group is `steps` runs of 32 depths, each 32 lanes times 8 bytes: what
/// mma_bytes() calls b[0] and b[1]. Missing dimensions and tiles are 0.
class PackedFeatures {
 public:
  /// `features`: tiles x dims bytes. Tiles are padded to a multiple of `tiles_at_once` (of 8).
  PackedFeatures(std::span<const std::uint8_t> features, int tiles, int dims, int tiles_at_once,
                 const Stream& stream);

  struct View {
    const std::uint32_t* fragments;  ///< groups x steps x 32 lanes x 2
    const std::int32_t* norm;        ///< sum of squared features of each tile, padded
    int tiles, dims, steps;
  };
  [[nodiscard]] View view() const {
    return {fragments_.data(), norm_.data(), tiles_, dims_, steps_};
  }
  [[nodiscard]] int padded_tiles() const { return padded_; }

 private:
  int tiles_, dims_, steps_, padded_;
  DeviceBuffer<std::uint32_t> fragments_;
  DeviceBuffer<std::int32_t> norm_;
};

}  // namespace mosaic::gpu
