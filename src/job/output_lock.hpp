// One run per output at a time.
#pragma once

#include <filesystem>
#include <memory>

namespace mosaic {

/// Holds ".<name>.mosaic-lock" beside an output while it lives, and removes it in the end. The lock
/// is the kernel's (flock) and goes with the process, however that ends; a file left behind by one
/// that was killed locks nothing.
class OutputLock {
 public:
  /// Throws BusyError with the process that holds it, and OutputError.
  explicit OutputLock(const std::filesystem::path& output);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  [[nodiscard]] bool take();
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace mosaic
