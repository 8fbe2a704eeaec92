// The work behind each command.
#pragma once

#include <ostream>

#include "cli/resolve.hpp"
#include "cli/signals.hpp"
#include "mosaic/stages.hpp"

namespace mosaic::cli {

/// Checks and runs the request. Results go to `out`, everything else to `errors`. Returns the exit
/// code; throws Error, and Interrupted when a signal asked to stop. `fault`: RunContext::fault.
int execute(const Resolved& resolved, const StopSignals& signals, const StageFault& fault,
            std::ostream& out, std::ostream& errors);

}  // namespace mosaic::cli
