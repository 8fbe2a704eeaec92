// The last lines of a run: what was made and what was left out.
#pragma once

#include <string>
#include <vector>

#include "mosaic/dry_run.hpp"
#include "mosaic/render.hpp"

namespace mosaic::cli {

/// "made out.mp4: 720 frames in 1:02, 11.6 fps, 21.3 MB". `bytes` 0: not said.
std::string made_text(const Settings& settings, const RenderSummary& summary, double elapsed_s,
                      std::uint64_t bytes);

/// The first ten inputs left out with their reasons, then how many more; empty when there are none.
std::vector<std::string> skipped_lines(const std::vector<SkippedInput>& skipped,
                                       std::int64_t decode_errors,
                                       const std::string& where_to_find);

/// What --dry-run says to people: a line for the film, then one each for input, output, tiles,
/// memory, time and disk.
std::vector<std::string> estimate_lines(const Settings& settings, const JobEstimate& estimate);

}  // namespace mosaic::cli
