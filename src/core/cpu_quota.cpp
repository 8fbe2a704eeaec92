#include "core/cpu_quota.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

namespace mosaic {
namespace {

namespace fs = std::filesystem;

/// Of the line "0::/a/b"; empty where there is none. Lines of other numbers are cgroup v1.
std::string own_group(const fs::path& self) {
  std::ifstream stream(self);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("0::/")) return line.substr(3);
  }
  return {};
}

/// Of "150000 100000", microseconds in each period of so many; nothing for "max 100000".
std::optional<int> limit_in(const fs::path& file) {
  std::ifstream stream(file);
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (!(stream >> quota >> period) || quota < 1 || period < 1) return std::nullopt;
  const std::int64_t cores = quota / period + (quota % period != 0 ? 1 : 0);
  return static_cast<int>(std::min<std::int64_t>(cores, std::numeric_limits<int>::max()));
}

}  // namespace

std::optional<int> cpu_quota(const fs::path& self, const fs::path& root) {
  const std::string own = own_group(self);
  if (own.empty()) return std::nullopt;
  std::optional<int> least;
  // The limits of the groups around it hold too.
  for (fs::path group = fs::path(own).relative_path();; group = group.parent_path()) {
    const std::optional<int> limit = limit_in(root / group / "cpu.max");
    if (limit && (!least || *limit < *least)) least = limit;
    if (group.empty()) return least;
  }
}

}  // namespace mosaic
