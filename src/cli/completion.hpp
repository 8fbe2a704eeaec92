// Completion scripts for shells, made from the option table.
#pragma once

#include <string>

#include "cli/request.hpp"

namespace mosaic::cli {

/// The script for `shell`. It completes commands, options, the words an option takes and paths, and
/// needs nothing besides the shell itself (bash 4, zsh 5, fish 3).
std::string completion_script(Shell shell);

}  // namespace mosaic::cli
