// Where --verify makes its two files, and how one of them becomes the output.
#pragma once

#include <filesystem>
#include <string>

#include "core/output_file.hpp"

namespace mosaic {

/// The folder OUTPUT.verify with the files of both runs, beside what OUTPUT is a link to: only
/// there can a finished file be moved to its name. Removed in the end, unless it is to be kept.
class TwinFolder {
 public:
  /// Throws OutputError when the folder is there already or cannot be made.
  explicit TwinFolder(const OutputFile& output);
  ~TwinFolder();
  TwinFolder(const TwinFolder&) = delete;
  TwinFolder& operator=(const TwinFolder&) = delete;

  /// The file of a run; its ending is the output's, which decides the container.
  [[nodiscard]] std::filesystem::path file(const std::string& run) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  std::filesystem::path ending_;
  bool kept_ = false;
};

/// Throws VerifyError when the files of the runs `first` and `second` differ, and when either is
/// missing: two files that are not there are no agreement. The folder is kept then.
void require_equal_files(TwinFolder& folder, const std::string& first, const std::string& second);

/// Gives the file of `run` the output's name. Throws OutputError when that fails; the folder is
/// kept then, the message names it, and no film is lost.
void publish(TwinFolder& folder, const std::string& run, OutputFile& output);

}  // namespace mosaic
