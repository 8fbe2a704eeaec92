// Tile descriptions laid out for dot products of 16 tiles at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mosaic::cpu {

inline constexpr int kBlockTiles = 16;
inline constexpr int kGroupDims = 4;

/// Blocks of 16 tiles; a block is `groups` runs of 64 bytes, run g holding dimensions 4g..4g+3 of
/// its 16 tiles in turn. Missing dimensions and tiles are 0.
class PackedFeatures {
 public:
  /// `features`: tiles x dims bytes.
  PackedFeatures(std::span<const std::uint8_t> features, int tiles, int dims);

  [[nodiscard]] int tiles() const { return tiles_; }
  [[nodiscard]] int dims() const { return dims_; }
  [[nodiscard]] int groups() const { return groups_; }
  [[nodiscard]] int blocks() const { return blocks_; }
  [[nodiscard]] const std::uint8_t* block(int index) const {
    return bytes_.data() + offset_ +
           static_cast<std::size_t>(index) * static_cast<std::size_t>(groups_) * 64;
  }
  /// |b|^2 - 256 sum(b) of each tile (cost_math.hpp), padded to whole blocks.
  [[nodiscard]] const std::int32_t* bias() const { return bias_.data(); }

 private:
  int tiles_;
  int dims_;
  int groups_;
  int blocks_;
  std::vector<std::uint8_t> bytes_;
  std::size_t offset_ = 0;  ///< to the first byte that is aligned to a cache line
  std::vector<std::int32_t> bias_;
};

}  // namespace mosaic::cpu
