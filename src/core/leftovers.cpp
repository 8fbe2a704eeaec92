#include "core/leftovers.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/folder_entries.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_temporary_name(std::string_view text, const std::string& name, const std::string& ending) {
  const std::string before = "." + name + ".";
  const std::string after = ".part" + ending;
  if (text.size() <= before.size() + after.size() || !text.starts_with(before) ||
      !text.ends_with(after)) {
    return false;
  }
  text = text.substr(before.size(), text.size() - before.size() - after.size());
  const std::size_t dash = text.find('-');
  return is_number(text.substr(0, dash)) &&
         (dash == std::string_view::npos || is_number(text.substr(dash + 1)));
}

/// A FIFO of such a name is not waited for.
constexpr int kLook = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

bool leads_to(const fs::path& path, int fd) {
  struct stat held {};
  struct stat named {};
  return ::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

HeldName::HeldName(const fs::path& path) : path_(path), fd_(::open(path.c_str(), kLook)) {
  if (fd_ < 0) {
    lost_ = errno == ENOENT;
  } else if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    lost_ = errno == EWOULDBLOCK;
    ::close(fd_);
    fd_ = -1;
  }
}

HeldName::~HeldName() {
  if (fd_ >= 0) ::close(fd_);
}

bool HeldName::is_there() const { return !lost_ && (fd_ < 0 || leads_to(path_, fd_)); }

std::string temporary_name(const std::string& name, const std::string& ending, int attempt) {
  // File names end at 255 bytes; the stem gives way so that the temporary name still fits.
  constexpr std::size_t kLongestName = 255;
  std::string suffix = "." + std::to_string(::getpid());
  if (attempt > 0) suffix += "-" + std::to_string(attempt);
  suffix += ".part" + ending;
  std::string text = "." + name;
  if (suffix.size() + 1 > kLongestName) suffix.resize(kLongestName / 2);
  if (text.size() + suffix.size() > kLongestName) text.resize(kLongestName - suffix.size());
  return text + suffix;
}

void remove_leftovers(const fs::path& folder, const std::string& name, const std::string& ending) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : entries_of(folder, ignored)) {
    if (is_temporary_name(entry.path().filename().native(), name, ending)) {
      found.push_back(entry.path());
    }
  }
  for (const fs::path& path : found) {
    const int fd = ::open(path.c_str(), kLook);
    if (fd < 0) continue;
    // By now a new run may have given another file this name.
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && leads_to(path, fd)) fs::remove_all(path, ignored);
    ::close(fd);
  }
}

}  // namespace mosaic
