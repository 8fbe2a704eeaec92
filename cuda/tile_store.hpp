// Tile pixels on the card: all of them, or where they do not fit, those of a few cells at a time.
#pragma once

#include <cstdint>
#include <span>

#include "cuda/buffers.hpp"

namespace mosaic::gpu {

class TileStore {
 public:
  /// `pixels`: tiles x bytes_per_tile; must outlive the store when the card has no room for it all.
  /// Keeps room for as many tiles as fit, from all down to `least`, and `later_bytes` of the card
  /// free, as what has not been made yet needs them; throws OutOfMemory below that.
  TileStore(std::span<const std::uint8_t> pixels, std::size_t bytes_per_tile, std::size_t least,
            std::size_t later_bytes, const Stream& stream, const char* what);

  /// All tiles are on the card, tile t as square t.
  [[nodiscard]] bool resident() const { return resident_; }
  [[nodiscard]] const std::uint8_t* squares() const { return squares_.data(); }
  /// Squares that stage() can put on the card at once.
  [[nodiscard]] std::size_t room() const { return room_; }

  /// Puts tiles[i] in square i; entries below 0 leave their square as it is. What the stream does
  /// afterwards finds them there, and what it did before has finished with the last ones.
  void stage(std::span<const std::int32_t> tiles, const Stream& stream);

 private:
  std::span<const std::uint8_t> pixels_;
  std::size_t bytes_per_tile_;
  std::size_t room_;
  bool resident_ = false;
  DeviceBuffer<std::uint8_t> squares_;
  PinnedBuffer<std::uint8_t> staging_;
};

}  // namespace mosaic::gpu
