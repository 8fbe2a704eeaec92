#include "core/file_names.hpp"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/output_file.hpp"

namespace mosaic {

namespace fs = std::filesystem;

std::string lower_ending(const fs::path& path) {
  std::string ending = path.extension().native();
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return ending;
}

int rename_without_replacing(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  struct stat status {};
  if (::lstat(to.c_str(), &status) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

void refuse_long_name(const fs::path& path) {
  const fs::path named = path.has_filename() ? path : path.parent_path();
  // Where the folder is not there yet the system speaks of that instead.
  bool too_long = named.filename().native().size() > NAME_MAX;
  struct stat status {};
  if (::lstat(named.c_str(), &status) != 0) too_long = too_long || errno == ENAMETOOLONG;
  if (too_long) throw output_error("cannot write", path, ENAMETOOLONG);
}

}  // namespace mosaic
