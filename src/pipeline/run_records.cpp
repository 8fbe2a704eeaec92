#include "pipeline/run_records.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/utf8.hpp"
#include "mosaic/error.hpp"
#include "pipeline/html_report.hpp"

namespace mosaic {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostUsed = 1000;  // photos whose uses a report lists

Json cost_json(const FrameObjective::Parts& cost) {
  return {{"total", cost.total()},
          {"distance", cost.distance},
          {"ssim", cost.ssim},
          {"change", cost.change}};
}

Json grid_json(const GridGeometry& geometry) {
  return {
      {"columns", geometry.columns},
      {"rows", geometry.rows},
      {"tile_size_px", geometry.tile_size_px},
      {"output", {geometry.output_size().width, geometry.output_size().height}},
      {"crop",
       {geometry.crop_px.x, geometry.crop_px.y, geometry.crop_px.width, geometry.crop_px.height}}};
}

Json skipped_json(const std::vector<SkippedInput>& skipped) {
  Json list = Json::array();
  for (const SkippedInput& input : skipped) {
    Json entry;
    add_text(entry, "name", input.name);
    add_text(entry, "reason", input.reason);
    list.push_back(std::move(entry));
  }
  return list;
}

Json settings_json(const Settings& settings, const MosaicEngine& engine) {
  return {{"preset", settings.preset},
          {"flow", flow_name(settings.flow)},
          {"flow_estimator", engine.flow().describe()},
          {"features", settings.match.features_k},
          {"ssim_weight", settings.match.ssim_weight},
          {"ssim_candidates", settings.match.ssim_candidates},
          {"stability", settings.match.stability},
          {"max_uses", engine.max_uses()},
          {"use_all", settings.match.use_all},
          {"placement", settings.match.placement == Placement::exact ? "exact" : "diffusion"},
          {"transition", settings.look.transition},
          {"faces", settings.match.faces},
          {"mirror", settings.library.mirror},
          {"bright", settings.library.bright},
          {"hue", settings.library.hue},
          {"backend", std::string(engine.backend_name())},
          {"threads", settings.threads}};
}

Json uses_json(const TileLibrary& library, const std::vector<std::int64_t>& uses) {
  std::vector<int> order(uses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return uses[static_cast<std::size_t>(a)] > uses[static_cast<std::size_t>(b)];
  });
  if (order.size() > kMostUsed) order.resize(kMostUsed);
  Json list = Json::array();
  for (const int photo : order) {
    const std::int64_t count = uses[static_cast<std::size_t>(photo)];
    if (count == 0) break;
    Json entry;
    add_text(entry, "photo", library.photo_name(photo));
    entry["uses"] = count;
    list.push_back(std::move(entry));
  }
  return list;
}

Json recolouring_json(const Recolouring& seen) {
  return {{"cells", seen.cells},
          {"dark_cells_left_out", seen.dark},
          {"ciede2000", seen.cells > 0 ? Json(seen.mean_ciede2000()) : Json()},
          {"structured_cells", seen.structured},
          {"correlation", seen.structured > 0 ? Json(seen.mean_correlation()) : Json()}};
}

Json work_json(const std::optional<FlowWork>& work) {
  if (!work) return {};
  return {{"pairs", work->pairs},
          {"asked", work->asked},
          {"runtime", work->runtime.empty() ? Json() : Json(work->runtime)}};
}

Json solves_json(const SolveTimes::Summary& seen) {
  return {{"frames", seen.frames},
          {"median", seen.median},
          {"p99", seen.p99},
          {"longest", seen.longest}};
}

