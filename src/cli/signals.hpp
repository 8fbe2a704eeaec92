// Stopping on request.
#pragma once

#include <atomic>

namespace mosaic::cli {

/// From construction on, the first SIGINT, SIGTERM or SIGHUP raises a flag and the next one ends
/// the process at once. So does the first one when four seconds later the process is still there.
/// SIGPIPE and SIGXFSZ are ignored, so that a closed pipe or a file that may not grow is an error
/// like any other. SIGUSR1 asks for a status.
/// One per process: signals are process-wide.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals() = default;
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] const std::atomic<bool>& stop() const;
  /// Was SIGUSR1 received since the last call?
  [[nodiscard]] bool take_status_request() const;
  /// The signal that raised the flag; 0 when none did.
  [[nodiscard]] int received() const;
};

/// Ends the process by `signal`, so that the parent sees how it ended (128 + signal in a shell).
[[noreturn]] void end_by_signal(int signal);

}  // namespace mosaic::cli
