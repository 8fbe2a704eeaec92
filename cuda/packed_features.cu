#include <vector>

#include "cuda/launch.cuh"
#include "cuda/mma.cuh"
#include "cuda/packed_features.hpp"

namespace mosaic::gpu {
namespace {

constexpr std::size_t kFragmentWords = 2;
constexpr int kWordBytes = 4;

static_assert(kMmaColumns == 8 && kMmaDepth == 32 && kWarpLanes == 32,
              "packed_word() counts on them");

int padded_to(int value, int step) { return (value + step - 1) / step * step; }

/// Bytes depth .. depth + 3 of one tile as one word, the first one lowest.
std::uint32_t word_of(std::span<const std::uint8_t> tile, int depth) {
  std::uint32_t word = 0;
  for (int i = 0; i < kWordBytes && depth + i < static_cast<int>(tile.size()); ++i) {
    word |= static_cast<std::uint32_t>(tile[static_cast<std::size_t>(depth + i)]) << (8 * i);
  }
  return word;
}

}  // namespace

PackedFeatures::PackedFeatures(std::span<const std::uint8_t> features, int tiles, int dims,
                               int tiles_at_once, const Stream& stream)
    : tiles_(tiles),
      dims_(dims),
      steps_((dims + kMmaDepth - 1) / kMmaDepth),
      padded_(padded_to(tiles, tiles_at_once)) {
  const auto words_per_group = static_cast<std::size_t>(steps_) * kWarpLanes * kFragmentWords;
  std::vector<std::uint32_t> fragments(static_cast<std::size_t>(padded_ / kMmaColumns) *
                                       words_per_group);
  std::vector<std::int32_t> norm(static_cast<std::size_t>(padded_));
  for (int tile = 0; tile < tiles; ++tile) {
    const auto mine =
        features.subspan(static_cast<std::size_t>(tile) * static_cast<std::size_t>(dims),
                         static_cast<std::size_t>(dims));
    for (const std::uint8_t value : mine) norm[static_cast<std::size_t>(tile)] += value * value;
    for (int depth = 0; depth < steps_ * kMmaDepth; depth += kWordBytes) {
      fragments[static_cast<std::size_t>(packed_word(tile, depth, steps_))] = word_of(mine, depth);
    }
  }
  constexpr const char* kWhat = "the tile descriptions";
  fragments_ = DeviceBuffer<std::uint32_t>(stream.device(), fragments.size(), kWhat);
  norm_ = DeviceBuffer<std::int32_t>(stream.device(), norm.size(), kWhat);
  upload_all(fragments_, std::span<const std::uint32_t>(fragments), stream, kWhat);
  upload_all(norm_, std::span<const std::int32_t>(norm), stream, kWhat);
}

}  // namespace mosaic::gpu
