// The two helps, and the option tables of docs/cli.md, all from the option table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cli/option_table.hpp"

namespace mosaic::cli {

inline constexpr std::size_t kHelpWidth = 100;

/// One line on what a command does, and how it is called.
std::string_view summary_of(Command command);
std::string synopsis_of(Command command);
/// What holds when the option is not given; empty where nothing needs saying.
std::string default_of(const Option& option, Command command);
/// The groups in the order of the help.
std::span<const Group> groups();
/// Invocations worth starting from, one per line, indented.
std::string_view examples();
/// What each exit code means.
std::span<const std::pair<int, std::string_view>> exit_codes();

/// What -h prints: one example and the options most runs need. For commands other than the main
/// job it is the full help.
std::string short_help(Command command);

/// What --help prints: examples, then every option, grouped.
std::string full_help(Command command);

/// The option tables of docs/cli.md in Markdown; a test compares them with the file.
std::string option_reference();

}  // namespace mosaic::cli
