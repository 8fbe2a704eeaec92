// From argv to what was given, checked against the option table but not yet interpreted.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/option_table.hpp"

namespace mosaic::cli {

/// What to do instead of the command's work.
enum class Action { run, short_help, full_help, version, list_presets, print_config };

struct Given {
  const Option* option = nullptr;
  std::string text;
};

struct CommandLine {
  Command command = Command::render;
  Action action = Action::run;
  std::vector<Given> given;  ///< each option at most once, the last one counts; `many` as given
};

/// `arguments` without the program's name. Throws UsageError for unknown commands and options
/// (naming the nearest) and for missing or surplus values.
CommandLine parse_command_line(std::span<const std::string> arguments);

}  // namespace mosaic::cli
