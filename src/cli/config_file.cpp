#include "cli/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

std::string read_text(const std::filesystem::path& path) {
  const auto fail = [&](int reason) {
    return UsageError("cannot read --config " + path.string() + ": " + std::strerror(reason));
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
  for (auto& [line, entry] : entries) result.push_back(std::move(entry));
  return result;
}

std::string toml_string(const std::string& text) {
  constexpr std::array<char, 17> kHex = {"0123456789ABCDEF"};
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += "\\u00";
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    } else {
      result += c;
    }
  }
  return result + "\"";
}

}  // namespace mosaic::cli
