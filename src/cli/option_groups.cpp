#include "cli/option_groups.hpp"

#include "cli/option_values.hpp"

namespace mosaic::cli {

void add_input_output_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::input_output;
  table.push_back(
      {.name = "frames",
       .letter = 'i',
       .commands = kRender,
       .group = kGroup,
       .value = "PATH",
       .help = "Video, folder of pictures (in the order of their numbers) or one picture to "
               "rebuild",
       .required = kRender,
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.frames = parse_path(v); },
       .get = [](const Request& r) { return r.settings.frames.string(); }});
  table.push_back(
      {.name = "tiles",
       .letter = 't',
       .commands = kRender | kIndex,
       .group = kGroup,
       .value = "PATH",
       .help = "Folder of photos, searched with its subfolders, or a video whose frames become "
               "tiles",
       .required = kRender | kIndex,
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.library.tiles = parse_path(v); },
       .get = [](const Request& r) { return r.settings.library.tiles.string(); }});
  table.push_back(
      {.name = "output",
       .letter = 'o',
       .commands = kRender | kIndex,
       .group = kGroup,
       .value = "PATH",
       .help = "Result: .mp4 .mkv .mov .webm .gif; a folder or a pattern such as out/%06d.png "
               "for pictures; .png or .jpg for a still. For the index command the index file",
       .required = kRender | kIndex,
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.output = parse_path(v); },
       .get = [](const Request& r) { return r.settings.output.string(); }});
  table.push_back(
      {.name = "force",
       .letter = 'f',
       .commands = kRender | kIndex | kCheckSsim | kCheckAssign | kCheckFlow | kMetrics | kDemo,
       .group = kGroup,
       .kind = Kind::flag,
       .help = "Replace files that are already there",
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.force = parse_switch(v); },
       .get = [](const Request& r) { return switch_text(r.settings.force); }});
  table.push_back(
      {.name = "range",
       .commands = kRender,
       .group = kGroup,
       .value = "A-B",
       .help = "Only frames A to B, both included, counted from 0; A- goes to the end, -B starts "
               "at 0",
       .unset = "all frames",
       .set = [](Request& r, const Value& v) { r.settings.range = parse_range(v); },
       .get = [](const Request& r) { return range_text(r.settings.range); }});
  table.push_back({.name = "fps",
                   .commands = kRender,
                   .group = kGroup,
                   .value = "RATE",
                   .help = "Frame rate of a folder of pictures, such as 30 or 30000/1001; a video "
                           "keeps its own timestamps",
                   .unset = "25",
                   .set = [](Request& r, const Value& v) { r.settings.encode.fps = parse_rate(v); },
                   .get =
                       [](const Request& r) {
                         return r.settings.encode.fps ? number_text(*r.settings.encode.fps)
                                                      : std::string();
                       }});
  table.push_back(
      {.name = "codec",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "FFmpeg video encoder",
       .unset = "by the output's ending: libx264 for .mp4 .mkv .mov",
       .set = [](Request& r, const Value& v) { r.settings.encode.codec = parse_word(v); },
       .get = [](const Request& r) { return r.settings.encode.codec; }});
  table.push_back(
      {.name = "crf",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::number,
       .value = "N",
       .help = "Constant quality of the encoder, 0 to 63; lower is better and larger",
       .set = [](Request& r,
                 const Value& v) { r.settings.encode.crf = parse_number(v, 0.0, 63.0); },
       .get = [](const Request& r) { return number_text(r.settings.encode.crf); }});
  table.push_back(
      {.name = "encoder-preset",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "The encoder's own effort preset, from ultrafast to placebo for libx264",
       .set = [](Request& r, const Value& v) { r.settings.encode.preset = parse_word(v); },
       .get = [](const Request& r) { return r.settings.encode.preset; }});
}

