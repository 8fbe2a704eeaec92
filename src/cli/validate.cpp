#include "cli/validate.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/overwrite.hpp"
#include "cli/suggest.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

// The window of SSIM is 7 x 7; beyond 730 its score leaves int64 (backend/ssim_math.hpp).
constexpr int kMinSsimTile_px = 7;
constexpr int kMaxSsimTile_px = 730;

constexpr std::array<std::string_view, 4> kVideoEndings = {".mp4", ".mkv", ".mov", ".webm"};
constexpr std::array<std::string_view, 3> kStillEndings = {".png", ".jpg", ".jpeg"};

enum class OutputKind { video, gif, pictures, still };

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& endings, const std::string& ending) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_taken(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found && !error;
}

/// %d, %6d or %06d in the file's name.
bool is_pattern(const std::string& name) {
  for (std::size_t at = name.find('%'); at != std::string::npos; at = name.find('%', at + 1)) {
    std::size_t end = at + 1;
    while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
    if (end < name.size() && name[end] == 'd') return true;
  }
  return false;
}

OutputKind kind_of_output(const fs::path& output) {
  if (output == "-") return OutputKind::video;
  if (output.filename().empty() || is_folder(output)) return OutputKind::pictures;
  const std::string ending = lower(output.extension().string());
  if (contains(kStillEndings, ending)) {
    return is_pattern(output.filename().string()) ? OutputKind::pictures : OutputKind::still;
  }
  if (contains(kVideoEndings, ending)) return OutputKind::video;
  if (ending == ".gif") return OutputKind::gif;
  std::vector<std::string_view> known(kVideoEndings.begin(), kVideoEndings.end());
  known.push_back(".gif");
  known.insert(known.end(), kStillEndings.begin(), kStillEndings.end());
  const std::string near = ending.empty() ? std::string() : nearest(ending, known);
  throw UsageError("--output " + output.string() + ": " +
                       (ending.empty() ? "the name has no ending" : "unknown ending " + ending),
                   std::string(near.empty() ? "" : "did you mean " + near + "? ") +
                       "Known are .mp4 .mkv .mov .webm .gif, .png .jpg .jpeg, a folder (with / at "
                       "its end) and patterns such as out/%06d.png");
}

void require_all(const Resolved& resolved) {
  const Command command = resolved.request.command;
  std::string missing;
  int count = 0;
  for (const Option& option : options()) {
    if ((option.required & command_bit(command)) == 0) continue;
    if (resolved.origins.find(&option) != resolved.origins.end()) continue;
    if (option.name == "output" && resolved.request.out_dir) continue;
    missing += (count++ == 0 ? "" : ", ") + flag_of(option);
  }
  if (count == 0) return;
  const std::string name(command_name(command));
  throw UsageError(missing + (count == 1 ? " is missing" : " are missing"),
                   "see mosaic-temporal " + (name.empty() ? "-h" : name + " --help"));
}

/// "did you mean film.mp4?", from the names in the folder where `path` is missing.
std::string near_file(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  // Of equally near ones the first: not in the order of the folder, which is chance.
  std::sort(names.begin(), names.end());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = nearest(path.filename().string(), views);
  return near.empty() ? near : "did you mean " + (path.parent_path() / near).string() + "?";
}

void require_input(const fs::path& path, const std::string& flag, bool folder_allowed) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    const std::string near = near_file(path);
    throw InputError(
        flag + " " + path.string() + ": there is no such file or folder",
        near.empty() ? "check the path; relative ones start at the working directory" : near);
  }
  if (error) throw InputError(flag + " " + path.string() + ": " + error.message());
  const bool folder = status.type() == fs::file_type::directory;
  if (folder && !folder_allowed) {
    throw InputError(flag + " " + path.string() + ": this is a folder, a file is needed");
  }
  if (!folder && status.type() != fs::file_type::regular) {
    throw InputError(flag + " " + path.string() + ": this is neither a file nor a folder");
  }
  if (access(path.c_str(), folder ? R_OK | X_OK : R_OK) != 0) {
    throw InputError(flag + " " + path.string() + ": " + std::strerror(errno));
  }
}

