#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"
#include "cli/presets.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic::cli {
namespace {

// One squared feature level is at most 255^2, so no weight above it can matter.
constexpr double kHeaviest = 255.0 * 255.0;

}  // namespace

void add_grid_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::look;
  table.push_back({.name = "tile-size",
                   .commands = kRender | kIndex,
                   .group = kGroup,
                   .kind = Kind::integer,
                   .value = "PX",
                   .help = "Edge of a tile in output pixels",
                   .unset = "chosen for about 2,000 cells",
                   .required = kIndex,
                   .common = true,
                   .set =
                       [](Request& r, const Value& v) {
                         r.settings.grid.tile_size_px =
                             static_cast<int>(parse_integer(v, kMinTileSize_px, kMaxTileSize_px));
                       },
                   .get = [](const Request& r) { return int_text(r.settings.grid.tile_size_px); }});
  table.push_back({.name = "cells",
                   .commands = kRender,
                   .group = kGroup,
                   .kind = Kind::integer,
                   .value = "N",
                   .help = "About this many cells; with --tile-size it sets the output size",
                   .unset = "by the tile size",
                   .set =
                       [](Request& r, const Value& v) {
                         r.settings.grid.cells = static_cast<int>(parse_integer(v, 1, kMaxCells));
                       },
                   .get = [](const Request& r) { return int_text(r.settings.grid.cells); }});
  table.push_back(
      {.name = "grid",
       .commands = kRender,
       .group = kGroup,
       .value = "CxR",
       .help = "Exactly C columns and R rows; with --tile-size it sets the output size",
       .unset = "by the tile size",
       .common = true,
       .set = [](Request& r,
                 const Value& v) { r.settings.grid.grid = parse_grid(v.text, v.where); },
       .get =
           [](const Request& r) {
             const auto& grid = r.settings.grid.grid;
             return grid ? std::to_string(grid->width) + "x" + std::to_string(grid->height)
                         : std::string();
           }});
  table.push_back(
      {.name = "scale",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::number,
       .value = "F",
       .help = "Output size over input size; enlarge it to see the photos",
       .common = true,
       .set = [](Request& r,
                 const Value& v) { r.settings.grid.scale = parse_number(v, 0.01, 100.0); },
       .get = [](const Request& r) { return number_text(r.settings.grid.scale); }});
}

void add_look_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::look;
  table.push_back(
      {.name = "preset",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "Starting point for the look: ultra, natural, vivid, tile or fast",
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.preset = preset_named(v).name; },
       .get = [](const Request& r) { return r.settings.preset; },
       .choices = preset_names});
  add_grid_options(table);
  table.push_back(
      {.name = "color-transfer",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "How a tile is recoloured toward its cell: none, reinhard (mean and spread of each "
               "channel), adaptive_reinhard (weaker where tile and cell are far apart), histogram, "
               "mkl (full covariance), hybrid (reinhard and histogram) or mkl_hybrid",
       .in_preset = true,
       .set = [](Request& r,
                 const Value& v) { r.settings.look.color_transfer = parse_name(v, kTransfers); },
       .get =
           [](const Request& r) { return name_text(r.settings.look.color_transfer, kTransfers); },
       .choices = [] { return names_of(kTransfers); }});
  add_preset_number(
      table, Group::look, "reinhard-l",
      "Strength of the recolouring on mean lightness, 0 to 1; for mkl and histogram on all of the "
      "mean",
      [](Request& r, const Value& v) { r.settings.look.reinhard_l = parse_number(v, 0, 1); },
      [](const Request& r) { return number_text(r.settings.look.reinhard_l); });
  add_preset_number(
      table, Group::look, "reinhard-ab", "Strength of reinhard on the two chroma axes, 0 to 1",
      [](Request& r, const Value& v) { r.settings.look.reinhard_ab = parse_number(v, 0, 1); },
      [](const Request& r) { return number_text(r.settings.look.reinhard_ab); });
  add_preset_number(
      table, Group::look, "spread-transfer",
      "Strength of the recolouring on the spread of the colours (contrast), 0 to 1; reinhard-l and "
      "reinhard-ab are those on their mean",
      [](Request& r, const Value& v) { r.settings.look.spread_transfer = parse_number(v, 0, 1); },
      [](const Request& r) { return number_text(r.settings.look.spread_transfer); });
  add_preset_number(
      table, Group::look, "base-blend-min",
      "Share of the frame painted over tiles in plain places, 0 to 1",
      [](Request& r, const Value& v) { r.settings.look.base_blend_min = parse_number(v, 0, 1); },
      [](const Request& r) { return number_text(r.settings.look.base_blend_min); });
  add_preset_number(
      table, Group::look, "base-blend-max", "The same in places that catch the eye, 0 to 1",
      [](Request& r, const Value& v) { r.settings.look.base_blend_max = parse_number(v, 0, 1); },
      [](const Request& r) { return number_text(r.settings.look.base_blend_max); });
}

