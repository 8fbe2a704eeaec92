// Options that would do nothing, or contradict each other, are refused rather than ignored.
#pragma once

#include "cli/paths.hpp"
#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Throws UsageError naming the option and what to leave out, for a rendering into an output of
/// that kind.
void check_effects(const Resolved& resolved, const OutputName& output);

}  // namespace mosaic::cli
