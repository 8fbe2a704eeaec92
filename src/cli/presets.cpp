#include "cli/presets.hpp"

#include "cli/text.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

// Strengths and shares are the photo-mosaic family's own. Where that family asks for a method that
// is not built yet, the nearest one that is stands here: reinhard for its adaptive and hybrid
// forms, mkl for mkl_hybrid, block for raft.
std::vector<Preset> make_presets() {
  const auto preset = [](std::string name, std::string_view summary, std::string_view transfer,
                         std::string_view l, std::string_view ab, std::string_view blend_min,
                         std::string_view blend_max) {
    return Preset{std::move(name),
                  summary,
                  {{"color_transfer", transfer},
                   {"reinhard_l", l},
                   {"reinhard_ab", ab},
                   {"base_blend_min", blend_min},
                   {"base_blend_max", blend_max},
                   {"flow", "block"},
                   {"stability", "12"},
                   {"ssim_weight", "60"}}};
  };
  return {
      preset("ultra", "closest to the frame", "reinhard", "0.6", "0.42", "0.05", "0.16"),
      preset("natural", "close to the frame, soft", "reinhard", "0.65", "0.48", "0.07", "0.18"),
      preset("vivid", "strong colours", "mkl", "0.5", "0.35", "0.05", "0.14"),
      preset("tile", "the photos stay themselves", "reinhard", "0.4", "0.28", "0.03", "0.1"),
      preset("fast", "quick to compute", "reinhard", "0.55", "0.4", "0.06", "0.15"),
  };
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
  constexpr std::size_t kKeyWidth = 16;
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
