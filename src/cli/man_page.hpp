// The manual page, made from the option table.
#pragma once

#include <string>

namespace mosaic::cli {

/// mosaic-temporal.1 in roff with the man macros. Its date is that of the
/// commit: the same source, the same bytes.
std::string man_page();

}  // namespace mosaic::cli
