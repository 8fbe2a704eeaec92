// What lies in a folder.
#pragma once

#include <filesystem>
#include <system_error>
#include <vector>

namespace mosaic {

/// The entries of a folder, without "." and "..", in the order the system has them. Where the
/// folder cannot be read, or not to its end, `failure` says why and what was seen is returned.
/// Throws nothing but std::bad_alloc.
///
/// A range-for over fs::directory_iterator(folder, failure) does not do this: `failure` is of the
/// opening alone, and ++ throws what goes wrong later, on a share that goes away for one.
std::vector<std::filesystem::directory_entry> entries_of(const std::filesystem::path& folder,
                                                         std::error_code& failure);

}  // namespace mosaic