/// A file that will be written must have a folder to be in and must not be there without --force.
void require_writable(const fs::path& path, const std::string& flag, bool force) {
  if (is_folder(path)) {
    throw OutputError(flag + " " + path.string() + ": this is a folder, a file name is needed");
  }
  if (is_taken(path) && !force) {
    throw OutputError(flag + " " + path.string() + ": the file is already there",
                      "use --force to replace it");
  }
  // Renaming over a device would take it away from the whole system.
  std::error_code failure;
  if (is_taken(path) && fs::exists(path, failure) && !fs::is_regular_file(path, failure)) {
    throw OutputError(flag + " " + path.string() + ": this is not a regular file",
                      "name a file, or a name that is free");
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!is_folder(folder)) {
    throw OutputError(
        flag + " " + path.string() + ": the folder " + folder.string() + " does not exist",
        "make it first: mkdir -p " + folder.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw OutputError(flag + " " + path.string() + ": cannot write in " + folder.string() + ": " +
                          std::strerror(errno),
                      "choose a folder you may write to");
  }
}

void check_look(const Settings& settings) {
  if (settings.look.base_blend_min > settings.look.base_blend_max) {
    throw UsageError("--base-blend-min " + number_text(settings.look.base_blend_min) +
                     " is above --base-blend-max " + number_text(settings.look.base_blend_max));
  }
  const auto tile = settings.grid.tile_size_px;
  const bool ssim = settings.match.ssim_weight > 0.0;
  if (ssim && tile && (*tile < kMinSsimTile_px || *tile > kMaxSsimTile_px)) {
    throw UsageError("--tile-size " + std::to_string(*tile) + " is outside " +
                         std::to_string(kMinSsimTile_px) + " to " +
                         std::to_string(kMaxSsimTile_px) + ", where SSIM can be computed",
                     "use --ssim-weight 0 to match by colour alone");
  }
}

/// Options that would do nothing here are refused rather than ignored.
void check_effect(const Resolved& resolved, OutputKind output) {
  const Settings& settings = resolved.request.settings;
  if (settings.encode.fps && !is_folder(settings.frames)) {
    throw UsageError("--fps is for folders of pictures; " + settings.frames.string() +
                         " is a file, and its timestamps are kept",
                     "leave out --fps");
  }
  if (settings.deinterlace != Deinterlace::automatic && is_folder(settings.frames)) {
    throw UsageError(
        "--deinterlace is for videos; " + settings.frames.string() + " is a folder of pictures",
        "leave out --deinterlace");
  }
  if (settings.library.tile_step != 1 && is_folder(settings.library.tiles)) {
    throw UsageError("--tile-step is for videos as --tiles; " + settings.library.tiles.string() +
                         " is a folder, of which every photo is used",
                     "leave out --tile-step");
  }
  if (output == OutputKind::still && resolved.source_of("scene-cuts") == Source::flag) {
    throw UsageError(
        "--scene-cuts is for more than one frame; " + settings.output.string() + " is one picture",
        "leave out --scene-cuts");
  }
  if (settings.certify && settings.match.placement == Placement::diffusion) {
    throw UsageError("--certify checks proofs of optimality; --placement diffusion has none",
                     "leave out --certify, or use --placement exact");
  }
  if (output == OutputKind::video) return;
  for (const std::string_view name : {"codec", "crf", "encoder-preset"}) {
    if (resolved.source_of(name) == Source::flag) {
      throw UsageError("--" + std::string(name) + " is for .mp4, .mkv, .mov and .webm; " +
                           settings.output.string() + " has no video encoder",
                       "leave it out or choose another --output");
    }
  }
}

/// What is read besides the pictures.
std::vector<ReadPath> settings_files(const Resolved& resolved) {
  std::vector<ReadPath> read;
  for (const std::string& config : resolved.configs) read.push_back({"--config", config});
  const auto& model = resolved.request.settings.raft.model;
  if (model) read.push_back({"--flow-model", *model});
  const SceneCutSettings& cuts = resolved.request.settings.scene_cuts;
  if (cuts.mode == SceneCutMode::list) read.push_back({"--scene-cuts", cuts.list});
  const auto& check = resolved.request.settings.manifest_check;
  if (check) read.push_back({"--manifest-check", *check});
  return read;
}

/// What compares computes every frame, and --verify does so twice.
void check_comparison(const Settings& settings, OutputKind output) {
  const bool resumes = settings.resume == ResumeMode::on || settings.resume == ResumeMode::fresh;
  if (resumes && (settings.verify || settings.manifest_check)) {
    throw UsageError(std::string(settings.verify ? "--verify" : "--manifest-check") +
                         " computes every frame anew, --resume keeps frames",
                     "leave out one of them");
  }
  if (!settings.verify) return;
  if (settings.frames == "-" || settings.output == "-") {
    throw UsageError(
        "--verify renders twice and compares files; a pipe can be neither read nor "
        "compared",
        "name files");
  }
  if (output == OutputKind::pictures) {
    throw UsageError(
        "--verify compares files, and '" + settings.output.string() + "' is many pictures",
        "make a video, or compare them by --manifest and --manifest-check");
  }
}

/// A preview is one picture; what belongs to a whole run would do nothing.
void check_preview(const Resolved& resolved) {
  const Settings& settings = resolved.request.settings;
  if (!resolved.request.preview.on) return;
  const auto refuse = [](const std::string& flag) {
    throw UsageError(flag + " is for whole runs, not for --preview", "leave out one of them");
  };
  if (settings.plan) refuse("--plan");
  if (settings.report) refuse("--report");
  if (settings.manifest) refuse("--manifest");
  if (settings.manifest_check) refuse("--manifest-check");
  if (settings.verify) refuse("--verify");
  if (resolved.source_of("range") != Source::standard) refuse("--range");
}

/// A dry run looks at files that can be read again, and has standard output for itself.
void check_dry_run(const Request& request) {
  if (!request.dry_run) return;
  const Settings& settings = request.settings;
  if (settings.frames == "-" || settings.output == "-") {
    throw UsageError("--dry-run needs files, not pipes", "name files");
  }
  if (settings.verify) {
    throw UsageError("--dry-run looks at one run, and --verify makes two", "leave out one of them");
  }
  if (request.preview.on) {
    throw UsageError("--preview and --dry-run contradict each other", "leave out one of them");
  }
}

/// --frames - and --output -.
void check_standard_streams(const Request& request) {
  const Settings& settings = request.settings;
  const bool from_pipe = settings.frames == "-";
  const bool to_pipe = settings.output == "-";
  if (from_pipe && isatty(STDIN_FILENO) == 1) {
    throw UsageError("--frames - reads a video from standard input, which is a terminal",
                     "pipe a video in, or name a file");
  }
  if (to_pipe && isatty(STDOUT_FILENO) == 1) {
    throw UsageError("--output - writes a video to standard output, which is a terminal",
                     "pipe it into a program, or name a file");
  }
  if (!to_pipe && !settings.encode.format.empty()) {
    throw UsageError("--format is for --output -; the ending of " + settings.output.string() +
                         " says what to write",
                     "leave out --format");
  }
  if (to_pipe && request.tells_lines()) {
    throw UsageError("--output - and --json would both write to standard output",
                     "leave out one of them");
  }
  if ((from_pipe || to_pipe) && request.preview.on) {
    throw UsageError("--preview needs files, not pipes", "name files");
  }
}

void validate_render(const Resolved& resolved) {
  const Settings& settings = resolved.request.settings;
  check_request(settings.grid);
  check_look(settings);
  const OutputKind kind = kind_of_output(settings.output);
  const bool from_pipe = settings.frames == "-";
  const bool to_pipe = settings.output == "-";
  if (!from_pipe) require_input(settings.frames, "--frames", true);
  require_input(settings.library.tiles, "--tiles", true);
  const SceneCutSettings& cuts = settings.scene_cuts;
  if (cuts.mode == SceneCutMode::list) require_input(cuts.list, "--scene-cuts", false);
  if (settings.manifest_check) require_input(*settings.manifest_check, "--manifest-check", false);
  check_effect(resolved, kind);
  check_preview(resolved);
  check_comparison(settings, kind);
  check_dry_run(resolved.request);
  check_standard_streams(resolved.request);
  std::vector<WrittenPath> written;
  if (resolved.request.preview.on) {
    written.push_back({"--preview", preview_path(settings.output)});
  } else if (!to_pipe) {
    written.push_back({"--output", settings.output});
  }
  if (settings.report) written.push_back({"--report", *settings.report});
  if (settings.plan) written.push_back({"--plan", *settings.plan});
  if (settings.manifest) written.push_back({"--manifest", *settings.manifest});
  if (settings.library.index) written.push_back({"--index", *settings.library.index});
  if (resolved.request.status_file) {
    written.push_back({"--status-file", *resolved.request.status_file});
  }
  std::vector<ReadPath> read = settings_files(resolved);
  if (!from_pipe) read.push_back({"--frames", settings.frames});
  read.push_back({"--tiles", settings.library.tiles, true});
  require_apart(read, written);
  if (resolved.request.preview.on) {
    require_writable(preview_path(settings.output), "--preview", settings.force);
  } else if (kind != OutputKind::pictures && !to_pipe) {
    require_writable(settings.output, "--output", settings.force);
  }
  if (settings.report) require_writable(*settings.report, "--report", settings.force);
  if (settings.plan) require_writable(*settings.plan, "--plan", settings.force);
  if (settings.manifest) require_writable(*settings.manifest, "--manifest", settings.force);
  require_status_file(resolved.request);
}

void validate_index(const Resolved& resolved) {
  const Settings& settings = resolved.request.settings;
  require_input(settings.library.tiles, "--tiles", true);
  if (settings.library.tile_step != 1 && is_folder(settings.library.tiles)) {
    throw UsageError("--tile-step is for videos as --tiles, not for folders");
  }
  std::vector<ReadPath> read = settings_files(resolved);
  read.push_back({"--tiles", settings.library.tiles, true});
  std::vector<WrittenPath> written = {{"--output", settings.output}};
  if (resolved.request.status_file) {
    written.push_back({"--status-file", *resolved.request.status_file});
  }
  require_apart(read, written);
  require_writable(settings.output, "--output", settings.force);
  require_status_file(resolved.request);
}

void validate_check_ssim(const Request& request) {
  const SsimRequest& ssim = request.ssim;
  require_input(ssim.a, "A", false);
  require_input(ssim.b, "B", false);
  if (!ssim.map) return;
  require_apart({{"A", ssim.a}, {"B", ssim.b}}, {{"--map", *ssim.map}});
  require_writable(*ssim.map, "--map", request.settings.force);
}

void validate_check_assign(const Request& request) {
  const AssignRequest& assign = request.assign;
  require_input(assign.costs, "--costs", false);
  if (!assign.assignment) return;
  require_apart({{"--costs", assign.costs}}, {{"--assignment", *assign.assignment}});
  require_writable(*assign.assignment, "--assignment", request.settings.force);
}

void validate_check_flow(const Resolved& resolved) {
  const FlowRequest& flow = resolved.request.flow;
  require_input(flow.a, "A", false);
  require_input(flow.b, "B", false);
  std::vector<ReadPath> read = settings_files(resolved);
  read.push_back({"A", flow.a});
  read.push_back({"B", flow.b});
  std::vector<WrittenPath> written;
  if (flow.output) written.push_back({"--output", *flow.output});
  if (flow.picture) written.push_back({"--picture", *flow.picture});
  require_apart(read, written);
  for (const WrittenPath& file : written) {
    require_writable(file.path, file.flag, resolved.request.settings.force);
  }
}

void validate_metrics(const Request& request) {
  const MetricsRequest& metrics = request.metrics;
  require_input(metrics.source, "--source", true);
  require_input(metrics.mosaic, "--mosaic", true);
  std::vector<ReadPath> read = {{"--source", metrics.source}, {"--mosaic", metrics.mosaic}};
  if (metrics.plan) {
    require_input(*metrics.plan, "--plan", false);
    read.push_back({"--plan", *metrics.plan});
  }
  if (!metrics.json) return;
  require_apart(read, {{"--json", *metrics.json}});
  require_writable(*metrics.json, "--json", request.settings.force);
}

}  // namespace

