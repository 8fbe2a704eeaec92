// The two helps, and the option tables of docs/cli.md, all from the option table.
#pragma once

#include <string>

#include "cli/option_table.hpp"

namespace mosaic::cli {

inline constexpr std::size_t kHelpWidth = 100;

/// What -h prints: one example and the options most runs need. For commands other than the main
/// job it is the full help.
std::string short_help(Command command);

/// What --help prints: examples, then every option, grouped.
std::string full_help(Command command);

/// The option tables of docs/cli.md in Markdown; a test compares them with the file.
std::string option_reference();

}  // namespace mosaic::cli
