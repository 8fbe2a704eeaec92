// Files that appear under their name only when complete.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/leftovers.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

/// The error for a failed system call on an output: `<what> '<path>': <reason>`, with a hint that
/// fits the reason (disk full, permission, missing folder). `error_number` is an errno value.
OutputError output_error(const std::string& what, const std::filesystem::path& path,
                         int error_number);

/// Flushes a folder's entries to the disk. Throws OutputError; file systems that cannot sync
/// folders are left alone.
void sync_folder(const std::filesystem::path& folder);

/// The same for the folder of what has just got its name. Throws OutputError that says that it has.
void sync_name(const std::filesystem::path& named);

/// Removes what runs that were killed have left beside an output that is a file, Note [Leftovers].
/// An OutputFile does so when it is made; this is for outputs of which none will be.
void remove_leftovers_of(const std::filesystem::path& output);

/// A temporary name beside the final one: ".<name>.<pid>.part<ext>". commit() syncs the file,
/// renames it over the final name and syncs the folder; the destructor removes what was not
/// committed. Throws OutputError with the path and the system's reason.
///
/// A final name that is a symbolic link to a file is followed, so the link stays and its target is
/// replaced. Without `force` the rename itself refuses to replace a file that came up meanwhile.
class OutputFile {
 public:
  /// Refuses when `final_path` exists and !force, or its folder is missing or not writable
  /// (a probe file is created, so the failure comes before any work).
  /// `temporary_folder`: where the temporary name is, on the same file system; empty: beside.
  OutputFile(std::filesystem::path final_path, bool force,
             const std::filesystem::path& temporary_folder = {});
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  [[nodiscard]] const std::filesystem::path& final_path() const { return final_; }
  /// What commit() replaces: final_path() with a symbolic link resolved.
  [[nodiscard]] const std::filesystem::path& target() const { return target_; }
  /// What was written reaches the disk, so that commit() can fail for the name's sake only.
  void sync() const;
  void commit();
  /// It has its final name, even if commit() threw: that the name may not be on the disk yet.
  [[nodiscard]] bool committed() const { return committed_; }

 private:
  std::filesystem::path final_;
  std::filesystem::path target_;  ///< final_ with a symbolic link resolved
  std::filesystem::path temporary_;
  std::optional<HeldName> held_;  ///< temporary_, Note [Leftovers]
  bool force_ = false;
  bool committed_ = false;
};

}  // namespace mosaic
