#include "job/disk_space.hpp"

#include <sys/statvfs.h>

namespace mosaic {

std::optional<std::uint64_t> free_bytes(const std::filesystem::path& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) return std::nullopt;
  return std::uint64_t{status.f_bavail} * std::uint64_t{status.f_frsize};
}

}  // namespace mosaic
