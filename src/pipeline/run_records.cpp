#include "pipeline/run_records.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/hash.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using Json = nlohmann::ordered_json;

/// File names are bytes; what is not UTF-8 is written as U+FFFD so that the file stays valid JSON.
std::string dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

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
    list.push_back({{"name", input.name}, {"reason", input.reason}});
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
          {"mirror", settings.library.mirror},
          {"bright", settings.library.bright},
          {"backend", std::string(engine.backend_name())},
          {"threads", settings.threads}};
}

Json uses_json(const TileLibrary& library, const std::vector<std::int64_t>& uses) {
  std::vector<int> order(uses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return uses[static_cast<std::size_t>(a)] > uses[static_cast<std::size_t>(b)];
  });
  Json list = Json::array();
  for (const int photo : order) {
    const std::int64_t count = uses[static_cast<std::size_t>(photo)];
    if (count == 0) break;
    list.push_back({{"photo", library.photo_name(photo)}, {"uses", count}});
  }
  return list;
}

}  // namespace

PlanWriter::PlanWriter(const std::filesystem::path& path, bool force, const TileLibrary& library,
                       const GridGeometry& geometry)
    : file_(path, force), stream_(file_.temporary(), std::ios::binary | std::ios::trunc) {
  Json photos = Json::array();
  for (int tile = 0; tile < library.tiles(); ++tile) {
    photos.push_back(library.photo_name(tile / library.variants()));
  }
  const Json header = {{"type", "mosaic-plan"},
                       {"version", 1},
                       {"grid", grid_json(geometry)},
                       {"variants", library.variants()},
                       {"photo_of_tile", std::move(photos)}};
  stream_ << dump(header) << '\n';
  check();
}

void PlanWriter::write(std::int64_t frame, double time_s, const FramePlan& plan) {
  const Json line = {{"frame", frame},
                     {"time", time_s},
                     {"tiles", plan.tile},
                     {"cost", cost_json(plan.cost)},
                     {"carried", plan.carried},
                     {"switched", plan.switched},
                     {"scene_cut", plan.scene_cut}};
  stream_ << dump(line) << '\n';
  check();
}

void PlanWriter::finish() {
  stream_.close();
  check();
  file_.commit();
}

void PlanWriter::check() const {
  if (stream_) return;
  throw OutputError(
      "cannot write the plan " + file_.final_path().string() + ": " + std::strerror(errno),
      "free space or choose another --plan path");
}

void write_report(const std::filesystem::path& path, bool force, const Settings& settings,
                  const SourceInfo& source, const TileLibrary& library,
                  const GridGeometry& geometry, const MosaicEngine& engine,
                  const RenderSummary& summary, const RunTotals& totals) {
  Json stages;
  for (std::size_t i = 0; i < StageTimes::kCount; ++i) {
    stages[std::string(StageTimes::kNames[i])] = engine.times().seconds[i];
  }
  const double frames = static_cast<double>(std::max<std::int64_t>(1, summary.frames_out));
  const auto used = std::ranges::count_if(totals.photo_uses, [](auto uses) { return uses > 0; });
  const std::optional<double> edge = engine.flow().rounding_edge_px();
  const Json report = {{"type", "mosaic-report"},
                       {"version", 1},
                       {"input", settings.frames.string()},
                       {"source", source.description},
                       {"output", settings.output.string()},
                       {"settings", settings_json(settings, engine)},
                       {"flow_rounding_edge_px", edge ? Json(*edge) : Json()},
                       {"grid", grid_json(geometry)},
                       {"tiles",
                        {{"pool", settings.library.tiles.string()},
                         {"photos", library.photos()},
                         {"variants", library.variants()},
                         {"photos_used", used},
                         {"fingerprint", hex64(library.fingerprint())}}},
                       {"frames_in", summary.frames_in},
                       {"frames_out", summary.frames_out},
                       {"decode_errors", summary.decode_errors},
                       {"skipped", skipped_json(summary.skipped)},
                       {"scene_cuts", totals.scene_cuts},
                       {"certified_frames", engine.certified_frames()},
                       {"switched_per_frame", static_cast<double>(totals.switched) / frames},
                       {"carried_per_frame", static_cast<double>(totals.carried) / frames},
                       {"cost", cost_json(totals.cost)},
                       {"wall_seconds", totals.wall_s},
                       {"stage_seconds", std::move(stages)},
                       {"photo_uses", uses_json(library, totals.photo_uses)}};
  OutputFile file(path, force);
  std::ofstream stream(file.temporary(), std::ios::binary | std::ios::trunc);
  stream << dump(report, 2) << '\n';
  stream.close();
  if (!stream) {
    throw OutputError("cannot write the report " + path.string() + ": " + std::strerror(errno),
                      "free space or choose another --report path");
  }
  file.commit();
}

}  // namespace mosaic
