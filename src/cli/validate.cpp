#include "cli/validate.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "cli/batch.hpp"
#include "cli/effect_checks.hpp"
#include "cli/overwrite.hpp"
#include "cli/paths.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

// The window of SSIM is 7 x 7; beyond 730 its score leaves int64 (backend/ssim_math.hpp).
constexpr int kMinSsimTile_px = 7;
constexpr int kMaxSsimTile_px = 730;

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

void check_look(const Settings& settings) {
  if (settings.match.use_all && settings.match.placement != Placement::exact) {
    throw UsageError("--use-all needs --placement exact: diffusion decides one cell at a time",
                     "add --placement exact, or leave out --use-all");
  }
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

void require_model(const RaftSettings& raft) {
  if (raft.model) require_input(*raft.model, "--flow-model", false);
}

void validate_render(const Resolved& resolved) {
  const Settings& settings = resolved.request.settings;
  check_request(settings.grid);
  check_look(settings);
  const OutputName output = name_of_output(settings.output);
  const bool from_pipe = settings.frames == "-";
  const bool to_pipe = settings.output == "-";
  if (!from_pipe) require_input(settings.frames, "--frames", true);
  require_input(settings.library.tiles, "--tiles", true);
  const SceneCutSettings& cuts = settings.scene_cuts;
  if (cuts.mode == SceneCutMode::list) require_input(cuts.list, "--scene-cuts", false);
  if (settings.manifest_check) require_input(*settings.manifest_check, "--manifest-check", false);
  if (settings.flow == FlowKind::raft) require_model(settings.raft);
  check_effects(resolved, output);
  if (to_pipe) require_standard_output("--output -");
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
  } else if (!output.is_pictures() && !to_pipe) {
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
  if (flow.kind == FlowKind::raft) require_model(resolved.request.settings.raft);
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
  if (metrics.index) {
    require_input(*metrics.index, "--index", false);
    read.push_back({"--index", *metrics.index});
  }
  if (!metrics.json) return;
  require_apart(read, {{"--json", *metrics.json}});
  require_writable(*metrics.json, "--json", request.settings.force);
}

}  // namespace

void validate_batch(const Resolved& resolved) {
  const Request& request = resolved.request;
  refuse_in_batch(request);
  if (request.tells_lines()) require_standard_output("--json");
  std::vector<ReadPath> read = settings_files(resolved);
  read.push_back({"--tiles", request.settings.library.tiles, true});
  std::vector<WrittenPath> written;
  const auto add = [&written](const std::string& flag, const std::optional<fs::path>& path) {
    if (path) written.push_back({flag, *path});
  };
  add("--index", request.settings.library.index);
  add("--status-file", request.status_file);
  for (const Request& one : batch_requests(request)) {
    read.push_back({"--frames", one.settings.frames});
    add("--output", one.settings.output);
    add("--plan", one.settings.plan);
    add("--report", one.settings.report);
  }
  require_apart(read, written);
  require_status_file(request);
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
  if (request.tells_lines()) require_standard_output("--json");
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
