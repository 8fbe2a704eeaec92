// An encoded stream as bytes, to be put into a container later.
#pragma once

#include <cstdint>
#include <vector>

#include "core/byte_io.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// What a segment of a video says besides its packets.
struct StreamFacts {
  std::vector<std::uint8_t> header;  ///< the encoder's extradata
  std::int64_t offset = 0;           ///< taken off every time stamp, in the encoder's unit
  std::int64_t first_pts = 0;        ///< of the film's first frame, in the source's clock
};

std::vector<std::byte> stream_facts_bytes(const StreamFacts& facts);
std::vector<std::byte> packet_bytes(const AVPacket& packet);
/// End of the segment's last frame, in the source's clock.
std::vector<std::byte> stream_end_bytes(std::int64_t end);

/// One piece of a segment, whichever of the three it is.
struct KeptPiece {
  enum class Kind : std::uint8_t { facts = 1, packet = 2, end = 3 };
  Kind kind = Kind::packet;
  StreamFacts facts;
  PacketPtr packet;
  std::int64_t end = 0;
};

/// Throws DamagedBytes.
KeptPiece read_kept_piece(std::span<const std::byte> bytes);

}  // namespace mosaic