void require_status_file(const Request& request) {
  if (!request.status_file) return;
  const fs::path& path = *request.status_file;
  bool ours = false;
  std::error_code failure;
  if (fs::is_regular_file(path, failure)) {  // opening a named pipe would wait for its writer
    std::string begin(16, '\0');
    std::ifstream stream(path, std::ios::binary);
    stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    ours = begin == R"({"type":"status")";
  }
  require_writable(path, "--status-file", request.settings.force || ours);
}

fs::path preview_path(const fs::path& output) {
  const bool folder = output.filename().empty() || is_folder(output);
  if (folder) return output / "preview.png";
  const std::string name = output.filename().string();
  if (lower(output.extension().string()) == ".png" && !is_pattern(name)) return output;
  fs::path beside = output;
  beside.replace_filename(is_pattern(name) ? "preview.png"
                                           : output.stem().string() + ".preview.png");
  return beside;
}

void validate(const Resolved& resolved) {
  const Request& request = resolved.request;
  require_all(resolved);
  if (request.quiet && request.verbose) {
    throw UsageError("--quiet and --verbose contradict each other", "give one of them");
  }
  if (request.json && request.settings.output == "-") {
    throw UsageError("--json and --output - both want standard output",
                     "name a file for the output");
  }
  switch (request.command) {
    case Command::render:
      return validate_render(resolved);
    case Command::index:
      return validate_index(resolved);
    case Command::check_ssim:
      return validate_check_ssim(request);
    case Command::check_assign:
      return validate_check_assign(request);
    case Command::check_flow:
      return validate_check_flow(resolved);
    case Command::metrics:
      return validate_metrics(request);
    case Command::demo:
      break;
    case Command::check_parity:
    case Command::doctor:
    case Command::completion:
    case Command::man:
      return;
  }
  if (is_taken(request.demo.folder) && !is_folder(request.demo.folder)) {
    throw OutputError(request.demo.folder.string() + ": this is a file, a folder is needed");
  }
}

}  // namespace mosaic::cli
