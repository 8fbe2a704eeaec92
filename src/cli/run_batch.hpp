// Doing several inputs one after the other.
#pragma once

#include <functional>
#include <optional>

#include "cli/batch.hpp"
#include "cli/json_lines.hpp"
#include "cli/progress.hpp"
#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Does one request and says what came of it. Throws Error.
using DoOne = std::function<JsonDone(const Request&)>;

/// A signal ended a batch.
class InterruptedBatch : public Interrupted {
 public:
  /// `all`: the inputs; `there`: how many have an output.
  InterruptedBatch(const std::string& what, std::int64_t all, std::int64_t there)
      : Interrupted(what), files(all), files_there(there) {}
  std::int64_t files, files_there;
};

/// Who listens, besides the console. `begins` is heard before each input that is worked on or was
/// refused, `ends` after it; an input that a signal ended has no end.
struct BatchListener {
  std::function<void(const JsonFile&)> begins;
  std::function<void(const JsonFile&, const JsonFileEnd&)> ends;
};

/// Checks every request, then does one after the other, going on after a failure, and prints the
/// table. UsageErrors end all before any work, because they are the same for every input. Returns
/// a row for each. Throws InterruptedBatch when the table is printed.
std::vector<BatchRow> run_batch(const Resolved& resolved, Console& console,
                                const BatchListener& listener, const DoOne& do_one);

}  // namespace mosaic::cli
