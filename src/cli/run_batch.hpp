// Doing several inputs one after the other.
#pragma once

#include <functional>
#include <optional>

#include "cli/batch.hpp"
#include "cli/json_lines.hpp"
#include "cli/progress.hpp"
#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Does one request and says what came of it; nothing when that was done before. Throws Error.
using DoOne = std::function<std::optional<JsonDone>(const Request&)>;

/// Who listens, besides the console. `begins` is heard before each input that is worked on or was
/// refused, `ends` after it; an input that a signal ended has no end.
struct BatchListener {
  std::function<void(const JsonFile&)> begins;
  std::function<void(const JsonFile&, const JsonFileEnd&)> ends;
};

/// Checks every request, then does one after the other, going on after a failure, and prints the
/// table. UsageErrors end all before any work, because they are the same for every input. Returns
/// a row for each. Interrupted is passed on when the table is printed.
std::vector<BatchRow> run_batch(const Resolved& resolved, Console& console,
                                const BatchListener& listener, const DoOne& do_one);

}  // namespace mosaic::cli
