#include "cli/presets.hpp"

#include <array>
#include <utility>

#include "cli/text.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

// Strengths, shares and the tone chain are the photo-mosaic family's own. Where that family asks
// for a method that is not built yet, the nearest one that is stands here: reinhard for its
// adaptive and hybrid forms, mkl for mkl_hybrid, block for raft. Stability and the weight of SSIM
// are ours, set by measurement (docs/presets.md).
constexpr std::array<std::string_view, 5> kNames = {"ultra", "natural", "vivid", "tile", "fast"};
constexpr std::array<std::string_view, 5> kSummaries = {
    "closest to the frame", "close to the frame, soft", "strong colours",
    "the photos stay themselves", "quick to compute"};

struct Row {
  std::string_view key;
  std::array<std::string_view, 5> values;  ///< in the order of kNames
};
constexpr Row kRows[] = {
    {"color_transfer", {"reinhard", "reinhard", "mkl", "reinhard", "reinhard"}},
    {"reinhard_l", {"0.6", "0.65", "0.5", "0.4", "0.55"}},
    {"reinhard_ab", {"0.42", "0.48", "0.35", "0.28", "0.4"}},
    {"base_blend_min", {"0.05", "0.07", "0.05", "0.03", "0.06"}},
    {"base_blend_max", {"0.16", "0.18", "0.14", "0.1", "0.15"}},
    {"gamma", {"0.95", "0.95", "0.94", "0.96", "0.96"}},
    {"shadow_lift", {"8", "8", "9", "9", "8"}},
    {"saturation_boost", {"1.45", "1.4", "1.75", "1.48", "1.4"}},
    {"boost_cool", {"0", "0", "1.75", "0", "0"}},
    {"boost_warm", {"0", "0", "1.45", "0", "0"}},
    {"vibrance", {"0.35", "0.32", "0.48", "0.38", "0.3"}},
    {"contrast_boost", {"1.04", "1.04", "1.06", "1.03", "1.04"}},
    {"skin_protection", {"0.65", "0.7", "0.75", "0.65", "0.5"}},
    {"flow", {"block", "block", "block", "block", "block"}},
    {"stability", {"160", "160", "160", "160", "160"}},
    {"ssim_weight", {"60", "60", "60", "60", "0"}},
};

std::vector<Preset> make_presets() {
  std::vector<Preset> table;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    Preset preset{std::string(kNames[i]), kSummaries[i], {}};
    for (const Row& row : kRows) preset.values.emplace_back(row.key, row.values[i]);
    table.push_back(std::move(preset));
  }
  return table;
}

}  // namespace

std::span<const Preset> presets() {
  static const std::vector<Preset> table = make_presets();
  return table;
}

const Preset& preset_named(const Value& value) {
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) {
    if (preset.name == value.text) return preset;
    names.push_back(preset.name);
  }
  throw_unknown_name(value, names);
}

std::string presets_table() {
  constexpr std::size_t kKeyWidth = 18;
  constexpr std::size_t kValueWidth = 10;
  std::string table = padded("key", kKeyWidth);
  for (const Preset& preset : presets()) table += padded(preset.name, kValueWidth);
  table += '\n';
  for (std::size_t i = 0; i < presets().front().values.size(); ++i) {
    table += padded(presets().front().values[i].first, kKeyWidth);
    for (const Preset& preset : presets()) table += padded(preset.values[i].second, kValueWidth);
    table += '\n';
  }
  // No blanks at the ends of lines.
  std::string tidy;
  for (const char c : table) {
    if (c == '\n') tidy.erase(tidy.find_last_not_of(' ') + 1);
    tidy += c;
  }
  for (const Preset& preset : presets()) {
    tidy += (&preset == &presets().front() ? "\n" : "") + padded(preset.name, kValueWidth) +
            std::string(preset.summary) + (preset.name == kDefaultPreset ? " (the default)" : "") +
            '\n';
  }
  return tidy;
}

}  // namespace mosaic::cli
