#include "cli/option_values.hpp"

#include <algorithm>

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

int parse_threads(const Value& value) {
  if (value.text == "auto") return 0;
  return static_cast<int>(parse_integer(value, 1, 1024));
}

std::optional<int> parse_max_uses(const Value& value) {
  if (value.text == "auto") return std::nullopt;
  return static_cast<int>(parse_integer(value, 1, kMaxCells));
}

DeviceChoice parse_device(const Value& value) {
  if (value.text == "cuda" || value.text == "gpu") {
    throw DeviceError(value.where + " " + value.text + ": this build has no CUDA backend",
                      "use --device cpu or auto; the result is the same");
  }
  return parse_name(value, kDevices);
}

void parse_variants(LibrarySettings& library, const Value& value) {
  constexpr std::string_view kKnown[] = {"mirror", "bright", "none"};
  library.mirror = false;
  library.bright = false;
  if (value.text == "none") return;
  std::size_t begin = 0;
  while (begin <= value.text.size()) {
    const std::size_t end = std::min(value.text.find(',', begin), value.text.size());
    const std::string word = value.text.substr(begin, end - begin);
    if (word == "mirror") {
      library.mirror = true;
    } else if (word == "bright") {
      library.bright = true;
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
  if (library.mirror && library.bright) return "mirror,bright";
  if (library.mirror) return "mirror";
  return library.bright ? "bright" : "none";
}

}  // namespace mosaic::cli
