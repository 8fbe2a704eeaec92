#include "job/file_io.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace mosaic {

namespace fs = std::filesystem;

bool read_file(const fs::path& path, const std::function<void(std::span<const std::byte>)>& take) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  ssize_t got = 0;
  try {
    do {
      got = ::read(fd, buffer.data(), buffer.size());
      if (got > 0) take(std::span(buffer).first(static_cast<std::size_t>(got)));
    } while (got > 0 || (got < 0 && errno == EINTR));
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);
  return got == 0;
}

std::string read_small_file(const fs::path& path) {
  std::string text;
  const bool whole = read_file(path, [&](std::span<const std::byte> bytes) {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return whole ? text : std::string();
}

fs::path hidden_beside(const fs::path& path, const std::string& suffix) {
  constexpr std::size_t kLongestName = 255;
  fs::path target = path;
  if (target.filename().empty()) target = target.parent_path();
  std::error_code ignored;
  if (fs::is_symlink(target, ignored)) {
    const fs::path resolved = fs::canonical(target, ignored);
    if (!ignored) target = resolved;
  }
  std::string name = "." + target.filename().native();
  if (name.size() + suffix.size() > kLongestName) name.resize(kLongestName - suffix.size());
  return (target.has_parent_path() ? target.parent_path() : fs::path(".")) / (name + suffix);
}

}  // namespace mosaic
