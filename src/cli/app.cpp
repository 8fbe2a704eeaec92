#include "cli/app.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <new>

#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/json_lines.hpp"
#include "cli/man_page.hpp"
#include "cli/presets.hpp"
#include "cli/progress.hpp"
#include "cli/text.hpp"
#include "cli/validate.hpp"
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
  for (const std::string& warning : resolved.warnings)
    errors << "warning: " << printable(warning) << '\n';
  return print(out, config_text(resolved));
}

}  // namespace

int guarded(const std::function<int()>& body, std::ostream& errors,
            const FailureListener& listener) {
  const auto fail = [&](ExitCode code, const std::string& what, const std::string& hint) {
    errors << error_text(what, hint) << std::flush;
    if (listener) listener(code_of(code), what, hint);
    return code_of(code);
  };
  try {
    return body();
  } catch (const Error& error) {
    return fail(error.code(), error.what(), error.hint());
  } catch (const Interrupted&) {
    throw;
  } catch (const PipeClosed&) {
    throw;
  } catch (const std::bad_alloc&) {
    return fail(ExitCode::unexpected, "out of memory",
                "use larger tiles, a smaller --scale or fewer --threads");
  } catch (const std::exception& error) {
    return fail(ExitCode::unexpected, std::string("unexpected: ") + error.what(),
                "this should not happen; please report it with the command line");
  }
}

int run_command_line(std::span<const std::string> arguments, const Environment& environment,
                     std::ostream& out, std::ostream& errors, const Handler& handler) {
  if (arguments.empty()) {
    errors << short_help(Command::render) << std::flush;
    return code_of(ExitCode::usage);
  }
  bool json = asks_for_json(arguments, environment);
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
            return handler(line, json);
          case Action::run:
            break;
        }
        if (line.command == Command::man) return print(out, man_page());
        if (line.command == Command::completion) {
          const Resolved resolved = resolve(line, environment);
          validate(resolved);
          return print(out, completion_script(resolved.request.shell));
        }
        return handler(line, json);
      },
      errors,
      [&](int code, const std::string& what, const std::string& hint) {
        if (json) write_json_error(out, {code, what, hint, 0});
      });
}

void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // Lower numbers are open by now, so open() returns just this one. What is written to a closed
    // standard output must fail, in the engine too: it is opened for reading only.
    const int mode = fd == STDOUT_FILENO ? O_RDONLY : O_RDWR;
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", mode) == -1) std::terminate();
  }
}

std::vector<std::string> arguments_of(int argc, char** argv) {
  return argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>();
}

}  // namespace mosaic::cli
