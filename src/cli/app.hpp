// From argv to an exit code. Used by the front and by the engine; see Note [Front and engine].
#pragma once

#include <functional>
#include <ostream>
#include <span>
#include <string>

#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Does what `line` asks for; returns the exit code. Sets `json` when the settings ask for lines.
using Handler = std::function<int(const CommandLine& line, bool& json)>;

/// Hears what was thrown: exit code, message, hint.
using FailureListener =
    std::function<void(int code, const std::string& what, const std::string& hint)>;

/// Runs `body` and turns what it throws into a message on `errors` and an exit code. Interrupted is
/// passed on.
int guarded(const std::function<int()>& body, std::ostream& errors,
            const FailureListener& listener = {});

/// Answers help, presets and --print-config, and hands everything else to `handler`.
/// `arguments` come without the program's name.
int run_command_line(std::span<const std::string> arguments, const Environment& environment,
                     std::ostream& out, std::ostream& errors, const Handler& handler);

/// Standard input, output and error exist afterwards, if only as /dev/null: otherwise the first
/// file opened would become one of them and be written to. Writing to a standard output that was
/// closed goes on failing.
void open_standard_streams();

std::vector<std::string> arguments_of(int argc, char** argv);

}  // namespace mosaic::cli
