#include "library/folder_listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "mosaic/error.hpp"
#include "pictures/input_bytes.hpp"
#include "pictures/picture_kind.hpp"

namespace mosaic {

namespace {

using FileId = std::pair<dev_t, ino_t>;

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

bool passed_over(const std::string& name) {
  return name.front() == '.' || name == "Thumbs.db" || name == "desktop.ini" ||
         name.ends_with(".mti");
}

PoolFile pool_file(std::string name, std::filesystem::path open, const struct stat& info,
                   int folder, const char* entry) {
  PoolFile file;
  file.name = std::move(name);
  file.open = std::move(open);
  file.size = static_cast<std::uint64_t>(info.st_size);
  file.mtime_ns = nanoseconds(info.st_mtim);
  file.readable = faccessat(folder, entry, R_OK, AT_EACCESS) == 0;
  return file;
}

/// One walk over a pool. Links are kept for last, so that a file's own name wins over a link to it.
class Walk {
 public:
  explicit Walk(std::filesystem::path root) : root_(std::move(root)) {}

  PoolListing run() {
    enter_all({""}, root_);
    follow_links();
    std::ranges::sort(found_, {}, [](const Found& f) -> const std::string& { return f.file.name; });
    for (Found& found : found_) {
      if (listed_.insert(found.id).second) {
        listing_.files.push_back(std::move(found.file));
      } else {
        ++listing_.repeated;
      }
    }
    std::ranges::sort(listing_.skipped, {}, &SkippedInput::name);
    return std::move(listing_);
  }

 private:
  struct Found {
    PoolFile file;
    FileId id;
  };
  struct Link {
    std::string name;
    std::filesystem::path path;
  };

  void skip(const std::string& name, std::string reason) {
    listing_.skipped.push_back({name, std::move(reason)});
  }

  /// Enters folders until none is left. `base` is the folder that the names in `todo` are under;
  /// for a linked folder it is the link's target and `prefix_` the link's name.
  void enter_all(std::vector<std::string> todo, const std::filesystem::path& base) {
    while (!todo.empty()) {
      const std::string folder = std::move(todo.back());
      todo.pop_back();
      enter(folder, folder.empty() ? base : base / folder, todo);
    }
  }

  void enter(const std::string& folder, const std::filesystem::path& path,
             std::vector<std::string>& todo) {
    const std::string shown = prefix_ + folder;
    const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const std::unique_ptr<DIR, CloseFolder> stream(descriptor < 0 ? nullptr
                                                                  : fdopendir(descriptor));
    if (!stream) {
      const int error = errno;
      if (descriptor >= 0) close(descriptor);
      skip(shown.empty() ? path.string() : shown, "folder cannot be read: " + system_reason(error));
      return;
    }
    struct stat info {};
    if (fstat(descriptor, &info) != 0) return;
    if (!entered_.emplace(info.st_dev, info.st_ino).second) return;
    for (;;) {
      errno = 0;
      const dirent* entry = readdir(stream.get());
      if (entry == nullptr) break;
      visit(folder, path, descriptor, entry->d_name, todo);
    }
    if (errno != 0) skip(shown, "folder cannot be read: " + system_reason(errno));
  }

  void visit(const std::string& folder, const std::filesystem::path& path, int descriptor,
             const std::string& entry, std::vector<std::string>& todo) {
    if (passed_over(entry)) return;
    const std::string name = folder.empty() ? entry : folder + "/" + entry;
    const std::string shown = prefix_ + name;
    struct stat info {};
    if (fstatat(descriptor, entry.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) skip(shown, "cannot be examined: " + system_reason(errno));
      return;
    }
    if (S_ISDIR(info.st_mode)) {
      todo.push_back(name);
    } else if (S_ISLNK(info.st_mode)) {
      links_.push_back({shown, path / entry});
    } else if (S_ISREG(info.st_mode)) {
      found_.push_back({pool_file(shown, path / entry, info, descriptor, entry.c_str()),
                        {info.st_dev, info.st_ino}});
    } else if (has_picture_extension(entry)) {
      skip(shown, file_type_name(info.st_mode) + ", not a regular file");
    }
  }

  bool inside_root(const std::filesystem::path& target) const {
    const auto [end, rest] =
        std::mismatch(root_.begin(), root_.end(), target.begin(), target.end());
    static_cast<void>(rest);
    return end == root_.end();
  }

  /// Links in byte order of their names. A linked folder may bring further links.
  void follow_links() {
    std::set<FileId> known;
    for (const Found& found : found_) known.insert(found.id);
    while (!links_.empty()) {
      std::vector<Link> links = std::exchange(links_, {});
      std::ranges::sort(links, {}, &Link::name);
      for (const Link& link : links) follow(link, known);
    }
  }

  void follow(const Link& link, std::set<FileId>& known) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::canonical(link.path, error);
    if (error) {
      const bool loop = error == std::errc::too_many_symbolic_link_levels;
      const bool dangling = error == std::errc::no_such_file_or_directory;
      skip(link.name, loop       ? "symbolic link that leads back to itself"
                      : dangling ? "symbolic link to nothing"
                                 : "symbolic link that cannot be followed: " + error.message());
      return;
    }
    if (!inside_root(target)) {
      skip(link.name, "symbolic link out of the pool");
      return;
    }
    struct stat info {};
    if (lstat(target.c_str(), &info) != 0) return;
    if (S_ISDIR(info.st_mode)) {
      prefix_ = link.name + "/";
      enter_all({""}, target);
      prefix_.clear();
    } else if (S_ISREG(info.st_mode) && known.emplace(info.st_dev, info.st_ino).second) {
      found_.push_back({pool_file(link.name, target, info, AT_FDCWD, target.c_str()),
                        {info.st_dev, info.st_ino}});
    }
  }

  std::filesystem::path root_;
  std::string prefix_;
  std::vector<Found> found_;
  std::vector<Link> links_;
  std::set<FileId> entered_;
  std::set<FileId> listed_;
  PoolListing listing_;
};

}  // namespace

void PoolListing::feed(Hasher& hasher) const {
  hasher.number(static_cast<std::int64_t>(files.size()));
  for (const PoolFile& file : files) {
    hasher.text(file.name)
        .number(static_cast<std::int64_t>(file.size))
        .number(file.mtime_ns)
        .number(file.readable ? 1 : 0);
  }
  for (const SkippedInput& input : skipped) hasher.text(input.name).text(input.reason);
}

PoolListing list_pool_folder(const std::filesystem::path& pool) {
  std::error_code error;
  const std::filesystem::path root = std::filesystem::canonical(pool, error);
  if (error) {
    throw InputError("tile pool '" + pool.string() + "' cannot be opened: " + error.message(),
                     "Give --tiles a folder of photos or a video.");
  }
  if (access(root.c_str(), R_OK | X_OK) != 0) {
    throw InputError("tile pool '" + pool.string() + "' cannot be read: " + system_reason(errno),
                     "Check the folder's permissions.");
  }
  return Walk(root).run();
}

PoolFile describe_pool_file(const std::filesystem::path& path, const std::string& name) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    throw InputError("tile pool '" + path.string() + "' cannot be opened: " + system_reason(errno),
                     "Give --tiles a folder of photos or a video.");
  }
  return pool_file(name, path, info, AT_FDCWD, path.c_str());
}

}  // namespace mosaic
