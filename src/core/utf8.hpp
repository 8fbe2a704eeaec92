// File names are bytes; what programs read is UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mosaic {

/// Bytes of the UTF-8 sequence that begins at `at`; 0 when none does (Unicode 15, table 3-7: no
/// surrogates, no longer form than needed, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

/// Valid UTF-8 as it is; of anything else, every byte that is not part of a valid sequence as
/// "\xNN". Not reversible by itself: hex_bytes() gives the bytes.
std::string as_utf8(std::string_view text);

/// as_utf8() for what is compared or used as a key when it is read again: no two texts become the
/// same. For that the backslash of a "\x" that was there before is written as "\x5c"; so every
/// "\xNN" of the result is one byte, and valid UTF-8 without "\x" is as it was.
std::string lossless_utf8(std::string_view text);

/// Is `character` (one of UTF-8, or a byte that is part of none) one that a terminal or a page
/// shows instead of obeying it? Not so are control characters (U+0000-U+001F, U+007F-U+009F), those
/// that reorder text (U+202A-U+202E, U+2066-U+2069), behind which a name can pass for another, and
/// bytes from 0x80 on by themselves.
bool is_shown(std::string_view character);

/// Of what is not is_shown(), every byte is "\xNN"; the rest is as it was. Always UTF-8.
std::string visible_utf8(std::string_view text);

/// Two lower-case hexadecimal digits per byte.
std::string hex_bytes(std::string_view bytes);

}  // namespace mosaic
