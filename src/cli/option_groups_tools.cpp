// Options of the check and demo commands.
#include <limits>

#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"

namespace mosaic::cli {
namespace {

// Rows, columns and the like of a matrix that fits memory.
constexpr std::int64_t kMaxSide = 1'000'000;

int side(const Value& value) { return static_cast<int>(parse_integer(value, 1, kMaxSide)); }

void add_check_ssim_options(std::vector<Option>& table) {
  table.push_back({.name = "A",
                   .commands = kCheckSsim,
                   .kind = Kind::positional,
                   .value = "A",
                   .help = "First picture",
                   .required = kCheckSsim,
                   .set = [](Request& r, const Value& v) { r.ssim.a = parse_path(v); },
                   .get = [](const Request& r) { return r.ssim.a.string(); }});
  table.push_back({.name = "B",
                   .commands = kCheckSsim,
                   .kind = Kind::positional,
                   .value = "B",
                   .help = "Second picture, of the same size",
                   .required = kCheckSsim,
                   .set = [](Request& r, const Value& v) { r.ssim.b = parse_path(v); },
                   .get = [](const Request& r) { return r.ssim.b.string(); }});
  table.push_back({.name = "map",
                   .commands = kCheckSsim,
                   .value = "FILE",
                   .help = "Also write the map: one little-endian fp64 per window, row by row",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.ssim.map = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.ssim.map); }});
}

void add_check_assign_options(std::vector<Option>& table) {
  table.push_back({.name = "costs",
                   .commands = kCheckAssign,
                   .value = "FILE",
                   .help = "Costs as raw little-endian int32, row by row",
                   .required = kCheckAssign,
                   .set = [](Request& r, const Value& v) { r.assign.costs = parse_path(v); },
                   .get = [](const Request& r) { return r.assign.costs.string(); }});
  table.push_back({.name = "rows",
                   .commands = kCheckAssign,
                   .kind = Kind::integer,
                   .value = "N",
                   .help = "Rows of the matrix (cells)",
                   .required = kCheckAssign,
                   .set = [](Request& r, const Value& v) { r.assign.rows = side(v); },
                   .get = [](const Request& r) { return std::to_string(r.assign.rows); }});
  table.push_back({.name = "cols",
                   .commands = kCheckAssign,
                   .kind = Kind::integer,
                   .value = "M",
                   .help = "Columns of the matrix (photos)",
                   .required = kCheckAssign,
                   .set = [](Request& r, const Value& v) { r.assign.columns = side(v); },
                   .get = [](const Request& r) { return std::to_string(r.assign.columns); }});
  table.push_back({.name = "max-uses",
                   .commands = kCheckAssign,
                   .kind = Kind::integer,
                   .value = "U",
                   .help = "How many rows may take the same column",
                   .unset = "1",
                   .set = [](Request& r, const Value& v) { r.assign.max_uses = side(v); },
                   .get = [](const Request& r) { return int_text(r.assign.max_uses); }});
  table.push_back({.name = "repeat",
                   .commands = kCheckAssign,
                   .kind = Kind::integer,
                   .value = "R",
                   .help = "Solve this many times and print the median time",
                   .set = [](Request& r, const Value& v) { r.assign.repeat = side(v); },
                   .get = [](const Request& r) { return std::to_string(r.assign.repeat); }});
  table.push_back({.name = "assignment",
                   .commands = kCheckAssign,
                   .value = "FILE",
                   .help = "Also write the column of every row, one per line",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.assign.assignment = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.assign.assignment); }});
}

