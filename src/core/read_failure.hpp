// Why a stream could not be read.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace mosaic {

/// The system's reason, if errno was 0 before the stream was opened or read. A stream may fail
/// without a system call that does, for which "Success" is no explanation.
inline std::string read_failure() {
  return errno != 0 ? std::generic_category().message(errno) : "it cannot be read";
}

}  // namespace mosaic
