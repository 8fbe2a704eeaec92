// Lines of text that know whether they are whole.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mosaic {

/// 16 hexadecimal digits (XXH3-64 of the text), a blank, the text, the end of the line. `text` has
/// no line break.
std::string checked_line(std::string_view text);

/// The text of a line without its end; nothing when any byte of it is not what was written.
std::optional<std::string> text_of_checked_line(std::string_view line);

/// Hands over the texts of the good lines of a file. What `take` throws at one of them counts as
/// damage to it, and the next one is taken.
void for_each_checked_line(std::string_view file,
                           const std::function<void(const std::string&)>& take);

}  // namespace mosaic
