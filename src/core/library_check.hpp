// Whether a shared library could be loaded, without loading it.
#pragma once

#include <filesystem>
#include <string>

namespace mosaic {

/// Asks the dynamic linker (ld.so --list, as ldd does) for everything that `library` needs: some 20
/// ms, where loading LibTorch takes a second. Returns what it says is wrong, in a line; empty when
/// all is there, or when there is nobody to ask.
std::string why_not_loadable(const std::filesystem::path& library);

}  // namespace mosaic
