// What a job has done, one checksummed line after the other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/content_identity.hpp"
#include "job/file_io.hpp"

namespace mosaic {

/// Names and values that must be the same for two runs to make the same bytes.
using Facts = std::map<std::string, std::string>;

/// A finished segment.
struct SegmentRecord {
  std::int64_t index = 0;
  std::int64_t frames = 0;
  std::uint64_t bytes = 0;  ///< of its file
  std::uint64_t hash = 0;   ///< XXH3-64 of its file
};

/// What a journal says.
struct JournalContents {
  Facts facts;
  ContentIdentity input;
  std::map<std::int64_t, SegmentRecord> segments;  ///< the last record of each
  bool publishing = false;                         ///< everything is made and being moved
  std::uint64_t intact_bytes = 0;                  ///< up to the end of the last whole line
  int damaged_lines = 0;                           ///< left out
};

/// A line is 16 hexadecimal digits (XXH3-64 of the rest), a blank, and a JSON object. The first one
/// tells what the job is; without it there is no journal.
std::optional<JournalContents> parse_journal(const std::string& text);

/// Appends records; each is on the disk when its function returns. Throws OutputError.
class Journal {
 public:
  /// Begins a journal, replacing what is there.
  static void create(const std::filesystem::path& path, const Facts& facts,
                     const ContentIdentity& input);
  /// Goes on with one whose first `intact_bytes` are good.
  Journal(const std::filesystem::path& path, std::uint64_t intact_bytes);

  void add(const SegmentRecord& segment);
  void add_publishing();

 private:
  WrittenFile file_;
};

}  // namespace mosaic
