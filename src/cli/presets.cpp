#include "cli/presets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/text.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

// The photo-mosaic family's keys; where the values are others, docs/presets.md says why.
constexpr std::array<std::string_view, 5> kNames = {"ultra", "natural", "vivid", "tile", "fast"};
constexpr std::array<std::string_view, 5> kSummaries = {
    "closest to the frame", "close to the frame, soft", "strong colours",
    "the photos stay themselves", "quick to compute"};

struct Row {
  std::string_view key;
  std::array<std::string_view, 5> values;  ///< in the order of kNames
};
constexpr Row kRows[] = {
    {"placement", {"exact", "exact", "exact", "exact", "diffusion"}},
    {"error_diffusion_strength", {"0", "0", "0", "0", "0.85"}},
    {"color_transfer",
     {"hybrid", "adaptive_reinhard", "mkl", "adaptive_reinhard", "adaptive_reinhard"}},
    {"reinhard_l", {"0.7", "0.65", "0.5", "0.45", "0.55"}},
    {"reinhard_ab", {"0.6", "0.55", "0.35", "0.4", "0.5"}},
    {"spread_transfer", {"0.9", "0.8", "1", "0.6", "0.8"}},
    {"base_blend_min", {"0.05", "0.07", "0.08", "0.03", "0.06"}},
    {"base_blend_max", {"0.16", "0.18", "0.17", "0.1", "0.15"}},
    {"feather_width", {"0", "2", "1", "0", "1"}},
    {"laplacian_blend", {"true", "false", "false", "false", "false"}},
    {"laplacian_levels", {"4", "4", "4", "4", "4"}},
    {"sharpness", {"0.15", "0.1", "0", "0.25", "0.1"}},
    {"local_contrast_clip", {"1.5", "1.5", "1.8", "1.5", "1.5"}},
    {"local_contrast_grid", {"16", "16", "14", "16", "16"}},
    {"gamma", {"1", "1", "0.98", "0.98", "0.98"}},
    {"shadow_lift", {"2", "2", "3", "3", "3"}},
    {"saturation_boost", {"1.04", "1", "1.12", "1.1", "1.05"}},
    {"boost_cool", {"0", "0", "1.12", "0", "0"}},
    {"boost_warm", {"0", "0", "1.08", "0", "0"}},
    {"vibrance", {"0.04", "0", "0.1", "0.08", "0.05"}},
    {"contrast_boost", {"1.02", "1", "1.03", "1.03", "1.02"}},
    {"skin_protection", {"0.65", "0.7", "0.75", "0.65", "0.5"}},
    {"color_harmony", {"0.05", "0.05", "0", "0.02", "0.05"}},
    {"flow", {"raft", "raft", "raft", "raft", "block"}},
    {"stability", {"1800", "1800", "1800", "1800", "1800"}},
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

std::vector<std::string> preset_names() { return {kNames.begin(), kNames.end()}; }

const Preset& preset_named(const Value& value) {
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) {
    if (preset.name == value.text) return preset;
    names.push_back(preset.name);
  }
  throw_unknown_name(value, names);
}

std::string presets_table() {
  std::size_t key_width = 0;
  std::vector<std::size_t> value_width;
  for (const Preset& preset : presets()) {
    std::size_t widest = preset.name.size();
    for (const auto& [key, value] : preset.values) {
      key_width = std::max(key_width, key.size() + 2);
      widest = std::max(widest, value.size());
    }
    value_width.push_back(widest + 2);
  }
  std::string table = padded("key", key_width);
  for (std::size_t p = 0; p < value_width.size(); ++p) {
    table += padded(presets()[p].name, value_width[p]);
  }
  table += '\n';
  for (std::size_t i = 0; i < presets().front().values.size(); ++i) {
    table += padded(presets().front().values[i].first, key_width);
    for (std::size_t p = 0; p < value_width.size(); ++p) {
      table += padded(presets()[p].values[i].second, value_width[p]);
    }
    table += '\n';
  }
  // No blanks at the ends of lines.
  std::string tidy;
  for (const char c : table) {
    if (c == '\n') tidy.erase(tidy.find_last_not_of(' ') + 1);
    tidy += c;
  }
  for (const Preset& preset : presets()) {
    tidy += (&preset == &presets().front() ? "\n" : "") + padded(preset.name, 10) +
            std::string(preset.summary) + (preset.name == kDefaultPreset ? " (the default)" : "") +
            '\n';
  }
  return tidy;
}

}  // namespace mosaic::cli