void add_tile_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::matching;
  table.push_back(
      {.name = "features",
       .commands = kRender | kIndex,
       .group = kGroup,
       .kind = Kind::integer,
       .value = "K",
       .help = "Compare tile and cell by K x K mean colours, 1 to 8",
       .set =
           [](Request& r, const Value& v) {
             r.settings.match.features_k = static_cast<int>(parse_integer(v, 1, 8));
           },
       .get = [](const Request& r) { return std::to_string(r.settings.match.features_k); }});
  table.push_back(
      {.name = "variants",
       .commands = kRender | kIndex,
       .group = kGroup,
       .value = "LIST",
       .help =
           "More tiles from each photo: mirror, bright (10 % darker and 10 % brighter), hue:N (N "
           "turns of all hues, 1 to 11), several with commas, or none",
       .set = [](Request& r, const Value& v) { parse_variants(r.settings.library, v); },
       .get = [](const Request& r) { return variants_text(r.settings.library); },
       .choices =
           [] {
             return Words{"mirror", "bright", "mirror,bright", "hue:1", "none"};
           }});
  table.push_back(
      {.name = "tile-step",
       .commands = kRender | kIndex,
       .group = kGroup,
       .kind = Kind::integer,
       .value = "N",
       .help = "When --tiles is a video: every N-th frame becomes a tile",
       .set =
           [](Request& r, const Value& v) {
             r.settings.library.tile_step = static_cast<int>(parse_integer(v, 1, 1'000'000));
           },
       .get = [](const Request& r) { return std::to_string(r.settings.library.tile_step); }});
}

void add_face_options(std::vector<Option>& table) {
  table.push_back(
      {.name = "faces",
       .commands = kRender,
       .group = Group::matching,
       .kind = Kind::flag,
       .help = "Faces matter most: the best tiles go where one is found, where OpenCV's module is "
               "installed",
       .set = [](Request& r, const Value& v) { r.settings.match.faces = parse_switch(v); },
       .get = [](const Request& r) { return switch_text(r.settings.match.faces); }});
}

void add_pool_options(std::vector<Option>& table) {
  const auto add = [&table](std::string_view name, std::string_view help,
                            void (*set)(Request&, const Value&),
                            std::string (*get)(const Request&)) {
    table.push_back({.name = name,
                     .commands = kRender,
                     .group = Group::matching,
                     .kind = Kind::flag,
                     .help = help,
                     .set = set,
                     .get = get});
  };
  add(
      "dedupe", "Leave out photos that look like another one of the pool; the report lists them",
      [](Request& r, const Value& v) { r.settings.library.dedupe = parse_switch(v); },
      [](const Request& r) { return switch_text(r.settings.library.dedupe); });
  add(
      "drop-dull",
      "Leave out photos that are nearly black or nearly without detail; the report lists them",
      [](Request& r, const Value& v) { r.settings.library.drop_dull = parse_switch(v); },
      [](const Request& r) { return switch_text(r.settings.library.drop_dull); });
}

