// What lies in a pool folder, without opening a single file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "mosaic/render.hpp"

namespace mosaic {

/// A regular file that may become a tile.
struct PoolFile {
  std::string name;            ///< path relative to the pool, raw bytes, '/' between folders
  std::filesystem::path open;  ///< what to open; differs from pool/name for symbolic links
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  bool readable = true;  ///< by this user, now: a change of permissions must be noticed
};

struct PoolListing {
  std::vector<PoolFile> files;        ///< byte order of `name`
  std::vector<SkippedInput> skipped;  ///< entries that cannot be files, byte order of name
  int repeated = 0;                   ///< further names of files already listed (hard links)

  /// Feeds names, sizes, times and permissions.
  void feed(Hasher& hasher) const;
};

/// Walks `pool` and its subfolders. Every file (device, inode) is listed once and every folder
/// entered once. Symbolic links are followed only to places inside the pool. Hidden names,
/// Thumbs.db and desktop.ini are passed over, and so are tile indexes (*.mti), which may lie in the
/// pool. FIFOs, sockets and devices are never opened; they are reported when named like a picture.
/// Throws InputError when `pool` is not a folder that can be read.
PoolListing list_pool_folder(const std::filesystem::path& pool);

/// Modification time and size of one file, as in PoolFile.
PoolFile describe_pool_file(const std::filesystem::path& path, const std::string& name);

}  // namespace mosaic
