#include "video/decode/container_tail.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "video/decode/big_endian.hpp"

namespace mosaic {

namespace {

using namespace std::string_view_literals;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// ---- transport streams ----

constexpr std::size_t kPacket = 188;
constexpr char kSync = 'G';

struct PacketRow {
  std::size_t stride = 0;  ///< bytes from one packet to the next
  std::size_t first = 0;   ///< of the first whole packet's sync byte
};

/// Where packets of some stride begin, if that many in a row do within the first stride.
std::optional<PacketRow> packet_row(std::string_view bytes, std::size_t stride, std::size_t count) {
  if (bytes.size() < (count - 1) * stride + kPacket) return std::nullopt;
  for (std::size_t first = 0; first < stride; ++first) {
    std::size_t seen = 0;
    while (seen < count && first + seen * stride < bytes.size() &&
           bytes[first + seen * stride] == kSync) {
      ++seen;
    }
    if (seen == count) return PacketRow{stride, first};
  }
  return std::nullopt;
}

/// A recording may begin within a packet, so the row is looked for and not expected at byte 0.
std::optional<PacketRow> transport_row(std::string_view bytes) {
  constexpr std::size_t kInARow = 8;
  for (const std::size_t stride : {kPacket, std::size_t{192}, std::size_t{204}}) {
    if (const auto row = packet_row(bytes, stride, kInARow)) return row;
  }
  return std::nullopt;
}

/// The picture data that a packet with a PES header announces, and what came of it.
struct StatedPicture {
  std::size_t stated = 0;  ///< 0: unbounded
  std::size_t come = 0;
};

void count_payload(std::string_view packet, std::map<std::size_t, StatedPicture>& pictures) {
  const bool starts = (byte_at(packet, 1) & 0x40) != 0;
  const bool scrambled = (byte_at(packet, 3) & 0xC0) != 0;
  const unsigned control = byte_at(packet, 3) >> 4 & 3;
  const std::size_t pid = big_endian(packet.substr(1, 2)) & 0x1FFF;
  if (scrambled) pictures.erase(pid);
  if ((control & 1) == 0 || scrambled) return;
  const std::size_t at = control == 3 ? 5 + byte_at(packet, 4) : 4;
  if (at >= kPacket) return;
  const std::string_view payload = packet.substr(at);
  if (!starts) {
    if (const auto known = pictures.find(pid); known != pictures.end()) {
      known->second.come += payload.size();
    }
    return;
  }
  constexpr std::size_t kPesHeader = 6;
  const bool video = payload.size() >= kPesHeader && payload.starts_with("\0\0\1"sv) &&
                     (byte_at(payload, 3) & 0xF0) == 0xE0;
  if (!video) {
    pictures.erase(pid);
    return;
  }
  const std::size_t length = big_endian(payload.substr(4, 2));
  pictures[pid] = {length == 0 ? 0 : length + kPesHeader, payload.size()};
}

bool transport_is_cut(std::string_view tail) {
  const auto row = transport_row(tail);
  if (!row) return false;
  // Packets of 204 bytes carry a checksum behind them, those of 192 a time before them.
  const std::size_t extent = row->stride == 192 ? kPacket : row->stride;
  std::map<std::size_t, StatedPicture> pictures;
  std::size_t at = row->first;
  for (; at + extent <= tail.size(); at += row->stride) {
    if (tail[at] != kSync) return false;
    count_payload(tail.substr(at, kPacket), pictures);
  }
  const std::size_t end = at - row->stride + extent;
  if (end < tail.size()) return at >= tail.size() || tail[at] == kSync;
  // Whoever stops the recording of several programmes leaves pictures of the others unfinished.
  if (pictures.size() != 1) return false;
  const StatedPicture& last = pictures.begin()->second;
  return last.stated > 0 && last.come < last.stated;
}

// ---- rows of units that state their length ----

enum class End { whole, cut, lost };

struct Walk {
  End end = End::lost;
  std::size_t units = 0;
  std::size_t last = 0;  ///< where the last unit begins
};

/// Goes from unit to unit. `length_of` gives the length of the one at the beginning of what it is
/// shown, more than it is shown where that is cut, 0 where it is no unit.
template <typename LengthOf>
Walk walk(std::string_view bytes, std::size_t at, LengthOf length_of) {
  Walk result;
  while (at < bytes.size()) {
    const std::size_t length = length_of(bytes.substr(at));
    if (length == 0) return result;
    result.last = at;
    ++result.units;
    if (length > bytes.size() - at) {
      result.end = End::cut;
      return result;
    }
    at += length;
  }
  result.end = End::whole;
  return result;
}

/// The walk from the first place where one can be begun. A few units in a row show that the
/// beginning was none by chance.
template <typename LengthOf>
Walk walk_tail(std::string_view tail, std::string_view mark, LengthOf length_of) {
  constexpr std::size_t kNotByChance = 3;
  for (std::size_t at = tail.find(mark); at != std::string_view::npos;
       at = tail.find(mark, at + 1)) {
    const Walk result = walk(tail, at, length_of);
    if (result.units >= kNotByChance || (at == 0 && result.units > 0)) return result;
  }
  return {};
}

/// Sectors of a disc are filled up with zeros; a start code has two of them.
std::size_t program_filling(std::string_view bytes) {
  const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
  if (zeros == bytes.size()) return zeros;
  return zeros > 2 ? zeros - 2 : 0;
}

std::size_t program_unit(std::string_view bytes) {
  constexpr std::size_t kStart = 4;
  if (const std::size_t filling = program_filling(bytes)) return filling;
  if (bytes.size() < kStart || !bytes.starts_with("\0\0\1"sv)) return 0;
  const unsigned id = byte_at(bytes, 3);
  const std::size_t too_long = bytes.size() + 1;
  if (id == 0xB9) return kStart;
  if (id == 0xBA) {
    if (bytes.size() == kStart) return too_long;
    const unsigned kind = byte_at(bytes, 4);
    if ((kind & 0xF0) == 0x20) return 12;  // MPEG-1
    if ((kind & 0xC0) != 0x40) return 0;
    return bytes.size() < 14 ? too_long : 14 + (byte_at(bytes, 13) & 7);
  }
  if (id < 0xBB) return 0;
  return bytes.size() < 6 ? too_long : 6 + big_endian(bytes.substr(4, 2));
}

std::size_t ogg_page(std::string_view bytes) {
  constexpr std::size_t kHeader = 27;
  if (!bytes.starts_with("OggS"sv)) return 0;
  if (bytes.size() < kHeader) return bytes.size() + 1;
  const std::size_t segments = byte_at(bytes, kHeader - 1);
  if (bytes.size() < kHeader + segments) return bytes.size() + 1;
  std::size_t length = kHeader + segments;
  for (std::size_t i = 0; i < segments; ++i) length += byte_at(bytes, kHeader + i);
  return length;
}

bool ogg_is_cut(std::string_view tail) {
  constexpr unsigned kLastOfStream = 4;
  const Walk result = walk_tail(tail, "OggS"sv, ogg_page);
  if (result.end == End::cut) return true;
  return result.end == End::whole && (byte_at(tail, result.last + 5) & kLastOfStream) == 0;
}

/// Whether a NUT file lacks the index at its end (NUT, "index"): twelve bytes before the end stands
/// how long it is. FFmpeg writes one into pipes too, unless told otherwise.
bool nut_is_cut(std::string_view tail) {
  constexpr auto kIndex = "NX\xDD\x67\x2F\x23\xE6\x4E"sv;
  constexpr std::size_t kFromEnd = 12;
  if (tail.size() < kFromEnd) return true;
  const std::size_t length = big_endian(tail.substr(tail.size() - kFromEnd, 8));
  if (length < kFromEnd) return true;
  if (length <= tail.size()) return !tail.substr(tail.size() - length).starts_with(kIndex);
  // Longer than what is looked at: some tens of gigabytes of film, or picture data read as a
  // number.
  constexpr std::size_t kLongest = std::size_t{1} << 26;
  return tail.size() < kTailBytes || length > kLongest;
}

}  // namespace

bool tail_is_cut(std::string_view head, std::string_view tail) {
  if (head.starts_with("OggS"sv)) return ogg_is_cut(tail);
  if (head.starts_with("nut/multimedia container\0"sv)) return nut_is_cut(tail);
  if (head.starts_with("\0\0\1\xBA"sv)) {
    return walk_tail(tail, "\0\0\1\xBA"sv, program_unit).end == End::cut;
  }
  return transport_row(head) && transport_is_cut(tail);
}

}  // namespace mosaic
