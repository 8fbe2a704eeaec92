// The engine: does the work, with FFmpeg and libvips loaded. See Note [Front and engine].
#include <unistd.h>

#include <iostream>

#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "cli/version.hpp"
#include "mosaic/error.hpp"

namespace {

using namespace mosaic::cli;

int run(const CommandLine& line, const Environment& environment, const StopSignals& signals) {
  if (line.action == Action::version) {
    std::cout << version_text() << std::flush;
    if (!std::cout) throw mosaic::OutputError("cannot write to standard output");
    return 0;
  }
  return execute(resolve(line, environment), signals.stop(), std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  const StopSignals signals;
  int code = 0;
  try {
    const Environment environment = read_environment(environ);
    code =
        run_command_line(arguments_of(argc, argv), environment, std::cout, std::cerr,
                         [&](const CommandLine& line) { return run(line, environment, signals); });
  } catch (const mosaic::Interrupted&) {
    std::cerr << "stopped; no output was written\n";
    code = static_cast<int>(mosaic::ExitCode::unexpected);
  }
  // Whatever the work made of it, the parent learns that a signal ended it.
  if (signals.received() != 0 && code != 0) end_by_signal(signals.received());
  return code;
}
