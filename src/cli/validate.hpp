// Checks that need no decoding, made before any work and leaving nothing behind.
#pragma once

#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Throws UsageError for what is missing or contradicts itself, InputError for inputs that are not
/// there, OutputError for outputs that cannot be made.
void validate(const Resolved& resolved);

}  // namespace mosaic::cli
