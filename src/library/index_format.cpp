#include "library/index_format.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/hash.hpp"
#include "mosaic/error.hpp"
#include "pictures/input_bytes.hpp"

namespace mosaic {

namespace {

constexpr std::size_t kSections = static_cast<std::size_t>(IndexSection::count);
constexpr std::size_t kAlignment = 64;
constexpr std::uint32_t kByteOrderMark = 0x01020304;
constexpr int kMaxTileSize = 4096;
constexpr int kMaxFeaturesK = 8;
constexpr int kMaxVariants = 64;

struct Extent {
  std::uint64_t offset;
  std::uint64_t size;
};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t byte_order;
  std::uint32_t version;
  std::uint64_t file_size;
  std::int32_t tile_size_px;
  std::int32_t features_k;
  std::int32_t variants;
  std::int32_t photos;
  std::uint64_t source_key;
  std::uint64_t fingerprint;
  std::array<Extent, kSections> section;
  std::array<std::uint64_t, 9> reserved;  // zero
  std::uint64_t payload_hash;
  std::uint64_t header_hash;  // of the bytes before it
};
static_assert(sizeof(Header) == kIndexHeaderBytes && std::is_trivially_copyable_v<Header>);

struct PhotoEntry {
  Extent name;
  std::uint64_t size;
  std::int64_t mtime_ns;
};

struct SkippedEntry {
  Extent name;
  Extent reason;
};
static_assert(sizeof(PhotoEntry) == 32 && sizeof(SkippedEntry) == 32);
static_assert(sizeof(ColorSums) == 80 && std::is_trivially_copyable_v<ColorSums>);

std::uint64_t header_hash(const Header& header) {
  return hash64(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, header_hash)));
}

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

/// Sizes the four arrays must have. Counts are bounded first, so products stay below 2^63.
std::array<std::uint64_t, 4> array_sizes(const TileLayout& layout, std::uint64_t tiles) {
  return {tiles * layout.feature_bytes(), tiles * layout.luma_bytes(), tiles * layout.rgb_bytes(),
          tiles * sizeof(ColorSums)};
}

/// Nullptr when the header is sound for a file of `file_size` bytes, else what is wrong.
const char* header_problem(const Header& header, std::uint64_t file_size) {
  if (std::string_view(header.magic.data(), header.magic.size()) != kIndexMagic) {
    return "is not a tile index";
  }
  if (header.byte_order != kByteOrderMark) return "was written with another byte order";
  if (header.version != kIndexVersion) return "was written by another version";
  if (header.header_hash != header_hash(header)) return "has a damaged header";
  if (header.file_size != file_size) return "is not complete";
  if (header.tile_size_px < 1 || header.tile_size_px > kMaxTileSize || header.features_k < 1 ||
      header.features_k > kMaxFeaturesK || header.variants < 1 || header.variants > kMaxVariants ||
      header.photos < 1 ||
      header.photos > std::numeric_limits<std::int32_t>::max() / header.variants) {
    return "has a header that cannot be";
  }
  std::uint64_t end = kIndexHeaderBytes;
  for (const Extent& section : header.section) {
    if (section.offset != aligned(end) || section.offset > file_size ||
        section.size > file_size - section.offset) {
      return "has a header that cannot be";
    }
    end = section.offset + section.size;
  }
  const auto photos = static_cast<std::uint64_t>(header.photos);
  const auto sizes = array_sizes({header.tile_size_px, header.features_k},
                                 photos * static_cast<std::uint64_t>(header.variants));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (header.section[i].size != sizes[i]) return "has arrays of the wrong size";
  }
  const auto& photo_section = header.section[static_cast<std::size_t>(IndexSection::photos)];
  const auto& skipped_section = header.section[static_cast<std::size_t>(IndexSection::skipped)];
  if (photo_section.size != photos * sizeof(PhotoEntry) ||
      skipped_section.size % sizeof(SkippedEntry) != 0 || end != file_size) {
    return "has tables of the wrong size";
  }
  return nullptr;
}

/// Nullptr when `header` was read and is sound, else what is wrong.
const char* read_header(std::span<const std::byte> head, std::uint64_t file_size, Header& header) {
  if (!is_index_file(head)) return "is not a tile index";
  if (head.size() < kIndexHeaderBytes) return "is not complete";
  std::memcpy(&header, head.data(), sizeof header);
  return header_problem(header, file_size);
}

