// Files that appear under their name only when complete.
#pragma once

#include <filesystem>

namespace mosaic {

/// A temporary name beside the final one: ".<name>.<pid>.part<ext>". commit() syncs the file,
/// renames it over the final name and syncs the folder; the destructor removes what was not
/// committed. Throws OutputError with the path and the system's reason.
class OutputFile {
 public:
  /// Refuses when `final_path` exists and !force, or its folder is missing or not writable
  /// (a probe file is created, so the failure comes before any work).
  OutputFile(std::filesystem::path final_path, bool force);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  [[nodiscard]] const std::filesystem::path& final_path() const { return final_; }
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

}  // namespace mosaic
