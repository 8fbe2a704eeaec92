#include "video/encode/kept_packets.hpp"

#include <cstring>
#include <new>
#include <span>

namespace mosaic {

namespace {

/// A packet's payload and the padding decoders want behind it.
void read_payload(ByteReader& in, AVPacket& packet) {
  const std::vector<std::uint8_t> data = in.array<std::uint8_t>();
  if (av_new_packet(&packet, static_cast<int>(data.size())) < 0) throw std::bad_alloc();
  if (!data.empty()) std::memcpy(packet.data, data.data(), data.size());
}

void read_side_data(ByteReader& in, AVPacket& packet) {
  for (auto count = in.number<std::int32_t>(); count > 0; --count) {
    const auto type = in.number<std::int32_t>();
    const std::vector<std::uint8_t> data = in.array<std::uint8_t>();
    std::uint8_t* to =
        av_packet_new_side_data(&packet, static_cast<AVPacketSideDataType>(type), data.size());
    if (to == nullptr) throw std::bad_alloc();
    if (!data.empty()) std::memcpy(to, data.data(), data.size());
  }
}

}  // namespace

std::vector<std::byte> stream_facts_bytes(const StreamFacts& facts) {
  ByteWriter out;
  out.number(KeptPiece::Kind::facts);
  out.array(facts.header);
  out.number(facts.offset);
  out.number(facts.first_pts);
  return out.take();
}

std::vector<std::byte> packet_bytes(const AVPacket& packet) {
  ByteWriter out;
  out.number(KeptPiece::Kind::packet);
  out.number(packet.pts);
  out.number(packet.dts);
  out.number(packet.duration);
  out.number(packet.flags);
  out.array(std::span<const std::uint8_t>(packet.data, static_cast<std::size_t>(packet.size)));
  out.number(packet.side_data_elems);
  for (int i = 0; i < packet.side_data_elems; ++i) {
    const AVPacketSideData& side = packet.side_data[i];
    out.number(static_cast<std::int32_t>(side.type));
    out.array(std::span<const std::uint8_t>(side.data, side.size));
  }
  return out.take();
}

std::vector<std::byte> stream_end_bytes(std::int64_t end) {
  ByteWriter out;
  out.number(KeptPiece::Kind::end);
  out.number(end);
  return out.take();
}

KeptPiece read_kept_piece(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  KeptPiece piece;
  piece.kind = in.number<KeptPiece::Kind>();
  switch (piece.kind) {
    case KeptPiece::Kind::facts:
      piece.facts.header = in.array<std::uint8_t>();
      piece.facts.offset = in.number<std::int64_t>();
      piece.facts.first_pts = in.number<std::int64_t>();
      break;
    case KeptPiece::Kind::packet: {
      piece.packet = make_packet();
      const auto pts = in.number<std::int64_t>();
      const auto dts = in.number<std::int64_t>();
      const auto duration = in.number<std::int64_t>();
      const auto flags = in.number<int>();
      read_payload(in, *piece.packet);
      piece.packet->pts = pts;
      piece.packet->dts = dts;
      piece.packet->duration = duration;
      piece.packet->flags = flags;
      read_side_data(in, *piece.packet);
      break;
    }
    case KeptPiece::Kind::end:
      piece.end = in.number<std::int64_t>();
      break;
    default:
      throw DamagedBytes("a piece of an unknown kind");
  }
  in.expect_end();
  return piece;
}

}  // namespace mosaic