std::string json_report(const RunReport& r) {
  Json stages;
  for (std::size_t i = 0; i < StageTimes::kCount; ++i) {
    stages[std::string(StageTimes::kNames[i])] = r.engine.times().seconds[i];
  }
  const RunIdentity& identity = r.identity;
  const RunTotals& totals = r.totals;
  const double frames = static_cast<double>(std::max<std::int64_t>(1, r.summary.frames_out));
  const auto used = std::ranges::count_if(totals.photo_uses, [](auto uses) { return uses > 0; });
  const std::optional<double> edge = r.engine.flow().rounding_edge_px();
  Json report = {{"type", "mosaic-report"},
                 {"version", 1},
                 {"program", {{"version", identity.version}, {"revision", identity.revision}}}};
  add_text(report, "input", r.settings.frames.native());
  report["source"] = as_utf8(r.source.description);
  add_text(report, "output", r.settings.output.native());
  report["device"] = std::string(r.engine.backend_name());
  report["settings"] = settings_json(r.settings, r.engine);
  report["settings_given"] = settings_json(identity.settings);
  report["flow_rounding_edge_px"] = edge ? Json(*edge) : Json();
  report["flow_work"] = work_json(r.engine.flow().work());
  report["grid"] = grid_json(r.geometry);
  Json& tiles = report["tiles"];
  add_text(tiles, "pool", r.settings.library.tiles.native());
  tiles["photos"] = r.library.photos();
  tiles["variants"] = r.library.variants();
  tiles["photos_used"] = used;
  tiles["fingerprint"] = hex64(r.library.fingerprint());
  report["frames_in"] = r.summary.frames_in;
  report["frames_out"] = r.summary.frames_out;
  report["decode_errors"] = r.summary.decode_errors;
  report["skipped"] = skipped_json(r.summary.skipped);
  report["left_out"] = skipped_json(r.library.left_out());
  report["scene_cuts"] = totals.scene_cuts;
  report["certified_frames"] = totals.certified;
  report["switched_per_frame"] = static_cast<double>(totals.switched) / frames;
  report["carried_per_frame"] = static_cast<double>(totals.carried) / frames;
  report["cost"] = cost_json(totals.cost);
  report["recolouring"] = recolouring_json(totals.recolouring);
  report["wall_seconds"] = r.wall_s;
  report["stage_seconds"] = std::move(stages);
  report["solve_seconds"] = {
      {"within_shots", solves_json(r.engine.times().solves.within_shots())},
      {"first_of_shots", solves_json(r.engine.times().solves.first_of_shots())}};
  report["photo_uses"] = uses_json(r.library, totals.photo_uses);
  return dump_json(report, 2) + "\n";
}

}  // namespace

PlanWriter::PlanWriter(const std::filesystem::path& path, bool force, const TileLibrary& library,
                       const GridGeometry& geometry)
    : file_(path, force), written_(file_.temporary(), WrittenFile::Mode::create, path) {
  Json photos = Json::array();
  for (int tile = 0; tile < library.tiles(); ++tile) {
    photos.push_back(lossless_utf8(library.photo_name(tile / library.variants())));
  }
  const Json header = {{"type", "mosaic-plan"},
                       {"version", 1},
                       {"grid", grid_json(geometry)},
                       {"variants", library.variants()},
                       {"photo_of_tile", std::move(photos)}};
  write(dump_json(header));
}

std::string plan_line(std::int64_t frame, double time_s, const FramePlan& plan) {
  const Json line = {{"frame", frame},
                     {"time", time_s},
                     {"tiles", plan.tile},
                     {"cost", cost_json(plan.cost)},
                     {"carried", plan.carried},
                     {"switched", plan.switched},
                     {"scene_cut", plan.scene_cut}};
  return dump_json(line);
}

void PlanWriter::write(const std::string& line) { written_.write(line + "\n"); }

void PlanWriter::complete() { written_.close(); }

std::unique_ptr<OutputFile> write_report(const std::filesystem::path& path, bool force,
                                         const RunReport& report) {
  const std::string ending = path.extension().string();
  const bool page = ending == ".html" || ending == ".htm";
  const std::string text = page ? html_report(report) : json_report(report);
  auto file = std::make_unique<OutputFile>(path, force);
  WrittenFile written(file->temporary(), WrittenFile::Mode::create, path);
  written.write(text);
  written.close();
  return file;
}

}  // namespace mosaic
