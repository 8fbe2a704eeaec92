#include "cli/option_groups.hpp"

#include "cli/option_values.hpp"

namespace mosaic::cli {

void add_preset_number(std::vector<Option>& table, Group group, std::string_view name,
                       std::string_view help, void (*set)(Request&, const Value&),
                       std::string (*get)(const Request&)) {
  table.push_back({.name = name,
                   .commands = kRender,
                   .group = group,
                   .kind = Kind::number,
                   .value = "F",
                   .help = help,
                   .in_preset = true,
                   .set = set,
                   .get = get});
}

void add_input_output_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::input_output;
  table.push_back(
      {.name = "frames",
       .letter = 'i',
       .commands = kRender,
       .group = kGroup,
       .value = "PATH",
       .help = "Video, folder of pictures (in the order of their numbers) or one picture to "
               "rebuild; - reads a video from standard input; several are done one by one",
       .required = kRender,
       .common = true,
       .many = true,
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
               "for pictures; .png or .jpg for a still; - is standard output. {stem} stands for "
               "the input's name without its ending. For the index command the index file",
       .required = kRender | kIndex,
       .common = true,
       .set = [](Request& r, const Value& v) { r.settings.output = parse_path(v); },
       .get = [](const Request& r) { return r.settings.output.string(); }});
  table.push_back({.name = "force",
                   .letter = 'f',
                   .commands = kJobs,
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
      {.name = "deinterlace",
       .commands = kRender,
       .group = kGroup,
       .value = "auto|on|off",
       .help =
           "Rebuild whole frames of interlaced video (bwdif): where the file says so, always or "
           "never; the number of frames stays",
       .set = [](Request& r,
                 const Value& v) { r.settings.deinterlace = parse_name(v, kDeinterlace); },
       .get = [](const Request& r) { return name_text(r.settings.deinterlace, kDeinterlace); },
       .choices = [] { return names_of(kDeinterlace); }});
  table.push_back(
      {.name = "strict",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::flag,
       .help = "Make nothing (exit code 4) when the input is damaged or a photo cannot be used, "
               "instead of going on and ending with exit code 3",
       .set = [](Request& r, const Value& v) { r.settings.strict = parse_switch(v); },
       .get = [](const Request& r) { return switch_text(r.settings.strict); }});
  table.push_back(
      {.name = "codec",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "FFmpeg video encoder. Only libx264 and libvpx-vp9 make the same bytes on every "
               "machine; h264_nvenc, hevc_nvenc and av1_nvenc need an NVIDIA card that encodes",
       .unset = "by the output's ending: libx264 for .mp4 .mkv .mov",
       .set = [](Request& r, const Value& v) { r.settings.encode.codec = parse_word(v); },
       .get = [](const Request& r) { return r.settings.encode.codec; },
       .choices =
           [] {
             return Words{"libx264", "libx265",    "libsvtav1",  "libvpx-vp9", "ffv1",
                          "mjpeg",   "h264_nvenc", "hevc_nvenc", "av1_nvenc"};
           }});
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
       .get = [](const Request& r) { return r.settings.encode.preset; },
       .choices =
           [] {
             return Words{"ultrafast", "superfast", "veryfast", "faster",   "fast",
                          "medium",    "slow",      "slower",   "veryslow", "placebo"};
           }});
  table.push_back(
      {.name = "segment-frames",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::integer,
       .value = "N",
       .help = "Frames encoded as one piece, the encoder begins anew after them; 0: all in one",
       .set =
           [](Request& r, const Value& v) {
             r.settings.segment_frames = parse_integer(v, 0, 1'000'000'000);
           },
       .get = [](const Request& r) { return std::to_string(r.settings.segment_frames); }});
  table.push_back(
      {.name = "resume",
       .commands = kRender,
       .group = kGroup,
       .value = "WHEN",
       .help = "Keep finished pieces beside the output and go on from them: auto (when there is "
               "more than one), on, off, or new (keep, but start afresh)",
       .set = [](Request& r, const Value& v) { r.settings.resume = parse_name(v, kResumeModes); },
       .get = [](const Request& r) { return name_text(r.settings.resume, kResumeModes); }});
  table.push_back(
      {.name = "format",
       .commands = kRender,
       .group = kGroup,
       .value = "NAME",
       .help = "What to write when --output is - (standard output): mkv, mp4 (in fragments), mov "
               "or webm",
       .unset = "mkv",
       .set = [](Request& r, const Value& v) { r.settings.encode.format = parse_format(v); },
       .get = [](const Request& r) { return r.settings.encode.format; }});
  table.push_back(
      {.name = "out-dir",
       .commands = kRender,
       .group = kGroup,
       .value = "DIR",
       .help = "Folder for the outputs of several --frames; what is there and done is left alone",
       .unset = "none",
       .set = [](Request& r, const Value& v) { r.out_dir = parse_path(v); },
       .get = [](const Request& r) { return path_text(r.out_dir); }});
}

