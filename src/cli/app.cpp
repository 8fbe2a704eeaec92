#include "cli/app.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <new>

#include "cli/help.hpp"
#include "cli/presets.hpp"
#include "cli/progress.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

int code_of(ExitCode code) { return static_cast<int>(code); }

int print(std::ostream& out, const std::string& text) {
  out << text << std::flush;
  if (!out) throw OutputError("cannot write to standard output");
  return code_of(ExitCode::ok);
}

int print_config(const CommandLine& line, const Environment& environment, std::ostream& out,
                 std::ostream& errors) {
  const Resolved resolved = resolve(line, environment);
  for (const std::string& warning : resolved.warnings) errors << "warning: " << warning << '\n';
  return print(out, config_text(resolved));
}

}  // namespace

int guarded(const std::function<int()>& body, std::ostream& errors) {
  try {
    return body();
  } catch (const Error& error) {
    errors << error_text(error.what(), error.hint()) << std::flush;
    return code_of(error.code());
  } catch (const Interrupted&) {
    throw;
  } catch (const std::bad_alloc&) {
    errors << error_text("out of memory", "use larger tiles, a smaller --scale or fewer --threads")
           << std::flush;
  } catch (const std::exception& error) {
    errors << error_text(std::string("unexpected: ") + error.what(),
                         "this should not happen; please report it with the command line")
           << std::flush;
  }
  return code_of(ExitCode::unexpected);
}

int run_command_line(std::span<const std::string> arguments, const Environment& environment,
                     std::ostream& out, std::ostream& errors, const Handler& handler) {
  if (arguments.empty()) {
    errors << short_help(Command::render) << std::flush;
    return code_of(ExitCode::usage);
  }
  return guarded(
      [&] {
        const CommandLine line = parse_command_line(arguments);
        switch (line.action) {
          case Action::short_help:
            return print(out, short_help(line.command));
          case Action::full_help:
            return print(out, full_help(line.command));
          case Action::list_presets:
            return print(out, presets_table());
          case Action::print_config:
            return print_config(line, environment, out, errors);
          case Action::version:
          case Action::run:
            break;
        }
        return handler(line);
      },
      errors);
}

void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // Lower numbers are open by now, so open() returns just this one.
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1) std::terminate();
  }
}

std::vector<std::string> arguments_of(int argc, char** argv) {
  return argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>();
}

}  // namespace mosaic::cli
