// The tile index file (.mti): one flat file that is mapped and used in place.
//
// Note [Index layout]
//   header         kIndexHeaderBytes, fixed fields, little-endian; its own XXH3 in the last 8 bytes
//   8 sections     each at a multiple of 64 bytes, gaps zero, in the order of IndexSection
// The header holds offset and size of every section, the file's size and the XXH3 of everything
// behind the header. A reader accepts a file only when all of them agree, so a file that was cut
// off, overwritten in part or written by another version or byte order is told apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "library/library_data.hpp"

namespace mosaic {

/// Raise when the layout, the decoding or the description of tiles changes.
inline constexpr std::uint32_t kIndexVersion = 3;
inline constexpr std::size_t kIndexHeaderBytes = 256;
inline constexpr std::string_view kIndexMagic{"\x8fMTINDX\n", 8};

enum class IndexSection : std::size_t {
  features,  ///< tiles x (3k^2 + 9)
  luma,      ///< tiles x S x S
  rgb,       ///< tiles x 3 x S x S
  sums,      ///< tiles x sizeof(ColorSums)
  photos,    ///< photos x PhotoEntry
  skipped,   ///< skipped inputs x SkippedEntry
  strings,   ///< names and reasons, unterminated
  count,
};

/// True when the bytes begin like one of our index files, whole or damaged, of any version.
bool is_index_file(std::span<const std::byte> head);

/// What the header of an index says of it.
struct IndexHeader {
  TileLayout layout;
  int variants = 1;
  int photos = 0;
  std::uint64_t source_key = 0;
};
struct ParsedIndexHeader {
  std::optional<IndexHeader> header;
  std::string problem;  ///< a clause, when there is no header
};
/// Of an index of `file_size` bytes that begins with `head`, at least kIndexHeaderBytes of it where
/// it has as many. What lies behind the header may be damaged all the same.
ParsedIndexHeader parse_index_header(std::span<const std::byte> head, std::uint64_t file_size);

/// Reads an index from memory without copying its arrays. Returns why not otherwise: "" never.
/// Every field is checked before it is used; `bytes` may be anything. `owner` keeps them alive.
struct ParsedIndex {
  std::optional<LibraryData> data;
  std::string problem;  ///< a clause, when there is no data
};
ParsedIndex parse_index(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

/// Writes an index to exactly `path` (created or truncated), unsynced. Returns its size in bytes.
/// Throws OutputError.
std::uintmax_t write_index(const LibraryData& data, const std::filesystem::path& path);

}  // namespace mosaic
