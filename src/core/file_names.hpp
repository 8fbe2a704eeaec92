// What a name alone tells, and what may go wrong with it.
#pragma once

#include <filesystem>
#include <string>

namespace mosaic {

/// The ending of a name with its dot, A to Z in small letters.
std::string lower_ending(const std::filesystem::path& path);

/// rename() that fails with EEXIST instead of replacing, where the file system can do that; else it
/// looks first. Returns 0 or an errno value.
int rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to);

/// Throws OutputError when nothing can be written at `path`, because it or its last part is longer
/// than the system takes.
void refuse_long_name(const std::filesystem::path& path);

}  // namespace mosaic
