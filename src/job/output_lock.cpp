#include "job/output_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/output_file.hpp"
#include "job/file_io.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

/// flock() on a file system without locks, or whose server gives none.
bool means_no_locks(int reason) {
  return reason == ENOLCK || reason == ENOSYS || reason == EOPNOTSUPP;
}

}  // namespace

OutputLock::OutputLock(const std::filesystem::path& output,
                       const std::function<void(const std::string&)>& warn)
    : path_(hidden_beside(output, ".mosaic-lock")) {
  // Whoever ends removes the file; a lock on a file that is no longer the one of that name is void.
  Taken taken = take();
  while (taken == Taken::again) taken = take();
  if (taken == Taken::impossible) {
    if (warn) {
      warn("the file system of '" + path_.parent_path().native() +
           "' knows no locks: another run that writes the same output would not be noticed");
    }
    return;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // The number is for the message of a second run only; a full disk need not stop the first.
  if (::ftruncate(fd_, 0) != 0 || ::write(fd_, pid.data(), pid.size()) < 0) return;
}

OutputLock::Taken OutputLock::take() {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  const bool made = fd_ >= 0;
  if (!made) fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) throw output_error("cannot lock", path_, errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    if (means_no_locks(reason)) {
      ours_ = made;  // another machine's mount may know locks, and a run there hold this one
      return Taken::impossible;
    }
    ::close(fd_);
    if (reason != EWOULDBLOCK) throw output_error("cannot lock", path_, reason);
    std::string pid = read_small_file(path_);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    throw BusyError("another run is writing this output" +
                        (pid.empty() ? std::string() : ", process " + pid) + " (" + path_.native() +
                        ")",
                    "wait until it has ended, or choose another --output");
  }
  struct stat held {};
  struct stat named {};
  if (::fstat(fd_, &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
      held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
    return Taken::yes;
  }
  ::close(fd_);
  return Taken::again;
}

OutputLock::~OutputLock() {
  if (ours_) ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace mosaic
