// Errors: few kinds, thrown where the fact is known, mapped to an exit code in main().
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace mosaic {

/// Exit codes of the executable, as documented in docs/cli.md.
enum class ExitCode : int {
  ok = 0,
  unexpected = 1,
  usage = 2,           ///< command line, configuration or preset is wrong
  skipped_inputs = 3,  ///< done, but inputs were skipped or damaged
  bad_input = 4,       ///< an input cannot be used at all
  output_failed = 5,   ///< the output cannot be written
  verify_failed = 6,   ///< two computations that must agree do not
  device_missing = 7,  ///< the device or module asked for is not there
  try_again = 75,      ///< another run is at work on this output
};

/// Base of every error this program raises on purpose.
///
/// `what()` says what happened and where (the path, the option, the frame); `hint()` says what the
/// user can do about it and may be empty.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& what, std::string hint = {})
      : std::runtime_error(what), code_(code), hint_(std::move(hint)) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string hint_;
};

/// The request itself is wrong: an option, a configuration key, a preset. Exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& what, std::string hint = {})
      : Error(ExitCode::usage, what, std::move(hint)) {}
};

/// An input is missing, unreadable, damaged beyond use, or of an unknown kind. Exit code 4.
class InputError : public Error {
 public:
  explicit InputError(const std::string& what, std::string hint = {})
      : Error(ExitCode::bad_input, what, std::move(hint)) {}
};

/// The output cannot be created, written, synced or renamed. Exit code 5.
class OutputError : public Error {
 public:
  explicit OutputError(const std::string& what, std::string hint = {})
      : Error(ExitCode::output_failed, what, std::move(hint)) {}
};

/// A device, module or codec that was asked for is not available. Exit code 7.
class DeviceError : public Error {
 public:
  explicit DeviceError(const std::string& what, std::string hint = {})
      : Error(ExitCode::device_missing, what, std::move(hint)) {}
};

/// Two computations that must agree bit for bit do not. Exit code 6.
class VerifyError : public Error {
 public:
  explicit VerifyError(const std::string& what, std::string hint = {})
      : Error(ExitCode::verify_failed, what, std::move(hint)) {}
};

/// Another run holds what this one needs. Exit code 75.
class BusyError : public Error {
 public:
  explicit BusyError(const std::string& what, std::string hint = {})
      : Error(ExitCode::try_again, what, std::move(hint)) {}
};

/// The user asked to stop (RenderObserver::stop). Not a failure: main() re-raises the signal.
/// `what()` says what is left of the work.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(const std::string& what = "stopped; no output was written")
      : std::runtime_error(what) {}
};

/// Whoever read our standard output has had enough. Not a failure: main() ends as by SIGPIPE.
class PipeClosed : public std::runtime_error {
 public:
  PipeClosed() : std::runtime_error("nobody reads the output any more") {}
};

}  // namespace mosaic
