// The presets: values for the settings that act in this build, under their configuration keys.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/values.hpp"

namespace mosaic::cli {

struct Preset {
  std::string name;
  std::string_view summary;
  /// Configuration key and value; every preset sets the same keys in the same order.
  std::vector<std::pair<std::string_view, std::string_view>> values;
};

inline constexpr std::string_view kDefaultPreset = "vivid";

std::span<const Preset> presets();

std::vector<std::string> preset_names();

/// Throws UsageError naming `value.where`, with the nearest name.
const Preset& preset_named(const Value& value);

/// The table of --list-presets.
std::string presets_table();

}  // namespace mosaic::cli
