// What this build is.
#pragma once

#include <string>

namespace mosaic::cli {

/// "mosaic-temporal 0.1.0" and, line by line, revision, compiler, build type, libraries, backends
/// and instruction sets.
std::string version_text();

}  // namespace mosaic::cli