void add_check_parity_options(std::vector<Option>& table) {
  table.push_back({.name = "tile-size",
                   .commands = kCheckParity,
                   .kind = Kind::integer,
                   .value = "PX",
                   .help = "Only cells of this edge",
                   .unset = "15, 16, 31, 32, 63 and 64",
                   .set =
                       [](Request& r, const Value& v) {
                         // SSIM needs a window, and a frame of the largest must fit memory.
                         r.parity.tile_size_px = static_cast<int>(parse_integer(v, 7, 128));
                       },
                   .get = [](const Request& r) { return int_text(r.parity.tile_size_px); }});
  table.push_back(
      {.name = "grid",
       .commands = kCheckParity,
       .value = "CxR",
       .help = "Columns and rows of cells",
       .set = [](Request& r, const Value& v) { r.parity.cells = parse_size(v, 1, 240); },
       .get =
           [](const Request& r) {
             return std::to_string(r.parity.cells.width) + "x" +
                    std::to_string(r.parity.cells.height);
           }});
  table.push_back(
      {.name = "repeat",
       .commands = kCheckParity,
       .kind = Kind::integer,
       .value = "R",
       .help = "Make every call this many times and print the least time",
       .set = [](Request& r,
                 const Value& v) { r.parity.repeat = static_cast<int>(parse_integer(v, 1, 1000)); },
       .get = [](const Request& r) { return std::to_string(r.parity.repeat); }});
  table.push_back({.name = "seed",
                   .commands = kCheckParity,
                   .kind = Kind::integer,
                   .value = "S",
                   .help = "Which random numbers are compared",
                   .set =
                       [](Request& r, const Value& v) {
                         r.parity.seed = static_cast<unsigned>(parse_integer(v, 0, 1'000'000'000));
                       },
                   .get = [](const Request& r) { return std::to_string(r.parity.seed); }});
}

void add_demo_options(std::vector<Option>& table) {
  table.push_back({.name = "DIR",
                   .commands = kDemo,
                   .kind = Kind::positional,
                   .value = "DIR",
                   .help = "Folder to make the scene and the tiles in",
                   .required = kDemo,
                   .set = [](Request& r, const Value& v) { r.demo.folder = parse_path(v); },
                   .get = [](const Request& r) { return r.demo.folder.string(); }});
  table.push_back(
      {.name = "tiles",
       .commands = kDemo,
       .kind = Kind::integer,
       .value = "N",
       .help = "How many tiles to draw",
       .set = [](Request& r,
                 const Value& v) { r.demo.tiles = static_cast<int>(parse_integer(v, 1, 100'000)); },
       .get = [](const Request& r) { return std::to_string(r.demo.tiles); }});
  table.push_back({.name = "frames",
                   .commands = kDemo,
                   .kind = Kind::integer,
                   .value = "N",
                   .help = "How many frames the scene has",
                   .set =
                       [](Request& r, const Value& v) {
                         r.demo.frames = static_cast<int>(parse_integer(v, 1, 100'000));
                       },
                   .get = [](const Request& r) { return std::to_string(r.demo.frames); }});
  table.push_back({.name = "size",
                   .commands = kDemo,
                   .value = "WxH",
                   .help = "Size of the scene in pixels",
                   .set = [](Request& r, const Value& v) { r.demo.size = parse_size(v, 64, 4096); },
                   .get =
                       [](const Request& r) {
                         return std::to_string(r.demo.size.width) + "x" +
                                std::to_string(r.demo.size.height);
                       }});
  table.push_back({.name = "seed",
                   .commands = kDemo,
                   .kind = Kind::integer,
                   .value = "S",
                   .help = "Which scene and tiles are drawn; the same seed draws the same",
                   .set =
                       [](Request& r, const Value& v) {
                         r.demo.seed = static_cast<std::uint64_t>(
                             parse_integer(v, 0, std::numeric_limits<std::int64_t>::max()));
                       },
                   .get = [](const Request& r) { return std::to_string(r.demo.seed); }});
}

void add_doctor_options(std::vector<Option>& table) {
  table.push_back({.name = "json",
                   .commands = kDoctor,
                   .kind = Kind::flag,
                   .help = "Print one JSON object per line",
                   .set = [](Request& r, const Value& v) { r.json = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.json); }});
}

void add_completion_options(std::vector<Option>& table) {
  table.push_back({.name = "SHELL",
                   .commands = kCompletion,
                   .kind = Kind::positional,
                   .value = "SHELL",
                   .help = "The shell to write it for: bash, zsh or fish",
                   .required = kCompletion,
                   .set = [](Request& r, const Value& v) { r.shell = parse_name(v, kShells); },
                   .get = [](const Request& r) { return name_text(r.shell, kShells); },
                   .choices = [] { return names_of(kShells); }});
}

}  // namespace

void add_tool_options(std::vector<Option>& table) {
  add_check_ssim_options(table);
  add_check_assign_options(table);
  add_demo_options(table);
  add_check_parity_options(table);
  add_doctor_options(table);
  add_completion_options(table);
}

}  // namespace mosaic::cli
