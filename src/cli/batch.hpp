// Several inputs with one command.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/request.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {

/// Whether the request is for more than one output, or for outputs that are found by themselves.
bool is_batch(const Request& request);

/// Throws UsageError for what looks at one film: --preview, --verify and manifests.
void refuse_in_batch(const Request& request);

/// A request for each input: frames, output, plan and report set, "{stem}" replaced by the input's
/// name without its ending. Without --output it is "{stem}.mosaic.mp4"; --out-dir goes before it.
/// Throws UsageError when two would write the same file, and for another name in braces.
std::vector<Request> batch_requests(const Request& request);

/// What became of one of them.
struct BatchRow {
  std::filesystem::path input;
  std::filesystem::path output;
  ExitCode code = ExitCode::ok;
  std::string note = {};  ///< "made, 720 frames", "was done before", or what went wrong
  bool was_done = false;
  std::string hint = {};  ///< of what went wrong
  bool ended = true;      ///< not where a signal came before or during it
};

/// How many have an output.
std::int64_t good_rows(const std::vector<BatchRow>& rows);

/// A line for each, aligned, and one for all.
std::vector<std::string> batch_table(const std::vector<BatchRow>& rows, bool dry_run = false);

/// The code that needs most attention: 0, 3, 75, then what failed for inputs, outputs, devices,
/// checks, and 2 and 1 last.
ExitCode worst_code(const std::vector<BatchRow>& rows);

}  // namespace mosaic::cli
