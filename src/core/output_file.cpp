#include "core/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/file_names.hpp"
#include "core/leftovers.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// Closes on scope exit; the write side checks close() itself where it matters.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "free some space or write to another disk, then run the same command again";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a folder you may write to";
    case ENOENT:
    case ENOTDIR:
      return "create the folder first, or check the path";
    case ENAMETOOLONG:
      return "choose a shorter name: the system takes 255 bytes for one, and 4095 for a whole path";
    case EEXIST:
      return "use --force to replace it";
    default:
      return {};
  }
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A symbolic link to a file is followed; one to nowhere is not.
fs::path target_of(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) return path;
  fs::path resolved = fs::canonical(path, ignored);
  return ignored ? path : resolved;
}

OutputError name_not_synced(const fs::path& named, const OutputError& why) {
  return OutputError(
      "'" + named.native() +
          "' is complete and has its name, but a power cut may take the name away: " + why.what(),
      why.hint());
}

}  // namespace

OutputError output_error(const std::string& what, const fs::path& path, int error_number) {
  return OutputError(
      what + " '" + path.native() + "': " + std::generic_category().message(error_number),
      hint_for(error_number));
}

void sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == EACCES) return;  // a folder may be writable but not readable
    throw output_error("cannot open folder", folder, errno);
  }
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) {
    throw output_error("cannot sync folder", folder, errno);
  }
}

void sync_name(const fs::path& named) {
  try {
    sync_folder(folder_of(named));
  } catch (const OutputError& error) {
    throw name_not_synced(named, error);
  }
}

void remove_leftovers_of(const fs::path& output) {
  std::error_code ignored;
  if (!output.has_filename() || fs::is_directory(output, ignored)) return;
  const fs::path target = target_of(output);
  remove_leftovers(folder_of(target), target.filename().native(), target.extension().native());
}

OutputFile::OutputFile(fs::path final_path, bool force, const fs::path& temporary_folder)
    : final_(std::move(final_path)), force_(force) {
  if (final_.filename().empty()) {
    throw OutputError("cannot write '" + final_.native() + "': it names a folder, not a file");
  }
  refuse_long_name(final_);
  target_ = target_of(final_);
  struct stat status {};
  if (::stat(target_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      throw OutputError("cannot write '" + final_.native() + "': it is a folder");
    }
    if (!S_ISREG(status.st_mode)) {
      throw OutputError("cannot write '" + final_.native() + "': it is not a regular file");
    }
    if (!force_) throw OutputError("'" + final_.native() + "' exists", hint_for(EEXIST));
  }
  const std::string name = target_.filename().native();
  const std::string ending = target_.extension().native();
  remove_leftovers_of(final_);
  const fs::path folder = temporary_folder.empty() ? folder_of(target_) : temporary_folder;
  if (!temporary_folder.empty()) remove_leftovers(folder, name, ending);
  constexpr int kAttempts = 100;  // a name may be taken by another run
  for (int attempt = 0;; ++attempt) {
    temporary_ = folder / temporary_name(name, ending, attempt);
    const Descriptor fd(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (fd.valid()) {
      held_.emplace(temporary_);
      if (held_->is_there()) return;
    } else if (errno != EEXIST) {
      throw output_error("cannot write", final_, errno);
    }
    if (attempt + 1 == kAttempts) throw output_error("cannot write", final_, EEXIST);
  }
}

OutputFile::~OutputFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void OutputFile::sync() const {
  const Descriptor fd(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) throw output_error("cannot finish", final_, errno);
  if (::fsync(fd.get()) != 0) throw output_error("cannot sync", final_, errno);
}

void OutputFile::commit() {
  sync();
  const int failure = force_ ? (::rename(temporary_.c_str(), target_.c_str()) == 0 ? 0 : errno)
                             : rename_without_replacing(temporary_, target_);
  if (failure != 0) throw output_error("cannot finish", final_, failure);
  committed_ = true;
  held_.reset();
  try {
    sync_folder(folder_of(target_));
  } catch (const OutputError& error) {
    throw name_not_synced(final_, error);
  }
}

}  // namespace mosaic
