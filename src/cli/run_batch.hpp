// Doing several inputs one after the other.
#pragma once

#include <functional>
#include <optional>

#include "cli/batch.hpp"
#include "cli/progress.hpp"
#include "cli/resolve.hpp"
#include "mosaic/render.hpp"

namespace mosaic::cli {

/// Renders one request, unless that was done before, and says what came of it; throws Error.
using RenderOne = std::function<std::optional<RenderSummary>(const Request&)>;

/// Checks every request, then does one after the other, going on after a failure, and prints the
/// table. UsageErrors end all before any work, because they are the same for every input. Returns
/// the worst exit code. Interrupted is passed on when the table is printed.
int run_batch(const Resolved& resolved, Console& console, const RenderOne& render_one);

}  // namespace mosaic::cli
