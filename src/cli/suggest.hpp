// "Did you mean ...?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mosaic::cli {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other;
/// upper and lower case, '-' and '_' count as equal.
int edit_distance(std::string_view a, std::string_view b);

/// The known word nearest to `word` if it is near enough to be a slip of the finger, else empty.
/// Of equally near ones the first.
std::string nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace mosaic::cli
