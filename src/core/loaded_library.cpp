#include "core/loaded_library.hpp"

#include <filesystem>
#include <fstream>

namespace mosaic {

std::string loaded_library(std::string_view name) {
  const std::string wanted = std::string(name) + ".so";
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos) continue;
    // The file that a link leads to, so with its whole version.
    std::string file = std::filesystem::path(line.substr(path)).filename().string();
    if (file.starts_with(wanted)) return file;
  }
  return {};
}

}  // namespace mosaic
