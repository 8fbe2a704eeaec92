// Options of how tiles are drawn: seams, sharpness, stills, fades.
#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"

namespace mosaic::cli {
namespace {

constexpr int kMostFeather_px = 64;
constexpr int kMostGrid = 64;
constexpr int kMostTransition = 240;

}  // namespace

void add_seam_options(std::vector<Option>& table) {
  const auto add = [&table](std::string_view name, Kind kind, std::string_view value,
                            std::string_view help, void (*set)(Request&, const Value&),
                            std::string (*get)(const Request&)) {
    table.push_back({.name = name,
                     .commands = kRender,
                     .group = Group::look,
                     .kind = kind,
                     .value = value,
                     .help = help,
                     .in_preset = true,
                     .set = set,
                     .get = get});
  };
  add(
      "feather-width", Kind::integer, "PX",
      "Neighbouring tiles fade into each other over PX pixels on either side of their border, at "
      "most half a tile; 0 to 64",
      [](Request& r, const Value& v) {
        r.settings.look.feather_width_px = static_cast<int>(parse_integer(v, 0, kMostFeather_px));
      },
      [](const Request& r) { return std::to_string(r.settings.look.feather_width_px); });
  add(
      "laplacian-blend", Kind::flag, "",
      "Take the finest detail away at the borders of tiles, in bands of a Laplacian pyramid",
      [](Request& r, const Value& v) { r.settings.look.laplacian_blend = parse_switch(v); },
      [](const Request& r) { return switch_text(r.settings.look.laplacian_blend); });
  add(
      "laplacian-levels", Kind::integer, "N",
      "Levels of that pyramid, 3 to 6; all but the two coarsest lose detail at borders, so more "
      "levels reach further",
      [](Request& r, const Value& v) {
        r.settings.look.laplacian_levels = static_cast<int>(parse_integer(v, 3, 6));
      },
      [](const Request& r) { return std::to_string(r.settings.look.laplacian_levels); });
  add(
      "sharpness", Kind::number, "F", "Unsharp masking of the tiles, 0 to 2",
      [](Request& r, const Value& v) { r.settings.look.sharpness = parse_number(v, 0, 2); },
      [](const Request& r) { return number_text(r.settings.look.sharpness); });
  add(
      "local-contrast-clip", Kind::number, "F",
      "Adaptive local contrast (CLAHE) of a still, clip limit 0 to 16; 0 is off, and a video never "
      "gets any",
      [](Request& r, const Value& v) {
        r.settings.look.local_contrast_clip = parse_number(v, 0, 16);
      },
      [](const Request& r) { return number_text(r.settings.look.local_contrast_clip); });
  add(
      "local-contrast-grid", Kind::integer, "N", "Its regions along either side, 1 to 64",
      [](Request& r, const Value& v) {
        r.settings.look.local_contrast_grid = static_cast<int>(parse_integer(v, 1, kMostGrid));
      },
      [](const Request& r) { return std::to_string(r.settings.look.local_contrast_grid); });
  table.push_back(
      {.name = "transition",
       .commands = kRender,
       .group = Group::look,
       .kind = Kind::integer,
       .value = "N",
       .help = "A tile that takes another's place fades in over N frames, 0 to 240; 0 is at once",
       .set =
           [](Request& r, const Value& v) {
             r.settings.look.transition = static_cast<int>(parse_integer(v, 0, kMostTransition));
           },
       .get = [](const Request& r) { return std::to_string(r.settings.look.transition); }});
}

}  // namespace mosaic::cli
