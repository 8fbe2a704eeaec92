// Folders that cannot be read to their end, as of a disk or a share that goes away meanwhile. For
// one file of a test program: it takes the place of the C library's readdir().
#pragma once

#include <dirent.h>
#include <dlfcn.h>

#include <cerrno>

namespace mosaic::test {

/// Entries that may still be read; below 0: all.
inline int readable_entries = -1;

/// While it lives, folders end in EIO after `entries` entries, "." and ".." among them, all folders
/// together.
class FailingFolders {
 public:
  explicit FailingFolders(int entries) { readable_entries = entries; }
  ~FailingFolders() { readable_entries = -1; }
  FailingFolders(const FailingFolders&) = delete;
  FailingFolders& operator=(const FailingFolders&) = delete;
};

}  // namespace mosaic::test

extern "C" dirent* readdir(DIR* folder) {
  using Function = dirent* (*)(DIR*);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "readdir"));
  if (mosaic::test::readable_entries == 0) {
    errno = EIO;
    return nullptr;
  }
  if (mosaic::test::readable_entries > 0) --mosaic::test::readable_entries;
  return real(folder);
}
