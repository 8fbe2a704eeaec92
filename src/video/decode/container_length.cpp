#include "video/decode/container_length.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "video/decode/big_endian.hpp"
#include "video/decode/container_tail.hpp"

namespace mosaic {

namespace {

using namespace std::string_view_literals;

/// A number in EBML's own coding: the first byte's leading zeros say how many follow.
struct EbmlNumber {
  std::uint64_t value = 0;
  std::size_t bytes = 0;
  bool unknown = false;  ///< all ones: the writer did not know
};

std::optional<EbmlNumber> ebml_number(std::string_view bytes, bool keep_marker) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  std::size_t count = 1;
  while (count <= 8 && (first & (0x80U >> (count - 1))) == 0) ++count;
  if (count > 8 || bytes.size() < count) return std::nullopt;
  EbmlNumber number;
  number.bytes = count;
  number.value = keep_marker ? first : first & (0xFFU >> count);
  for (std::size_t i = 1; i < count; ++i) {
    number.value = number.value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  number.unknown = number.value == (std::uint64_t{1} << (7 * count)) - 1;
  return number;
}

/// End of the Matroska segment in bytes from the file's start.
std::optional<std::uint64_t> matroska_end(std::string_view head) {
  constexpr std::uint64_t kSegment = 0x18538067;
  std::size_t at = 0;
  while (at < head.size()) {
    const auto id = ebml_number(head.substr(at), true);
    if (!id) return std::nullopt;
    const auto size = ebml_number(head.substr(at + id->bytes), false);
    if (!size || size->unknown) return std::nullopt;
    at += id->bytes + size->bytes;
    if (id->value == kSegment) return at + size->value;
    if (size->value > head.size()) return std::nullopt;
    at += static_cast<std::size_t>(size->value);
  }
  return std::nullopt;
}

std::uint64_t little_endian_32(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

struct Length {
  std::uint64_t value = 0;
  std::size_t bytes = 0;  ///< that state it; 0: cut, or not a length
};

/// A length in BER's coding (ISO/IEC 8825-1, 8.1.3): a byte below 128, or how many bytes follow.
Length ber_length(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return {first, 1};
  const std::size_t count = first & 0x7FU;
  if (count == 0 || count > 8 || bytes.size() <= count) return {};
  return {big_endian(bytes.substr(1, count)), 1 + count};
}

/// End of the packets of an ASF file (wmv): its Data object (ASF, section 5.1) follows the Header
/// object. What comes behind is an index, without which all frames are still there. A broadcast
/// does not know its length (File Properties object, section 3.2).
std::optional<std::uint64_t> asf_end(std::ifstream& file, std::string_view head) {
  constexpr auto kProperties = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\0\xC0\x0C\x20\x53\x65"sv;
  constexpr auto kData = "\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C"sv;
  constexpr std::size_t kSizeAt = 16;
  constexpr std::size_t kFlagsAt = 88;
  constexpr unsigned kBroadcast = 1;
  const std::size_t at = head.find(kProperties);
  if (at == std::string_view::npos || head.size() - at < kFlagsAt + 4) return std::nullopt;
  const auto flags = static_cast<unsigned char>(head[at + kFlagsAt]);
  if ((flags & kBroadcast) != 0) return std::nullopt;
  const auto size_of = [](std::string_view object) {
    return little_endian_32(object.substr(kSizeAt)) | little_endian_32(object.substr(kSizeAt + 4))
                                                          << 32;
  };
  const std::uint64_t begin = size_of(head);
  std::array<char, kSizeAt + 8> data{};
  file.clear();
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(data.data(), data.size());
  const std::string_view object(data.data(), static_cast<std::size_t>(file.gcount()));
  if (object.size() < data.size() || !object.starts_with(kData)) return std::nullopt;
  return begin + size_of(object);
}

/// Whether these bytes, up to 11, begin a tag of an FLV (FLV 10.1, annex E.4.1), and not what some
/// program put behind the last one. Of a whole header the bits and the stream that must be 0 tell;
/// one that is cut has bytes no text has.
bool begins_flv_tag(std::string_view header) {
  constexpr unsigned kReserved = 0xC0;
  constexpr std::size_t kHeader = 11;
  constexpr std::size_t kStreamAt = 8;
  if (header.empty()) return false;
  const auto first = static_cast<unsigned char>(header[0]);
  const unsigned kind = first & 0x1FU;
  if ((first & kReserved) != 0 || (kind != 8 && kind != 9 && kind != 18)) return false;
  if (header.size() == kHeader) return big_endian(header.substr(kStreamAt)) == 0;
  return !std::all_of(header.begin(), header.end(),
                      [](char c) { return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r'); });
}

/// Whether the last tag of an FLV reaches behind its end (FLV 10.1, annex E.3). The four bytes
/// behind a tag, which repeat its length, may be lacking.
bool last_tag_is_cut(std::ifstream& file, std::string_view head, std::uint64_t size) {
  constexpr std::uint64_t kHeader = 11;
  constexpr std::uint64_t kBehind = 4;
  std::uint64_t at = big_endian(head.substr(5, 4)) + kBehind;
  std::array<char, kHeader> header{};
  // Mostly the last tag can be found from behind; the walk would read most of a large file.
  file.seekg(static_cast<std::streamoff>(size - std::min(size, kBehind)));
  file.read(header.data(), kBehind);
  const std::uint64_t last = big_endian({header.data(), kBehind});
  if (file && last >= kHeader && size >= at + last + kBehind) {
    file.seekg(static_cast<std::streamoff>(size - kBehind - last));
    file.read(header.data(), header.size());
    if (file && begins_flv_tag({header.data(), header.size()}) &&
        kHeader + big_endian({&header[1], 3}) == last) {
      return false;
    }
  }
  file.clear();
  while (at < size) {
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(header.data(), header.size());
    const auto bytes = static_cast<std::size_t>(file.gcount());
    if (!begins_flv_tag({header.data(), bytes})) return false;  // somebody's own data
    if (!file) return true;
    at += kHeader + big_endian({&header[1], 3}) + kBehind;
  }
  return at > size + kBehind;
}

/// Whether the last box of an ISO base media file reaches behind its end. Cameras append data of
/// their own, so the walk ends at what does not look like a box.
bool last_box_is_cut(std::ifstream& file, std::uint64_t size) {
  constexpr std::uint64_t kHeader = 8;
  constexpr int kMostBoxes = 100'000;  // fragmented files have two per fragment
  std::uint64_t at = 0;
  for (int box = 0; box < kMostBoxes && at + kHeader <= size; ++box) {
    std::array<char, 16> header{};
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(header.data(), header.size());
    const std::string_view bytes(header.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() < kHeader) return false;
    for (const char letter : bytes.substr(4, 4)) {
      if (letter < ' ' || letter > '~') return false;
    }
    std::uint64_t length = big_endian(bytes.substr(0, 4));
    if (length == 0) return false;  // to the end, wherever that is
    if (length == 1 && bytes.size() == header.size()) length = big_endian(bytes.substr(8, 8));
    if (length < kHeader) return false;
    if (length > size - at) return true;
    at += length;
  }
  return false;
}

/// Whether an MXF file ends before its footer partition, which its header names once it is closed,
/// or within the last of the items that follow there (SMPTE ST 377-1, 6.3 and 7.1). One written
/// into a pipe names none; then all items are walked through.
bool last_item_is_cut(std::ifstream& file, std::string_view head, std::uint64_t size) {
  constexpr std::size_t kKey = 16;
  constexpr std::size_t kFooterAt = 24;  // in the partition pack, behind the length
  constexpr auto kRegistered = "\x06\x0E\x2B\x34"sv;
  if (head.size() <= kKey) return true;
  const std::size_t pack = kKey + ber_length(head.substr(kKey)).bytes;
  if (head.size() < pack + kFooterAt + 8) return true;
  std::uint64_t at = big_endian(head.substr(pack + kFooterAt, 8));
  if (at >= size) return true;
  std::array<char, kKey + 9> buffer{};
  while (at < size) {
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(buffer.data(), buffer.size());
    const std::string_view item(buffer.data(), static_cast<std::size_t>(file.gcount()));
    if (!kRegistered.starts_with(item.substr(0, kRegistered.size()))) return false;
    if (item.size() <= kKey) return true;
    const Length length = ber_length(item.substr(kKey));
    if (length.bytes == 0) return item.size() < buffer.size();
    at += kKey + length.bytes;
    if (length.value > size - std::min(size, at)) return true;
    at += length.value;
  }
  return false;
}

/// Whether a GIF ends before its trailer (GIF89a, section 27). What lies behind the trailer is
/// nobody's business: programs append data, and players stop there.
bool lacks_gif_trailer(std::ifstream& file, std::string_view head) {
  constexpr char kTrailer = ';';
  constexpr char kExtension = '!';
  constexpr char kImage = ',';
  constexpr std::size_t kFlagsAt = 10;
  constexpr std::streamoff kHeader = 13;
  const auto table_bytes = [](int flags) {
    return (flags & 0x80) != 0 ? std::streamoff{3} << ((flags & 7) + 1) : std::streamoff{0};
  };
  file.seekg(kHeader + table_bytes(static_cast<unsigned char>(head[kFlagsAt])));
  while (file) {
    const int block = file.get();
    if (block == kTrailer) return false;
    if (block == kExtension) {
      file.ignore(1);  // its label
    } else if (block == kImage) {
      file.ignore(8);  // place and size
      const int flags = file.get();
      if (flags < 0) return true;
      file.ignore(table_bytes(flags) + 1);  // and the code size
    } else {
      return true;  // the end, or nothing a reader could go on from
    }
    for (int length = file.get(); length > 0; length = file.get()) file.ignore(length);
  }
  return true;
}

/// Whether a PNG ends before its IEND chunk does (PNG, section 5.3).
bool lacks_png_end(std::ifstream& file, std::uint64_t size) {
  constexpr std::uint64_t kSignature = 8;
  constexpr std::uint64_t kAround = 12;  // length, type, checksum
  std::array<char, 8> header{};
  for (std::uint64_t at = kSignature; at + kAround <= size;) {
    file.seekg(static_cast<std::streamoff>(at));
    if (!file.read(header.data(), header.size())) return true;
    const std::string_view bytes(header.data(), header.size());
    if (bytes.substr(4) == "IEND") return false;
    at += big_endian(bytes.substr(0, 4)) + kAround;
  }
  return true;
}

std::string last_bytes(std::ifstream& file, std::uint64_t size, std::uint64_t most) {
  std::string bytes(static_cast<std::size_t>(std::min(size, most)), '\0');
  file.seekg(static_cast<std::streamoff>(size - bytes.size()));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace

bool ends_early(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4096> buffer{};
  file.read(buffer.data(), buffer.size());
  const std::string_view head(buffer.data(), static_cast<std::size_t>(file.gcount()));
  file.clear();
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::uint64_t>(file.tellg());
  if (!file || head.size() < 12) return false;
  if (head.starts_with("\x1A\x45\xDF\xA3"sv)) {
    const auto end = matroska_end(head);
    return end && *end > size;
  }
  if (head.starts_with("RIFF"sv) && head.substr(8, 4) == "AVI "sv) {
    return little_endian_32(head.substr(4)) + 8 > size;
  }
  if (head.starts_with("\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv)) {
    const auto end = asf_end(file, head);
    return end && *end > size;
  }
  if (head.starts_with("\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02"sv)) {
    return last_item_is_cut(file, head, size);
  }
  if (head.starts_with("FLV\1"sv)) return last_tag_is_cut(file, head, size);
  if (head.substr(4, 4) == "ftyp") return last_box_is_cut(file, size);
  if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) {
    return lacks_gif_trailer(file, head);
  }
  if (head.starts_with("\x89PNG\r\n\x1A\n"sv)) return lacks_png_end(file, size);
  return tail_is_cut(head, last_bytes(file, size, kTailBytes));
}

}  // namespace mosaic
