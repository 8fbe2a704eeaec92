#include "core/utf8.hpp"

#include <algorithm>
#include <array>

namespace mosaic {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::string& text, char c) {
  const auto byte = static_cast<unsigned char>(c);
  text += kHex[byte >> 4];
  text += kHex[byte & 15];
}

/// Bytes that follow a lead byte; -1: not a lead byte.
int following(unsigned lead) {
  if (lead < 0x80) return 0;
  if ((lead >> 5) == 0x06) return 1;
  if ((lead >> 4) == 0x0e) return 2;
  return (lead >> 3) == 0x1e ? 3 : -1;
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const unsigned lead = static_cast<unsigned char>(text[at]);
  const int more = following(lead);
  if (more < 0 || at + static_cast<std::size_t>(more) >= text.size()) return 0;
  unsigned code = more == 0 ? lead : lead & (0x3fU >> more);
  for (int k = 1; k <= more; ++k) {
    const unsigned next = static_cast<unsigned char>(text[at + static_cast<std::size_t>(k)]);
    if ((next >> 6) != 2) return 0;
    code = (code << 6) | (next & 0x3fU);
  }
  constexpr std::array<unsigned, 4> kLeast = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kLeast[static_cast<std::size_t>(more)] || code > 0x10ffff || surrogate) return 0;
  return static_cast<std::size_t>(more) + 1;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      result += "\\x";
      append_hex(result, text[at++]);
      continue;
    }
    result += text.substr(at, length);
    at += length;
  }
  return result;
}

std::string lossless_utf8(std::string_view text) {
  std::string result;
  for (std::size_t begin = 0;;) {
    const std::size_t found = text.find("\\x", begin);
    result += as_utf8(text.substr(begin, found - begin));
    if (found == std::string_view::npos) return result;
    result += "\\x5c";
    begin = found + 1;
  }
}

bool is_shown(std::string_view character) {
  const unsigned lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead >= 0x20 && lead < 0x7f;
  const unsigned second = static_cast<unsigned char>(character[1]);
  if (character.size() == 2) return lead != 0xc2 || second >= 0xa0;  // U+0080-U+009F
  if (character.size() != 3 || lead != 0xe2) return true;
  const unsigned third = static_cast<unsigned char>(character[2]);
  const bool embeds = second == 0x80 && third >= 0xaa && third <= 0xae;    // U+202A-U+202E
  const bool isolates = second == 0x81 && third >= 0xa6 && third <= 0xa9;  // U+2066-U+2069
  return !embeds && !isolates;
}

std::string visible_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    const std::string_view character = text.substr(at, length);
    if (is_shown(character)) {
      result += character;
    } else {
      for (const char c : character) {
        result += "\\x";
        append_hex(result, c);
      }
    }
    at += length;
  }
  return result;
}

std::string hex_bytes(std::string_view bytes) {
  std::string result;
  result.reserve(2 * bytes.size());
  for (const char c : bytes) append_hex(result, c);
  return result;
}

}  // namespace mosaic
