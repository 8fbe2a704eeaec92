// First inputs on the disk.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace mosaic::test {

inline void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace mosaic::test
