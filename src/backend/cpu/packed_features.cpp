#include "backend/cpu/packed_features.hpp"

#include "backend/feature_math.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cpu {

PackedFeatures::PackedFeatures(std::span<const std::uint8_t> features, int tiles, int dims)
    : tiles_(tiles),
      dims_(dims),
      groups_((dims + kGroupDims - 1) / kGroupDims),
      blocks_((tiles + kBlockTiles - 1) / kBlockTiles) {
  if (tiles < 1 || dims < 1 || dims > kMaxFeatures ||
      features.size() != static_cast<std::size_t>(tiles) * static_cast<std::size_t>(dims)) {
    throw Error(ExitCode::unexpected, "the tile descriptions do not have the size they announce");
  }
  constexpr std::size_t kLine = 64;
  bytes_.resize(static_cast<std::size_t>(blocks_) * static_cast<std::size_t>(groups_) * kLine +
                kLine);
  offset_ = (kLine - reinterpret_cast<std::uintptr_t>(bytes_.data()) % kLine) % kLine;
  bias_.resize(static_cast<std::size_t>(blocks_) * kBlockTiles);
  for (int tile = 0; tile < tiles; ++tile) {
    const std::uint8_t* from =
        features.data() + static_cast<std::size_t>(tile) * static_cast<std::size_t>(dims);
    std::uint8_t* to =
        bytes_.data() + offset_ +
        static_cast<std::size_t>(tile / kBlockTiles) * static_cast<std::size_t>(groups_) * kLine +
        static_cast<std::size_t>(tile % kBlockTiles) * kGroupDims;
    std::int32_t bias = 0;
    for (int d = 0; d < dims; ++d) {
      to[static_cast<std::size_t>(d / kGroupDims) * kLine +
         static_cast<std::size_t>(d % kGroupDims)] = from[d];
      bias += from[d] * from[d] - 256 * from[d];
    }
    bias_[static_cast<std::size_t>(tile)] = bias;
  }
}

}  // namespace mosaic::cpu
