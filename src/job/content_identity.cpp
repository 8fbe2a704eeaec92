#include "job/content_identity.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "core/folder_entries.hpp"
#include "core/hash.hpp"
#include "job/file_io.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_of(const fs::path& path, const NameFilter& wanted) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return {path};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : entries_of(path, failure)) {
    std::error_code ignored;
    const bool hidden = entry.path().filename().native().starts_with('.');
    const bool counts = !hidden && (!wanted || wanted(entry.path().filename().native()));
    if (counts && entry.is_regular_file(ignored)) files.push_back(entry.path());
  }
  if (failure) {
    throw InputError("cannot read '" + path.native() + "': " + failure.message(),
                     "check its permissions, and the disk or share it is on");
  }
  std::sort(files.begin(), files.end());
  return files;
}

enum class Marks : std::uint8_t { all, of_writing, of_writing_without_identity };

std::string marks_of(const std::vector<fs::path>& files, Marks which) {
  Hasher hasher;
  for (const fs::path& file : files) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
      throw InputError("cannot read '" + file.native() +
                       "': " + std::generic_category().message(errno));
    }
    hasher.text(file.filename().native());
    if (which != Marks::of_writing_without_identity) {
      hasher.number(static_cast<std::int64_t>(status.st_dev));
      hasher.number(static_cast<std::int64_t>(status.st_ino));
    }
    hasher.number(static_cast<std::int64_t>(status.st_size));
    hasher.number(status.st_mtim.tv_sec).number(status.st_mtim.tv_nsec);
    if (which == Marks::all) hasher.number(status.st_ctim.tv_sec).number(status.st_ctim.tv_nsec);
  }
  return hex64(hasher.digest());
}

std::string hash_of(const std::vector<fs::path>& files, const std::function<void()>& poll) {
  Hasher all;
  for (const fs::path& file : files) {
    Hasher one;
    std::int64_t size = 0;
    const bool whole = read_file(file, [&](std::span<const std::byte> bytes) {
      poll();
      one.bytes(bytes);
      size += static_cast<std::int64_t>(bytes.size());
    });
    if (!whole) throw InputError("cannot read '" + file.native() + "' to its end");
    // A single file is known by its bytes alone, so that it may be renamed.
    if (files.size() > 1) all.text(file.filename().native());
    all.number(size).number(static_cast<std::int64_t>(one.digest()));
  }
  return hex64(all.digest());
}

}  // namespace

std::string content_marks(const fs::path& path, const NameFilter& wanted) {
  return marks_of(files_of(path, wanted), Marks::all);
}

std::string writing_marks(const fs::path& path, const NameFilter& wanted) {
  // Some network file systems give files new inodes when nothing holds them open, as happens to
  // the pictures of a folder.
  std::error_code failure;
  return marks_of(files_of(path, wanted), fs::is_directory(path, failure)
                                              ? Marks::of_writing_without_identity
                                              : Marks::of_writing);
}

ContentIdentity identify_content(const fs::path& path, const ContentIdentity& known,
                                 const std::function<void()>& poll, const NameFilter& wanted) {
  const std::vector<fs::path> files = files_of(path, wanted);
  ContentIdentity identity;
  identity.marks = marks_of(files, Marks::all);
  identity.hash =
      !known.hash.empty() && known.marks == identity.marks ? known.hash : hash_of(files, poll);
  return identity;
}

}  // namespace mosaic
