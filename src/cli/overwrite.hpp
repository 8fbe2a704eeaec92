// Nothing is written over what a run reads, whatever way the names lead there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mosaic::cli {

/// An input. In a folder, the files that are read are those directly in it or, when `searched`,
/// those in its subfolders too.
struct ReadPath {
  std::string flag;
  std::filesystem::path path;
  bool searched = false;
};

/// An output: a file, a folder for pictures or a pattern for their names.
struct WrittenPath {
  std::string flag;
  std::filesystem::path path;
};

/// Throws UsageError when an output is an input, lies in a folder that is read, or is another
/// output. Links are followed and --force changes nothing. A prepared index (.mti) may lie in a
/// searched folder: the search passes over it.
void require_apart(const std::vector<ReadPath>& read, const std::vector<WrittenPath>& written);

}  // namespace mosaic::cli
