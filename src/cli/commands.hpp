// The work behind each command.
#pragma once

#include <ostream>

#include "cli/resolve.hpp"
#include "cli/signals.hpp"

namespace mosaic::cli {

/// Checks and runs the request. Results go to `out`, everything else to `errors`. Returns the exit
/// code; throws Error, and Interrupted when a signal asked to stop.
int execute(const Resolved& resolved, const StopSignals& signals, std::ostream& out,
            std::ostream& errors);

}  // namespace mosaic::cli
