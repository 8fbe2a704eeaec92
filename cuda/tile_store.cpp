#include "cuda/tile_store.hpp"

#include <algorithm>

namespace mosaic::gpu {
namespace {

/// What is staged at once where not all fits: enough for a few rows of cells.
constexpr std::size_t kMostStaged = 8192;

}  // namespace

TileStore::TileStore(std::span<const std::uint8_t> pixels, std::size_t bytes_per_tile,
                     std::size_t least, std::size_t later_bytes, const Stream& stream,
                     const char* what)
    : pixels_(pixels), bytes_per_tile_(bytes_per_tile), room_(pixels.size() / bytes_per_tile) {
  const Device::Memory memory = stream.device().memory();
  const std::size_t ours = memory.free_bytes - std::min(memory.free_bytes, later_bytes);
  if (least * bytes_per_tile > ours) check(cudaErrorMemoryAllocation, what);
  try {
    if (pixels.size() + memory.better_left_bytes <= ours) {
      squares_ = DeviceBuffer<std::uint8_t>(stream.device(), pixels.size(), what);
      upload_all(squares_, pixels, stream, what);
      resident_ = true;
      return;
    }
  } catch (const OutOfMemory&) {  // of the card, or of pinned memory
    squares_ = {};
  }
  // Half of it, for there may be another store to come.
  for (room_ = std::max(least, std::min({kMostStaged, room_, ours / 2 / bytes_per_tile}));;
       room_ = std::max(least, room_ / 2)) {
    try {
      squares_ = DeviceBuffer<std::uint8_t>(stream.device(), room_ * bytes_per_tile_, what);
      staging_ = PinnedBuffer<std::uint8_t>(stream.device(), room_ * bytes_per_tile_, what);
      return;
    } catch (const OutOfMemory&) {
      squares_ = {};
      if (room_ == least) throw;
    }
  }
}

void TileStore::stage(std::span<const std::int32_t> tiles, const Stream& stream) {
  // The last upload may still read the staging memory.
  stream.synchronize("waiting for tiles");
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (tiles[i] < 0) continue;
    std::copy_n(pixels_.data() + static_cast<std::size_t>(tiles[i]) * bytes_per_tile_,
                bytes_per_tile_, staging_.data() + i * bytes_per_tile_);
  }
  squares_.upload(staging_, tiles.size() * bytes_per_tile_, stream);
}

}  // namespace mosaic::gpu
