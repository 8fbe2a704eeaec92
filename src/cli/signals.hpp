// Stopping on request.
#pragma once

#include <atomic>

namespace mosaic::cli {

/// From construction on, the first SIGINT, SIGTERM or SIGHUP raises a flag and the next one ends
/// the process at once; SIGPIPE is ignored, so that a closed pipe is an error like any other.
/// One per process: signals are process-wide.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals() = default;
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] const std::atomic<bool>& stop() const;
  /// The signal that raised the flag; 0 when none did.
  [[nodiscard]] int received() const;
};

/// Ends the process by `signal`, so that the parent sees how it ended (128 + signal in a shell).
[[noreturn]] void end_by_signal(int signal);

}  // namespace mosaic::cli
