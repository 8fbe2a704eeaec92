#include "cli/engine.hpp"

#include <unistd.h>

#include <csignal>
#include <iostream>

#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/json_lines.hpp"
#include "cli/run_batch.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"
#include "cli/version.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

int run(const CommandLine& line, const Environment& environment, const StopSignals& signals,
        const StageFault& fault, bool& json, bool& tell) {
  if (line.action == Action::version) {
    std::cout << version_text() << std::flush;
    if (!std::cout) throw OutputError("cannot write to standard output");
    return 0;
  }
  const Resolved resolved = resolve(line, environment);
  json = tell = resolved.request.tells_lines();
  return execute(resolved, signals, fault, std::cout, std::cerr);
}

}  // namespace

int run_engine(int argc, char** argv, const StageFault& fault) {
  open_standard_streams();
  const StopSignals signals;
  int code = 0;
  bool json = false;
  try {
    const Environment environment = read_environment(environ);
    code = run_command_line(arguments_of(argc, argv), environment, std::cout, std::cerr,
                            [&](const CommandLine& line, bool& tell) {
                              return run(line, environment, signals, fault, json, tell);
                            });
  } catch (const Interrupted& stopped) {
    std::cerr << printable(stopped.what()) << '\n';
    code = static_cast<int>(ExitCode::unexpected);
    const int signal = signals.received();
    if (json) {
      JsonError error{signal != 0 ? 128 + signal : code, stopped.what(), {}, signal};
      if (const auto* batch = dynamic_cast<const InterruptedBatch*>(&stopped)) {
        error.files = batch->files;
        error.files_there = batch->files_there;
      }
      write_json_error(std::cout, error);
    }
  } catch (const PipeClosed&) {
    end_by_signal(SIGPIPE);
  }
  // Whatever the work made of it, the parent learns that a signal ended it.
  if (signals.received() != 0 && code != 0) end_by_signal(signals.received());
  return code;
}

}  // namespace mosaic::cli
