// One run per output at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace mosaic {

/// Holds ".<name>.mosaic-lock" beside an output while it lives, and removes it in the end. The lock
/// is the kernel's (flock) and goes with the process, however that ends; a file left behind by one
/// that was killed locks nothing.
class OutputLock {
 public:
  /// Throws BusyError with the process that holds it, and OutputError. Some network and FUSE file
  /// systems know no locks: `warn` is told so, and the output stays unlocked.
  explicit OutputLock(const std::filesystem::path& output,
                      const std::function<void(const std::string&)>& warn = {});
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  enum class Taken { yes, again, impossible };
  [[nodiscard]] Taken take();
  std::filesystem::path path_;
  int fd_ = -1;
  bool ours_ = true;  ///< to be removed: it is locked, or was made here
};

}  // namespace mosaic
