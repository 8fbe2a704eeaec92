// How texts that hold file names are written as JSON, the same in every document and line. For the
// .cpp files that write JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/utf8.hpp"
#include "mosaic/run_context.hpp"

namespace mosaic {

/// Without an end of line. What is compared or used as a key when it is read again must be UTF-8
/// already (lossless_utf8()); in a text for people that is not, such as the message of a library,
/// U+FFFD stands for what cannot be read.
template <typename Json>
std::string dump_json(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// What is not UTF-8 is escaped, and then the exact bytes stand beside (docs/json.md).
inline void add_text(nlohmann::ordered_json& object, const std::string& key,
                     const std::string& text) {
  object[key] = as_utf8(text);
  if (!is_utf8(text)) object[key + "_hex"] = hex_bytes(text);
}

/// By name `value` and `source`.
inline nlohmann::ordered_json settings_json(const std::vector<SettingRecord>& settings) {
  auto object = nlohmann::ordered_json::object();
  for (const SettingRecord& setting : settings) {
    nlohmann::ordered_json entry;
    if (setting.value.empty()) {
      entry["value"] = nullptr;
    } else {
      add_text(entry, "value", setting.value);
    }
    add_text(entry, "source", setting.source);
    object[setting.name] = std::move(entry);
  }
  return object;
}

}  // namespace mosaic
