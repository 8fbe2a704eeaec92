// The main job as the command line asks for it: one film, several, one frame, or none.
#pragma once

#include <ostream>

#include "cli/json_lines.hpp"
#include "cli/progress.hpp"
#include "cli/resolve.hpp"
#include "cli/status_board.hpp"
#include "mosaic/run_context.hpp"

namespace mosaic::cli {

/// Who listens while a command works.
struct Listeners {
  Console& console;
  JsonLines* json;  ///< null: nobody
  StatusBoard* board;
  RenderObserver observer;
  RunContext context;
};

/// Tells status and lines that a command has come to its end.
void tell_done(const Listeners& listeners, const std::vector<SkippedInput>& skipped,
               const JsonDone& done);

/// Prints what was made and what was left out; returns the exit code, 0 or 3.
int finish(Console& console, const std::string& made, const std::vector<std::string>& skipped);

/// Bytes of a regular file, else 0.
std::uint64_t file_bytes(const std::filesystem::path& path);

/// Returns the exit code. `out`: for what --dry-run says to people.
int execute_render(const Resolved& resolved, const Listeners& listeners, std::ostream& out);

}  // namespace mosaic::cli