/// Cuts strings out of the string section, refusing what lies outside.
class Strings {
 public:
  explicit Strings(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool cut(const Extent& extent, std::string& out) const {
    if (extent.offset > bytes_.size() || extent.size > bytes_.size() - extent.offset) return false;
    out.assign(reinterpret_cast<const char*>(bytes_.data()) + extent.offset, extent.size);
    return true;
  }

 private:
  std::span<const std::byte> bytes_;
};

template <class T>
T read_entry(std::span<const std::byte> section, std::size_t index) {
  T entry;
  std::memcpy(&entry, section.data() + index * sizeof(T), sizeof(T));
  return entry;
}

bool read_tables(std::span<const std::byte> photos, std::span<const std::byte> skipped,
                 const Strings& strings, LibraryData& data) {
  data.photos.resize(photos.size() / sizeof(PhotoEntry));
  for (std::size_t i = 0; i < data.photos.size(); ++i) {
    const auto entry = read_entry<PhotoEntry>(photos, i);
    data.photos[i].size = entry.size;
    data.photos[i].mtime_ns = entry.mtime_ns;
    if (!strings.cut(entry.name, data.photos[i].name)) return false;
  }
  data.skipped.resize(skipped.size() / sizeof(SkippedEntry));
  for (std::size_t i = 0; i < data.skipped.size(); ++i) {
    const auto entry = read_entry<SkippedEntry>(skipped, i);
    if (!strings.cut(entry.name, data.skipped[i].name)) return false;
    if (!strings.cut(entry.reason, data.skipped[i].reason)) return false;
  }
  return true;
}

std::span<const std::uint8_t> as_u8(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// Photo and skipped tables with the strings they point to.
struct Tables {
  std::vector<PhotoEntry> photos;
  std::vector<SkippedEntry> skipped;
  std::string strings;

  explicit Tables(const LibraryData& data) {
    for (const PhotoRecord& photo : data.photos) {
      photos.push_back({add(photo.name), photo.size, photo.mtime_ns});
    }
    for (const SkippedInput& input : data.skipped) {
      const Extent name = add(input.name);
      skipped.push_back({name, add(input.reason)});
    }
  }

 private:
  Extent add(const std::string& text) {
    const Extent extent{strings.size(), text.size()};
    strings += text;
    return extent;
  }
};

/// A file being written front to back. Throws OutputError with the system's reason.
class Writer {
 public:
  explicit Writer(std::filesystem::path path)
      : path_(std::move(path)),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (file_ < 0) fail();
  }
  ~Writer() {
    if (file_ >= 0) close(file_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void finish() {
    if (close(std::exchange(file_, -1)) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw OutputError(
        "tile index '" + path_.string() + "' cannot be written: " + system_reason(errno),
        "Name another place with --index, or make room.");
  }

  std::filesystem::path path_;
  int file_;
};

}  // namespace

bool is_index_file(std::span<const std::byte> head) {
  return head.size() >= kIndexMagic.size() &&
         std::memcmp(head.data(), kIndexMagic.data(), kIndexMagic.size()) == 0;
}

ParsedIndexHeader parse_index_header(std::span<const std::byte> head, std::uint64_t file_size) {
  Header header;
  if (const char* problem = read_header(head, file_size, header)) return {{}, problem};
  return {IndexHeader{{header.tile_size_px, header.features_k},
                      header.variants,
                      header.photos,
                      header.source_key},
          {}};
}

ParsedIndex parse_index(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  Header header;
  if (const char* problem = read_header(bytes, bytes.size(), header)) return {{}, problem};
  if (hash64(bytes.subspan(kIndexHeaderBytes)) != header.payload_hash) {
    return {{}, "has damaged contents"};
  }
  const auto section = [&](IndexSection which) {
    const Extent& extent = header.section[static_cast<std::size_t>(which)];
    return bytes.subspan(extent.offset, extent.size);
  };
  LibraryData data;
  data.layout = {header.tile_size_px, header.features_k};
  data.variants = header.variants;
  data.source_key = header.source_key;
  data.fingerprint = header.fingerprint;
  data.features = as_u8(section(IndexSection::features));
  data.luma = as_u8(section(IndexSection::luma));
  data.rgb = as_u8(section(IndexSection::rgb));
  const auto sums = section(IndexSection::sums);
  // Sections are aligned to 64 bytes in the file; the mapping or buffer begins at least as aligned.
  data.color_sums = {reinterpret_cast<const ColorSums*>(sums.data()),
                     sums.size() / sizeof(ColorSums)};
  const Strings strings(section(IndexSection::strings));
  if (!read_tables(section(IndexSection::photos), section(IndexSection::skipped), strings, data)) {
    return {{}, "has names outside the file"};
  }
  data.owner = std::move(owner);
  return {std::move(data), {}};
}

std::uintmax_t write_index(const LibraryData& data, const std::filesystem::path& path) {
  const Tables tables(data);
  const std::array<std::span<const std::byte>, kSections> sections = {
      std::as_bytes(data.features),
      std::as_bytes(data.luma),
      std::as_bytes(data.rgb),
      std::as_bytes(data.color_sums),
      std::as_bytes(std::span(tables.photos)),
      std::as_bytes(std::span(tables.skipped)),
      std::as_bytes(std::span(tables.strings))};
  static constexpr std::array<std::byte, kAlignment> kZeros{};

  Header header{};
  std::memcpy(header.magic.data(), kIndexMagic.data(), kIndexMagic.size());
  header.byte_order = kByteOrderMark;
  header.version = kIndexVersion;
  header.tile_size_px = data.layout.tile_size_px;
  header.features_k = data.layout.features_k;
  header.variants = data.variants;
  header.photos = static_cast<std::int32_t>(data.photos.size());
  header.source_key = data.source_key;
  header.fingerprint = data.fingerprint;
  Hasher payload;
  std::uint64_t end = kIndexHeaderBytes;
  for (std::size_t i = 0; i < kSections; ++i) {
    header.section[i] = {aligned(end), sections[i].size()};
    payload.bytes(std::span(kZeros).first(header.section[i].offset - end)).bytes(sections[i]);
    end = header.section[i].offset + sections[i].size();
  }
  header.file_size = end;
  header.payload_hash = payload.digest();
  header.header_hash = header_hash(header);

  Writer writer(path);
  writer.write(std::as_bytes(std::span(&header, 1)));
  end = kIndexHeaderBytes;
  for (std::size_t i = 0; i < kSections; ++i) {
    writer.write(std::span(kZeros).first(header.section[i].offset - end));
    writer.write(sections[i]);
    end = header.section[i].offset + sections[i].size();
  }
  writer.finish();
  return end;
}

}  // namespace mosaic
