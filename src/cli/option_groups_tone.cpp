// Options of the pointwise look.
#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"

namespace mosaic::cli {

void add_tone_options(std::vector<Option>& table) {
  add_preset_number(
      table, Group::look, "gamma",
      "Tone curve of the finished picture, 0.25 to 4; below 1 is brighter",
      [](Request& r, const Value& v) { r.settings.look.tone.gamma = parse_number(v, 0.25, 4); },
      [](const Request& r) { return number_text(r.settings.look.tone.gamma); });
  add_preset_number(
      table, Group::look, "shadow-lift", "Levels added at black, falling to none at white, 0 to 64",
      [](Request& r, const Value& v) { r.settings.look.tone.shadow_lift = parse_number(v, 0, 64); },
      [](const Request& r) { return number_text(r.settings.look.tone.shadow_lift); });
  add_preset_number(
      table, Group::look, "saturation-boost",
      "Chroma of the finished picture, 0 to 4; 1 leaves it as it is",
      [](Request& r, const Value& v) {
        r.settings.look.tone.saturation_boost = parse_number(v, 0, 4);
      },
      [](const Request& r) { return number_text(r.settings.look.tone.saturation_boost); });
  add_preset_number(
      table, Group::look, "boost-cool",
      "The same for cool hues only, 0 to 4; 0 uses --saturation-boost",
      [](Request& r, const Value& v) { r.settings.look.tone.boost_cool = parse_number(v, 0, 4); },
      [](const Request& r) { return number_text(r.settings.look.tone.boost_cool); });
  add_preset_number(
      table, Group::look, "boost-warm",
      "The same for warm hues only, 0 to 4; 0 uses --saturation-boost",
      [](Request& r, const Value& v) { r.settings.look.tone.boost_warm = parse_number(v, 0, 4); },
      [](const Request& r) { return number_text(r.settings.look.tone.boost_warm); });
  add_preset_number(
      table, Group::look, "vibrance", "Lifts weak chroma more than strong, 0 to 2",
      [](Request& r, const Value& v) { r.settings.look.tone.vibrance = parse_number(v, 0, 2); },
      [](const Request& r) { return number_text(r.settings.look.tone.vibrance); });
  add_preset_number(
      table, Group::look, "contrast-boost",
      "Contrast around mid-grey, 0 to 3; 1 leaves it as it is",
      [](Request& r, const Value& v) {
        r.settings.look.tone.contrast_boost = parse_number(v, 0, 3);
      },
      [](const Request& r) { return number_text(r.settings.look.tone.contrast_boost); });
  add_preset_number(
      table, Group::look, "skin-protection",
      "Share by which saturation, vibrance and contrast spare skin, 0 to 1",
      [](Request& r, const Value& v) {
        r.settings.look.tone.skin_protection = parse_number(v, 0, 1);
      },
      [](const Request& r) { return number_text(r.settings.look.tone.skin_protection); });
  add_preset_number(
      table, Group::look, "color-harmony",
      "Share by which colours move toward the tint of their shot, 0 to 1",
      [](Request& r, const Value& v) {
        r.settings.look.tone.color_harmony = parse_number(v, 0, 1);
      },
      [](const Request& r) { return number_text(r.settings.look.tone.color_harmony); });
}

}  // namespace mosaic::cli
