// Checks that need no decoding, made before any work and leaving nothing behind.
#pragma once

#include <filesystem>

#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Throws UsageError for what is missing or contradicts itself, InputError for inputs that are not
/// there, OutputError for outputs that cannot be made.
void validate(const Resolved& resolved);

/// A status file is replaced without asking, so it must be one, or not be there, or be given up
/// with --force. Throws OutputError.
void require_status_file(const Request& request);

/// Where the picture of --preview goes: the output if it is a .png, else beside it.
std::filesystem::path preview_path(const std::filesystem::path& output);

}  // namespace mosaic::cli
