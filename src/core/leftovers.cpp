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

/// What follows the process; an ending that no format has is left out, so that the rest has room.
std::string part_of(const std::string& ending) {
  constexpr std::size_t kLongestEnding = 100;
  return ".part" + (ending.size() > kLongestEnding ? std::string() : ending);
}

/// `numbers`: "<process>" or "<process>-<attempt>". One function makes the names and knows them
/// again, whatever had to give way.
std::string name_with(std::string_view numbers, const std::string& name,
                      const std::string& ending) {
  // File names end at 255 bytes; the stem gives way so that the temporary name still fits.
  constexpr std::size_t kLongestName = 255;
  const std::string suffix = "." + std::string(numbers) + part_of(ending);
  std::string text = "." + name;
  if (text.size() + suffix.size() > kLongestName) text.resize(kLongestName - suffix.size());
  return text + suffix;
}

bool is_temporary_name(std::string_view text, const std::string& name, const std::string& ending) {
  const std::string part = part_of(ending);
  if (!text.ends_with(part)) return false;
  const std::string_view before = text.substr(0, text.size() - part.size());
  const std::size_t dot = before.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view numbers = before.substr(dot + 1);
  constexpr std::size_t kMostDigits = 40;
  const std::size_t dash = numbers.find('-');
  return numbers.size() <= kMostDigits && is_number(numbers.substr(0, dash)) &&
         (dash == std::string_view::npos || is_number(numbers.substr(dash + 1))) &&
         text == name_with(numbers, name, ending);
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
  std::string numbers = std::to_string(::getpid());
  if (attempt > 0) numbers += "-" + std::to_string(attempt);
  return name_with(numbers, name, ending);
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