void add_device_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::device;
  table.push_back({.name = "threads",
                   .commands = kRender | kIndex | kMetrics,
                   .group = kGroup,
                   .value = "N|auto",
                   .help = "Threads to compute with; the result does not depend on it",
                   .common = true,
                   .set = [](Request& r, const Value& v) { r.settings.threads = parse_threads(v); },
                   .get =
                       [](const Request& r) {
                         return r.settings.threads == 0 ? "auto"
                                                        : std::to_string(r.settings.threads);
                       }});
  table.push_back({.name = "device",
                   .commands = kRender,
                   .group = kGroup,
                   .value = "auto|cpu",
                   .help = "Where to compute; the result does not depend on it",
                   .set = [](Request& r, const Value& v) { r.settings.device = parse_device(v); },
                   .get = [](const Request& r) { return name_text(r.settings.device, kDevices); }});
  table.push_back(
      {.name = "simd",
       .commands = kRender,
       .group = kGroup,
       .value = "SET",
       .help = "Instruction set: auto, plain, avx2 or avx512; the result does not depend on it",
       .set = [](Request& r, const Value& v) { r.settings.simd = parse_name(v, kSimdSets); },
       .get = [](const Request& r) { return name_text(r.settings.simd, kSimdSets); }});
  table.push_back(
      {.name = "index",
       .commands = kRender,
       .group = kGroup,
       .value = "FILE",
       .help = "Where the prepared tiles are kept between runs; made when missing and "
               "rebuilt when photos changed",
       .unset = "a file in the user's cache folder",
       .set = [](Request& r, const Value& v) { r.settings.library.index = parse_path(v); },
       .get = [](const Request& r) { return path_text(r.settings.library.index); }});
}

void add_report_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::report;
  table.push_back({.name = "report",
                   .commands = kRender,
                   .group = kGroup,
                   .value = "FILE.json",
                   .help = "Write settings, inputs left out, times and counts as JSON",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.settings.report = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.settings.report); }});
  table.push_back({.name = "plan",
                   .commands = kRender,
                   .group = kGroup,
                   .value = "FILE.jsonl",
                   .help = "Write which tile every cell of every frame shows, a line per frame",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.settings.plan = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.settings.plan); }});
  table.push_back({.name = "verify",
                   .commands = kRender,
                   .group = kGroup,
                   .kind = Kind::flag,
                   .help = "Check the proof of optimality of every frame, not only of a sample",
                   .set = [](Request& r, const Value& v) { r.settings.verify = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.settings.verify); }});
  table.push_back({.name = "quiet",
                   .letter = 'q',
                   .commands = kRender | kIndex | kMetrics | kDemo,
                   .group = kGroup,
                   .kind = Kind::flag,
                   .help = "No notices and no progress; warnings and errors are still shown",
                   .common = true,
                   .set = [](Request& r, const Value& v) { r.quiet = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.quiet); }});
  table.push_back({.name = "verbose",
                   .letter = 'v',
                   .commands = kRender | kIndex | kMetrics | kDemo,
                   .group = kGroup,
                   .kind = Kind::flag,
                   .help = "Say more about what is read, chosen and written",
                   .set = [](Request& r, const Value& v) { r.verbose = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.verbose); }});
}

void add_other_options(std::vector<Option>& table) {
  table.push_back({.name = "config",
                   .commands = kRender | kIndex,
                   .value = "FILE",
                   .help = "Read settings from a TOML file; its keys are the names here with _ "
                           "for -",
                   .unset = "none"});
  table.push_back({.name = "print-config",
                   .commands = kRender | kIndex,
                   .kind = Kind::action,
                   .help = "Print all settings as TOML with where each comes from, and do nothing "
                           "else"});
  table.push_back({.name = "list-presets",
                   .commands = kRender,
                   .kind = Kind::action,
                   .help = "Print what each preset sets",
                   .common = true});
  table.push_back({.name = "version",
                   .commands = kRender,
                   .kind = Kind::action,
                   .help = "Print the version and how this program was built"});
  table.push_back({.name = "h",
                   .commands = kEveryCommand,
                   .kind = Kind::action,
                   .help = "Print the common options",
                   .common = true});
  table.push_back({.name = "help",
                   .commands = kEveryCommand,
                   .kind = Kind::action,
                   .help = "Print all options",
                   .common = true});
}

}  // namespace mosaic::cli