void add_placement_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::matching;
  table.push_back(
      {.name = "placement",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "How cells get their tiles: exact (the proven optimum) or diffusion (one after the "
               "other, the colour error passed on; quicker, not optimal)",
       .in_preset = true,
       .set = [](Request& r,
                 const Value& v) { r.settings.match.placement = parse_name(v, kPlacements); },
       .get = [](const Request& r) { return name_text(r.settings.match.placement, kPlacements); },
       .choices = [] { return names_of(kPlacements); }});
  table.push_back({.name = "error-diffusion-strength",
                   .commands = kRender,
                   .group = kGroup,
                   .kind = Kind::number,
                   .value = "F",
                   .help = "Share of the colour error that --placement diffusion passes on, 0 to 1",
                   .in_preset = true,
                   .set =
                       [](Request& r, const Value& v) {
                         r.settings.match.error_diffusion_strength = parse_number(v, 0, 1);
                       },
                   .get =
                       [](const Request& r) {
                         return number_text(r.settings.match.error_diffusion_strength);
                       }});
}

void add_matching_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::matching;
  add_placement_options(table);
  table.push_back(
      {.name = "max-uses",
       .commands = kRender,
       .group = kGroup,
       .value = "N|auto|unlimited",
       .help = "How often one photo may appear in a frame; auto allows 24 times as "
               "many uses as there are cells",
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.match.max_uses = parse_max_uses(v); },
       .get =
           [](const Request& r) {
             const std::optional<int>& uses = r.settings.match.max_uses;
             if (uses == kUnlimitedUses) return std::string("unlimited");
             return uses ? int_text(uses) : std::string("auto");
           },
       .choices =
           [] {
             return Words{"auto", "unlimited"};
           }});
  table.push_back(
      {.name = "use-all",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::flag,
       .help = "Show every photo at least once in every frame, which takes as many cells as photos "
               "and --placement exact",
       .set = [](Request& r, const Value& v) { r.settings.match.use_all = parse_switch(v); },
       .get = [](const Request& r) { return switch_text(r.settings.match.use_all); }});
  table.push_back(
      {.name = "min-distance",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::integer,
       .value = "CELLS",
       .help = "Two uses of one photo lie at least this many cells apart across or down; 2 keeps "
               "neighbours different, 1 asks for nothing",
       .common = true,
       .set =
           [](Request& r, const Value& v) {
             r.settings.match.min_distance = static_cast<int>(parse_integer(v, 1, 16));
           },
       .get = [](const Request& r) { return std::to_string(r.settings.match.min_distance); }});
  add_preset_number(
      table, kGroup, "stability",
      "Price of changing a tile from frame to frame, in mean squared feature levels; 0 lets tiles "
      "flicker",
      [](Request& r, const Value& v) {
        r.settings.match.stability = parse_number(v, 0, kHeaviest);
      },
      [](const Request& r) { return number_text(r.settings.match.stability); });
  table.back().common = true;
  table.push_back(
      {.name = "flow",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help =
           "How motion is followed: block, none, and dis or raft where their modules are installed",
       .in_preset = true,
       .set = [](Request& r, const Value& v) { r.settings.flow = parse_name(v, kFlows); },
       .get = [](const Request& r) { return name_text(r.settings.flow, kFlows); },
       .choices = [] { return names_of(kFlows); }});
  add_preset_number(
      table, kGroup, "ssim-weight",
      "Weight of structure (SSIM) against colour, in mean squared feature levels; 0 matches colour "
      "only",
      [](Request& r, const Value& v) {
        r.settings.match.ssim_weight = parse_number(v, 0, kHeaviest);
      },
      [](const Request& r) { return number_text(r.settings.match.ssim_weight); });
  table.push_back(
      {.name = "ssim-candidates",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::integer,
       .value = "N",
       .help = "Tiles per cell whose SSIM is computed, 1 to 64",
       .set =
           [](Request& r, const Value& v) {
             r.settings.match.ssim_candidates = static_cast<int>(parse_integer(v, 1, 64));
           },
       .get = [](const Request& r) { return std::to_string(r.settings.match.ssim_candidates); }});
  add_face_options(table);
  add_tile_options(table);
  add_pool_options(table);
}

}  // namespace mosaic::cli