void add_device_options(std::vector<Option>& table) {
  constexpr Group kGroup = Group::device;
  table.push_back({.name = "threads",
                   .commands = kRender | kIndex | kMetrics | kCheckParity,
                   .group = kGroup,
                   .value = "N|auto",
                   .help = "Threads to compute with; the result does not depend on it",
                   .common = true,
                   .set = [](Request& r, const Value& v) { r.settings.threads = parse_threads(v); },
                   .get =
                       [](const Request& r) {
                         return r.settings.threads == 0 ? "auto"
                                                        : std::to_string(r.settings.threads);
                       },
                   .choices = [] { return Words{"auto"}; }});
  table.push_back(
      {.name = "memory",
       .commands = kRender,
       .group = kGroup,
       .value = "SIZE",
       .help = "Stay below SIZE, such as 800M or 2G: fewer frames wait and fewer threads work; "
               "what cannot fit is refused before work. none is no limit",
       .set = [](Request& r, const Value& v) { r.settings.memory_limit = parse_memory(v); },
       .get = [](const Request& r) { return memory_text(r.settings.memory_limit); }});
  table.push_back(
      {.name = "device",
       .commands = kRender,
       .group = kGroup,
       .value = "auto|cpu|cuda",
       .help = "Where to compute; the result does not depend on it. auto takes an "
               "NVIDIA card if there is one",
       .set = [](Request& r, const Value& v) { r.settings.device = parse_name(v, kDevices); },
       .get = [](const Request& r) { return name_text(r.settings.device, kDevices); },
       .choices = [] { return names_of(kDevices); }});
  table.push_back(
      {.name = "decode",
       .commands = kRender,
       .group = kGroup,
       .value = "cpu|nvdec|auto",
       .help =
           "Where to decode a video; frames are the same. nvdec: on the NVIDIA card, where they "
           "stay for --device cuda, but damage inside pictures is not reported; auto: there if "
           "frames are computed on a card and it takes the stream",
       .set = [](Request& r, const Value& v) { r.settings.decode = parse_name(v, kDecoders); },
       .get = [](const Request& r) { return name_text(r.settings.decode, kDecoders); },
       .choices = [] { return names_of(kDecoders); }});
  table.push_back(
      {.name = "simd",
       .commands = kRender,
       .group = kGroup,
       .value = "SET",
       .help = "Instruction set: auto, plain, avx2 or avx512; the result does not depend on it",
       .set = [](Request& r, const Value& v) { r.settings.simd = parse_name(v, kSimdSets); },
       .get = [](const Request& r) { return name_text(r.settings.simd, kSimdSets); },
       .choices = [] { return names_of(kSimdSets); }});
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
                   .value = "FILE",
                   .help = "Write settings, inputs left out, use of photos, times and counts: as a "
                           "page for people (.html) or as JSON (any other name)",
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
  table.push_back(
      {.name = "manifest",
       .commands = kRender,
       .group = kGroup,
       .value = "FILE.jsonl",
       .help = "Write hashes of what every stage of every frame gave (docs/manifest.md)",
       .unset = "none",
       .set = [](Request& r, const Value& v) { r.settings.manifest = parse_path(v); },
       .get = [](const Request& r) { return path_text(r.settings.manifest); }});
  table.push_back(
      {.name = "manifest-check",
       .commands = kRender,
       .group = kGroup,
       .value = "FILE.jsonl",
       .help = "Compare this run with the manifest of another machine; ends with exit code 6 at "
               "the first frame and stage that differs",
       .unset = "none",
       .set = [](Request& r, const Value& v) { r.settings.manifest_check = parse_path(v); },
       .get = [](const Request& r) { return path_text(r.settings.manifest_check); }});
  table.push_back(
      {.name = "verify",
       .commands = kRender,
       .group = kGroup,
       .kind = Kind::flag,
       .help = "Render on the CPU and on the card side by side, both with --certify, and compare "
               "every stage of every frame and the files; exit code 6 names the first that differs",
       .set = [](Request& r, const Value& v) { r.settings.verify = parse_switch(v); },
       .get = [](const Request& r) { return switch_text(r.settings.verify); }});
  table.push_back({.name = "certify",
                   .commands = kRender,
                   .group = kGroup,
                   .kind = Kind::flag,
                   .help = "Check the proof of optimality of every frame, not only of a sample",
                   .set = [](Request& r, const Value& v) { r.settings.certify = parse_switch(v); },
                   .get = [](const Request& r) { return switch_text(r.settings.certify); }});
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
