// Which outputs of a folder are done, and what they were made of.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "job/content_identity.hpp"
#include "job/journal.hpp"

namespace mosaic {

struct DoneRecord {
  Facts facts;
  ContentIdentity input;
  ContentIdentity output;
  int exit_code = 0;  ///< of the run that made it: 0, or 3 when something was left out
};

/// Note [Done]
/// ".mosaic-temporal-done" in the outputs' folder, a checksummed line for every finished output, as
/// in a journal. A name says nothing about how a file was made, and marks inside the files would
/// change their bytes and do not fit into a PNG; a file beside each output doubles their number.
/// Lines are appended whole, so runs side by side may share the file; the last one of an output
/// counts, and a damaged one does not.
class DoneLog {
 public:
  explicit DoneLog(const std::filesystem::path& output);

  /// The record of this output; nothing when there is none.
  [[nodiscard]] const DoneRecord* find() const { return record_ ? &*record_ : nullptr; }
  /// Throws OutputError.
  void add(const DoneRecord& record);

 private:
  std::filesystem::path path_;
  std::string name_;
  std::optional<DoneRecord> record_;
};

}  // namespace mosaic
