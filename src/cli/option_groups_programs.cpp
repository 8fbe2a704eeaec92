// Options for those who start this program from another one.
#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"

namespace mosaic::cli {

namespace {

constexpr double kLongest_s = 1e6;

/// "true": where the film stands after a tenth; "false": no preview; else seconds.
PreviewRequest parse_preview(const Value& value) {
  if (value.text == "true") return {true, {}};
  if (value.text == "false") return {};
  return {true, parse_number(value, 0.0, kLongest_s)};
}

std::string preview_text(const PreviewRequest& preview) {
  if (!preview.on) return "false";
  return preview.at_s ? number_text(*preview.at_s) : "true";
}

}  // namespace

void add_program_options(std::vector<Option>& table) {
  table.push_back({.name = "preview",
                   .commands = kRender,
                   .group = Group::report,
                   .value = "[=T]",
                   .help = "Only the frame at T seconds, as a picture: --output if that is a .png, "
                           "else beside it as NAME.preview.png. Without T a tenth into the film",
                   .value_optional = true,
                   .set = [](Request& r, const Value& v) { r.preview = parse_preview(v); },
                   .get = [](const Request& r) { return preview_text(r.preview); }});
  table.push_back({.name = "dry-run",
                   .commands = kRender,
                   .group = Group::report,
                   .kind = Kind::flag,
                   .help = "Write nothing; say what sizes, cells, memory, time and disk space the "
                           "job would take",
                   .set = [](Request& r, const Value& v) { r.dry_run = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.dry_run); }});
  table.push_back({.name = "json",
                   .commands = kRender | kIndex,
                   .group = Group::report,
                   .kind = Kind::flag,
                   .help = "Say on standard output what happens, one JSON object per line "
                           "(docs/json.md)",
                   .set = [](Request& r, const Value& v) { r.json = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.json); }});
  table.push_back({.name = "status-file",
                   .commands = kRender | kIndex,
                   .group = Group::report,
                   .value = "FILE",
                   .help = "Keep a small JSON file that says where the run stands, replaced every "
                           "2 seconds",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.status_file = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.status_file); }});
}

}  // namespace mosaic::cli
