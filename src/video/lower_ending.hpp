#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

namespace mosaic {

/// The ending of a name in small letters, with its dot.
inline std::string lower_ending(const std::filesystem::path& path) {
  std::string ending = path.extension().native();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return ending;
}

}  // namespace mosaic
