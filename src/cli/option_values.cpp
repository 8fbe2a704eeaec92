#include "cli/option_values.hpp"

#include <algorithm>
#include <iterator>

#include "mosaic/error.hpp"

namespace mosaic::cli {

std::filesystem::path parse_path(const Value& value) {
  if (value.text.empty() || value.text.find('\0') != std::string::npos) {
    throw UsageError(value.where + " needs a path");
  }
  return value.text;
}

std::string parse_word(const Value& value) {
  const bool plain = std::all_of(value.text.begin(), value.text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '+' || c == '-';
  });
  if (value.text.empty() || !plain) {
    throw UsageError(value.where + " must be one plain word, not \"" + value.text + "\"");
  }
  return value.text;
}

std::string parse_format(const Value& value) {
  constexpr std::string_view kFormats[] = {"mkv", "mp4", "mov", "webm"};
  if (std::find(std::begin(kFormats), std::end(kFormats), value.text) == std::end(kFormats)) {
    throw_unknown_name(value, kFormats);
  }
  return value.text;
}

int parse_threads(const Value& value) {
  if (value.text == "auto") return 0;
  return static_cast<int>(parse_integer(value, 1, 1024));
}

std::uint64_t parse_memory(const Value& value) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
  constexpr std::pair<std::string_view, double> kUnits[] = {{"KiB", 1024.0},
                                                            {"MiB", 1024.0 * 1024.0},
                                                            {"GiB", 1024.0 * 1024.0 * 1024.0},
                                                            {"TiB", 1099511627776.0},
                                                            {"KB", 1e3},
                                                            {"MB", 1e6},
                                                            {"GB", 1e9},
                                                            {"TB", 1e12},
                                                            {"K", 1e3},
                                                            {"M", 1e6},
                                                            {"G", 1e9},
                                                            {"T", 1e12},
                                                            {"B", 1.0}};
  if (value.text == "none") return 0;
  Value number = value;
  double unit = 1.0;
  for (const auto& [name, bytes] : kUnits) {
    if (!number.text.ends_with(name)) continue;
    unit = bytes;
    number.text.resize(number.text.size() - name.size());
    break;
  }
  if (number.text.empty() || number.text.front() < '0' || number.text.front() > '9') {
    throw UsageError(value.where + " takes a size such as 800M, 2G, 512MiB or none, not \"" +
                     value.text + "\"");
  }
  const double bytes = parse_number(number, 0.0, static_cast<double>(kMost)) * unit;
  if (bytes < 1.0 || bytes > static_cast<double>(kMost)) {
    throw UsageError(value.where + " " + value.text + " is not a size of memory",
                     "give a size such as 800M or 2G, or none");
  }
  return static_cast<std::uint64_t>(bytes);
}

std::string memory_text(std::uint64_t bytes) { return bytes == 0 ? "none" : std::to_string(bytes); }

std::optional<int> parse_max_uses(const Value& value) {
  if (value.text == "auto") return std::nullopt;
  if (value.text == "unlimited") return kUnlimitedUses;
  return static_cast<int>(parse_integer(value, 1, kMaxCells));
}

SceneCutSettings parse_scene_cuts(const Value& value) {
  if (value.text == "auto") return {};
  if (value.text == "off") return {SceneCutMode::off, {}};
  return {SceneCutMode::list, parse_path(value)};
}

std::string scene_cuts_text(const SceneCutSettings& settings) {
  if (settings.mode == SceneCutMode::automatic) return "auto";
  return settings.mode == SceneCutMode::off ? "off" : settings.list.string();
}

void parse_variants(LibrarySettings& library, const Value& value) {
  constexpr std::string_view kKnown[] = {"mirror", "bright", "hue:N", "none"};
  constexpr std::string_view kHue = "hue:";
  library.mirror = false;
  library.bright = false;
  library.hue = 0;
  if (value.text == "none") return;
  std::size_t begin = 0;
  while (begin <= value.text.size()) {
    const std::size_t end = std::min(value.text.find(',', begin), value.text.size());
    const std::string word = value.text.substr(begin, end - begin);
    if (word == "mirror") {
      library.mirror = true;
    } else if (word == "bright") {
      library.bright = true;
    } else if (word.starts_with(kHue)) {
      library.hue = static_cast<int>(
          parse_integer(Value{word.substr(kHue.size()), value.where + " hue:N"}, 1, kMaxHues));
    } else {
      throw_unknown_name(Value{word, value.where}, kKnown);
    }
    begin = end + 1;
  }
}

std::string switch_text(bool value) { return value ? "true" : "false"; }

std::string int_text(const std::optional<int>& value) {
  return value ? std::to_string(*value) : std::string();
}

std::string path_text(const std::optional<std::filesystem::path>& path) {
  return path ? path->string() : std::string();
}

std::string variants_text(const LibrarySettings& library) {
  std::string text;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : ",") + word; };
  if (library.mirror) add("mirror");
  if (library.bright) add("bright");
  if (library.hue > 0) add("hue:" + std::to_string(library.hue));
  return text.empty() ? "none" : text;
}

}  // namespace mosaic::cli
