// What may go wrong with a name alone.
#pragma once

#include <filesystem>

namespace mosaic {

/// rename() that fails with EEXIST instead of replacing, where the file system can do that; else it
/// looks first. Returns 0 or an errno value.
int rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to);

/// Throws OutputError when nothing can be written at `path`, because it or its last part is longer
/// than the system takes.
void refuse_long_name(const std::filesystem::path& path);

}  // namespace mosaic
