#include "cli/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "cli/paths.hpp"
#include "core/utf8.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

std::string read_text(const std::filesystem::path& path) {
  const auto fail = [&](int reason) {
    return UsageError("cannot read --config " + path.string() + ": " + std::strerror(reason),
                      reason == ENOENT ? near_file(path) : std::string());
  };
  if (std::filesystem::is_directory(path)) throw fail(EISDIR);
  // Opening a FIFO that nobody writes to would wait for ever.
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path)) {
    throw UsageError("cannot read --config " + path.string() + ": it is not a regular file");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) throw fail(errno);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) throw fail(errno);
  return text;
}

std::string text_of(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return number_text(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  throw UsageError(where + " must be a string, a number, true or false");
}

}  // namespace

std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw UsageError("--config " + path.string() + ", line " +
                     std::to_string(error.source().begin.line) + ": " +
                     std::string(error.description()));
  }
  std::vector<std::pair<unsigned, ConfigEntry>> entries;
  for (const auto& [key, node] : table) {
    const unsigned line = node.source().begin.line;
    const std::string name(key.str());
    const std::string where =
        name + " in " + path.string() + ", line " + std::to_string(line) + ",";
    if (node.is_table() || node.is_array_of_tables()) {
      throw UsageError(where + " is a table; settings are written at the top, as key = value");
    }
    entries.push_back({line, {name, Value{text_of(node, where), where}}});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ConfigEntry> result;
  result.reserve(entries.size());
  for (auto& [line, entry] : entries) result.push_back(std::move(entry));
  return result;
}

std::string toml_string(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    const std::string_view character = std::string_view(text).substr(at, length);
    at += length;
    if (character == "\"" || character == "\\") result += '\\';
    if (is_shown(character)) {
      result += character;
      continue;
    }
    // A byte that is no character has no name in TOML, and another one would name another file.
    if (length == 1 && static_cast<unsigned char>(character[0]) >= 0x80) {
      result += character;
      continue;
    }
    // One that is not shown has at most three bytes, 16 bits.
    unsigned code =
        static_cast<unsigned char>(character[0]) & (length == 1 ? 0xffU : 0x1fU >> (length - 2));
    for (const char c : character.substr(1))
      code = (code << 6) | (static_cast<unsigned char>(c) & 0x3fU);
    result += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) result += kHex[(code >> shift) & 15U];
  }
  return result + "\"";
}

}  // namespace mosaic::cli
