// --json: what a run says, one JSON object per line on standard output (docs/json.md).
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/resolve.hpp"
#include "mosaic/dry_run.hpp"
#include "mosaic/render.hpp"

namespace mosaic::cli {

/// Changes when the meaning of a key does, not when one is added.
inline constexpr int kJsonSchema = 1;

/// The last line of a run that went well.
struct JsonDone {
  int exit_code = 0;
  std::string message;
  std::filesystem::path output;
  std::int64_t frames_in = -1, frames_out = -1;  ///< -1: not that kind of work
  std::int64_t frames_kept = -1;                 ///< of these, made by an earlier run
  std::int64_t photos = -1;                      ///< the same
  std::int64_t decode_errors = -1;               ///< the same
  std::int64_t skipped = -1;                     ///< the same
  std::int64_t bytes = -1;                       ///< the same
  double elapsed_s = 0.0;
  std::int64_t files = -1, files_there = -1;  ///< of a batch, which has no counts but these
  bool was_done = false;                      ///< one of a batch, and an earlier run made it
};

/// One film of a batch.
struct JsonFile {
  std::size_t number = 1, of = 1;  ///< from 1
  std::filesystem::path input, output;
};

struct JsonFileEnd {
  int exit_code = 0;
  std::string message, hint;
  bool was_done = false;         ///< an earlier run made it
  std::optional<JsonDone> made;  ///< its counts, when this run made it
};

/// The last line of a run that did not.
struct JsonError {
  int exit_code = 0;
  std::string message;
  std::string hint;
  int signal = 0;                             ///< that ended the run; 0: none
  std::int64_t files = -1, files_there = -1;  ///< of a batch
};

/// Thread-safe. When lines cannot be written any more the work goes on.
class JsonLines {
 public:
  /// `now_s`: a steady clock, for the pace of progress.
  JsonLines(std::ostream& out, std::function<double()> now_s);

  void start(const Request& request, const RunIdentity& identity);
  void outline(const RenderOutline& outline);
  /// At most one line per second, besides the first and the last of a stage.
  void progress(const RenderProgress& progress);
  void warning(const std::string& text);
  void skipped(const SkippedInput& input);
  void done(const JsonDone& done);
  void error(const JsonError& error);
  void file(const JsonFile& file);
  void file_end(const JsonFile& file, const JsonFileEnd& end);
  void estimate(const JobEstimate& estimate, const Settings& settings);

  /// Throws OutputError when lines are missing and somebody may want them: unlike a reader that has
  /// gone, a full disk is no sign of that.
  void require_whole();

  /// Tells `base` and writes lines. Valid as long as this is.
  RenderObserver observer(const RenderObserver& base);

 private:
  void put(const std::string& line);
  std::ostream& out_;
  std::function<double()> now_s_;
  std::mutex mutex_;
  std::string last_stage_;
  std::int64_t last_done_ = -1;
  double last_time_s_ = 0.0;
  int failure_ = 0;  ///< errno of the first line that was not written
};

/// What a progress line says besides type and schema, as one object.
std::string progress_json(const RenderProgress& progress);

void write_json_error(std::ostream& out, const JsonError& error);

/// Does the command line or the environment ask for lines? For what goes wrong before the settings
/// are known; a configuration file is not read.
bool asks_for_json(std::span<const std::string> arguments, const Environment& environment);

}  // namespace mosaic::cli
