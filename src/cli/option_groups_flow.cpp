// Options of motion estimation and of the command that shows it.
#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"

namespace mosaic::cli {
namespace {

/// A GRU step more refines less and less; published models use at most 32.
constexpr int kMostUpdates = 32;

void add_check_flow_options(std::vector<Option>& table) {
  table.push_back({.name = "A",
                   .commands = kCheckFlow,
                   .kind = Kind::positional,
                   .value = "A",
                   .help = "First picture",
                   .required = kCheckFlow,
                   .set = [](Request& r, const Value& v) { r.flow.a = parse_path(v); },
                   .get = [](const Request& r) { return r.flow.a.string(); }});
  table.push_back({.name = "B",
                   .commands = kCheckFlow,
                   .kind = Kind::positional,
                   .value = "B",
                   .help = "Second picture, of the same size",
                   .required = kCheckFlow,
                   .set = [](Request& r, const Value& v) { r.flow.b = parse_path(v); },
                   .get = [](const Request& r) { return r.flow.b.string(); }});
  table.push_back({.name = "flow",
                   .commands = kCheckFlow,
                   .value = "NAME",
                   .help = "The estimator: block, dis, raft or none",
                   .set = [](Request& r, const Value& v) { r.flow.kind = parse_name(v, kFlows); },
                   .get = [](const Request& r) { return name_text(r.flow.kind, kFlows); },
                   .choices = [] { return names_of(kFlows); }});
  table.push_back({.name = "tile-size",
                   .commands = kCheckFlow,
                   .kind = Kind::integer,
                   .value = "PX",
                   .help = "Edge of a cell; every cell gets one vector",
                   .set =
                       [](Request& r, const Value& v) {
                         r.flow.tile_size_px =
                             static_cast<int>(parse_integer(v, kMinTileSize_px, kMaxTileSize_px));
                       },
                   .get = [](const Request& r) { return std::to_string(r.flow.tile_size_px); }});
  table.push_back({.name = "output",
                   .letter = 'o',
                   .commands = kCheckFlow,
                   .value = "FILE",
                   .help = "Also write the vectors as a Middlebury .flo file",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.flow.output = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.flow.output); }});
  table.push_back({.name = "picture",
                   .commands = kCheckFlow,
                   .value = "FILE",
                   .help = "Also draw them, .png or .jpg: hue is direction, strength of colour is "
                           "length, dark is not trusted",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.flow.picture = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.flow.picture); }});
}

}  // namespace

void add_flow_options(std::vector<Option>& table) {
  add_check_flow_options(table);
  constexpr unsigned kBoth = kRender | kCheckFlow;
  constexpr Group kGroup = Group::matching;
  table.push_back(
      {.name = "flow-when",
       .commands = kRender,
       .group = kGroup,
       .value = "needed|always",
       .help = "Pairs of frames that --flow raft asks RAFT about: those in which block matching "
               "alone loses the content of more than 2 % of the cells, or all",
       .set = [](Request& r, const Value& v) { r.settings.raft.when = parse_name(v, kFlowWhens); },
       .get = [](const Request& r) { return name_text(r.settings.raft.when, kFlowWhens); },
       .choices = [] { return names_of(kFlowWhens); }});
  table.push_back(
      {.name = "flow-precision",
       .commands = kBoth,
       .group = kGroup,
       .value = "fp64|fp32",
       .help = "Arithmetic of --flow raft; fp32 is faster, but its result may differ "
               "between machines",
       .set = [](Request& r,
                 const Value& v) { r.settings.raft.precision = parse_name(v, kPrecisions); },
       .get = [](const Request& r) { return name_text(r.settings.raft.precision, kPrecisions); },
       .choices = [] { return names_of(kPrecisions); }});
  table.push_back(
      {.name = "flow-updates",
       .commands = kBoth,
       .group = kGroup,
       .kind = Kind::integer,
       .value = "N",
       .help = "How often --flow raft refines its estimate",
       .set =
           [](Request& r, const Value& v) {
             r.settings.raft.updates = static_cast<int>(parse_integer(v, 1, kMostUpdates));
           },
       .get = [](const Request& r) { return std::to_string(r.settings.raft.updates); }});
  table.push_back({.name = "flow-model",
                   .commands = kBoth,
                   .group = kGroup,
                   .value = "FILE",
                   .help = "Model of --flow raft, written by scripts/export_raft.py",
                   .unset = "the one that comes with the program",
                   .set = [](Request& r, const Value& v) { r.settings.raft.model = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.settings.raft.model); }});
  table.push_back(
      {.name = "trust-model",
       .commands = kBoth,
       .group = kGroup,
       .kind = Kind::flag,
       .help = "Load a --flow-model that does not come with the program; models are code",
       .set = [](Request& r, const Value& v) { r.settings.raft.trust_model = parse_switch(v); },
       .get = [](const Request& r) { return switch_text(r.settings.raft.trust_model); }});
  table.push_back(
      {.name = "scene-cuts",
       .commands = kRender,
       .group = kGroup,
       .value = "auto|off|FILE",
       .help = "Where shots begin, in which nothing is carried over: found, nowhere but at the "
               "first frame, or at the frames whose numbers a text file lists, one per line",
       .set = [](Request& r, const Value& v) { r.settings.scene_cuts = parse_scene_cuts(v); },
       .get = [](const Request& r) { return scene_cuts_text(r.settings.scene_cuts); }});
}

}  // namespace mosaic::cli
