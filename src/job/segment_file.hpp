// What was made of the frames between two borders, in one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "core/hash.hpp"
#include "job/file_io.hpp"
#include "job/journal.hpp"

namespace mosaic {

/// Kinds of pieces in a segment's file.
enum class SegmentPart : std::uint8_t {
  media = 1,          ///< what the sink made of the frames
  file = 2,           ///< a file beside this one: its name, size and hash
  plan_line = 3,      ///< what the plan says of a frame
  totals = 4,         ///< sums over its frames
  state = 5,          ///< what its last frame leaves to the next
  manifest_line = 6,  ///< hashes of a frame's stages
};

/// Pieces of (kind, length, bytes), written to a temporary name until finish().
class SegmentWriter {
 public:
  explicit SegmentWriter(const std::filesystem::path& path);
  void put(SegmentPart part, std::span<const std::byte> bytes);
  /// Syncs and renames. The file is what the record says; it is on the disk.
  SegmentRecord finish(std::int64_t index, std::int64_t frames);

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  WrittenFile file_;
  Hasher hasher_;
  std::uint64_t bytes_ = 0;
};

/// Whether the file has the record's size and hash.
bool segment_is_intact(const std::filesystem::path& path, const SegmentRecord& record);

/// Hands over the pieces of one kind, in the order they were put. Throws InputError when the file
/// is not what a SegmentWriter left.
void for_each_part(const std::filesystem::path& path, SegmentPart part,
                   const std::function<void(std::span<const std::byte>)>& take);

}  // namespace mosaic
