// Checks that need no decoding, made before any work and leaving nothing behind.
#pragma once

#include "cli/resolve.hpp"

namespace mosaic::cli {

/// Throws UsageError for what is missing or contradicts itself, InputError for inputs that are not
/// there, OutputError for outputs that cannot be made.
void validate(const Resolved& resolved);

/// The same for what several inputs share, before the first of them is looked at: no input, photo
/// or setting may be what any of them writes, nor may two of them write the same.
void validate_batch(const Resolved& resolved);

}  // namespace mosaic::cli
