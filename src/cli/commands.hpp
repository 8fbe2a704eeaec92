// The work behind each command.
#pragma once

#include <atomic>
#include <ostream>

#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Checks and runs the request. Results go to `out`, everything else to `errors`. Returns the exit
/// code; throws Error, and Interrupted when `stop` becomes true.
int execute(const Resolved& resolved, const std::atomic<bool>& stop, std::ostream& out,
            std::ostream& errors);

}  // namespace mosaic::cli
