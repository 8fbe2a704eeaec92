// Which shared library a process works with.
#pragma once

#include <string>
#include <string_view>

namespace mosaic {

/// "libopencv_core.so.4.6.0": the file behind a library that is loaded, whose name has its version.
/// Empty when none of this name (before ".so") is loaded, or it is linked in.
std::string loaded_library(std::string_view name);

}  // namespace mosaic
