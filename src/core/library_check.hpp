// Whether a shared library could be loaded, without loading it.
#pragma once

#include <filesystem>
#include <string>

namespace mosaic {

/// Asks the dynamic linker (ld.so --list) for the libraries that `library` needs, and their
/// versions: some 20 ms, where loading LibTorch takes a second. Returns what it complains of, in a
/// line; empty when it does not, or cannot be asked. It does not look up symbols.
std::string why_not_loadable(const std::filesystem::path& library);

}  // namespace mosaic
