// Twin of backend/cpu/packed_features.hpp: tile descriptions in the order in which the lanes of a
// warp take them up for tensor cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/host_device.hpp"
#include "cuda/buffers.hpp"

namespace mosaic::gpu {

/// Where PackedFeatures::View::fragments hold dims 4 (dim / 4) to 4 (dim / 4) + 3 of a tile.
MOSAIC_HD std::ptrdiff_t packed_word(int tile, int dim, int steps) {
  const int lane = tile % 8 * 4 + dim % 16 / 4;
  return ((static_cast<std::ptrdiff_t>(tile / 8) * steps + dim / 32) * 32 + lane) * 2 +
         dim % 32 / 16;
}

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
    /// One byte of one tile's description.
    [[nodiscard]] MOSAIC_HD std::uint32_t feature(int tile, int dim) const {
      const std::ptrdiff_t word = packed_word(tile, dim, steps);
      return fragments[word] >> (8 * (dim % 4)) & 0xffU;
    }
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
