// Laying out plain text for terminals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mosaic::cli {

/// Lines of at most `width` characters, broken at blanks; a longer word keeps its own line.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Filled up with blanks on the right; never shortened.
std::string padded(std::string_view text, std::size_t width);

/// visible_utf8(): names of files must not move the cursor, start new lines or reorder text.
std::string printable(std::string_view text);

/// "1:02:03" or "2:03".
std::string clock_text(double seconds);

/// "12.3 MB" (powers of 1000).
std::string bytes_text(std::uint64_t bytes);

/// Fixed number of decimals, always with a point.
std::string decimal_text(double value, int decimals);

}  // namespace mosaic::cli
