#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "metrics/ratios.hpp"
#include "metrics/report.hpp"
#include "metrics/similarity.hpp"

namespace mosaic::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json number(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

Json clip_json(const ClipFacts& clip, std::int64_t first) {
  return {{"path", clip.path.string()},
          {"size", {clip.size.width, clip.size.height}},
          {"announced_frames", clip.announced_frames >= 0 ? Json(clip.announced_frames) : Json()},
          {"first_frame", first},
          {"goes_on", clip.goes_on},
          {"decode_errors", clip.decode_errors}};
}

Json spread_json(const std::optional<Spread>& spread, std::int64_t first) {
  if (!spread) return nullptr;
  return {
      {"mean", spread->mean}, {"worst", spread->worst}, {"worst_frame", first + spread->worst_at}};
}

Json still_json(const std::optional<StillPixels>& still) {
  if (!still) return nullptr;
  return {{"static_share", number(static_share(*still))},
          {"mosaic_levels", number(mosaic_flicker(*still))},
          {"source_levels", number(source_flicker(*still))}};
}

Json cells_json(const std::optional<CellChanges>& cells) {
  if (!cells) return nullptr;
  return {{"static_share", number(ratio(cells->static_cells, cells->cells))},
          {"static_repainted_share", number(ratio(cells->static_repainted, cells->static_cells))},
          {"repainted_share", number(ratio(cells->repainted, cells->cells))}};
}

Json warped_json(const std::optional<WarpedPixels>& warped) {
  if (!warped) return nullptr;
  return {{"pixels", warped->pixels},
          {"mosaic_levels", number(mosaic_flicker(*warped))},
          {"source_levels", number(source_flicker(*warped))}};
}

Json recognition_json(const std::optional<Recognition>& seen) {
  if (!seen) return nullptr;
  const auto mean = [](double sum, std::int64_t count) {
    return count > 0 ? Json(sum / static_cast<double>(count)) : Json(nullptr);
  };
  return {{"ciede2000", mean(seen->ciede2000, seen->cells)},
          {"correlation", mean(seen->correlation, seen->structured)},
          {"cells", seen->cells},
          {"structured_cells", seen->structured}};
}

Json fidelity_json(const ClipReport& report, const Digest& digest) {
  const auto spread = [&](const std::optional<Spread>& s) {
    return spread_json(s, report.mosaic_first);
  };
  return {{"ssim_3x3", spread(digest.ssim_3x3)},
          {"ciede2000_3x3", spread(digest.ciede2000_3x3)},
          {"ssim_1x1", spread(digest.ssim_1x1)},
          {"ciede2000_1x1", spread(digest.ciede2000_1x1)},
          {"ssim", spread(digest.ssim)},
          {"psnr_grey_db", spread(digest.psnr_grey_db)},
          {"psnr_rgb_db", spread(digest.psnr_rgb_db)},
          {"pooled_psnr_grey_db", digest.pooled_psnr_grey_db},
          {"pooled_psnr_rgb_db", digest.pooled_psnr_rgb_db}};
}

Json plan_json(const ClipReport& report) {
  if (!report.plan) return nullptr;
  const PlanReport& plan = *report.plan;
  const PlanTally& tally = plan.tally;
  const std::int64_t cells = report.grid->cells();
  return {{"path", plan.path.string()},
          {"changed_share", number(ratio(tally.changed(), tally.steps() * cells))},
          {"changed_share_in_shots",
           number(ratio(tally.changed_in_shots(), tally.steps_in_shots() * cells))},
          {"switched_share_of_carried", number(ratio(tally.switched(), tally.carried()))},
          {"twins_per_frame", number(ratio(tally.twins(), tally.frames()))},
          {"diagonal_twins_per_frame", number(ratio(tally.twins_diagonal(), tally.frames()))},
          {"photos_used", tally.photos_used()},
          {"largest_share", tally.largest_share()},
          {"most_used_photo", plan.most_used_photo}};
}

Json frame_json(const ClipReport& report, std::size_t i) {
  const FrameMeasures& frame = report.frames[i];
  const auto at = static_cast<std::int64_t>(i);
  const auto ssim = [](const std::optional<FarFidelity>& far) {
    return far ? number(far->ssim) : Json(nullptr);
  };
  const auto color = [](const std::optional<FarFidelity>& far) {
    return far ? Json(far->ciede2000) : Json(nullptr);
  };
  Json json = {{"mosaic_frame", report.mosaic_first + at},
               {"source_frame", report.source_first + at},
               {"ssim_3x3", ssim(frame.at_3x3)},
               {"ciede2000_3x3", color(frame.at_3x3)},
               {"ssim_1x1", ssim(frame.at_1x1)},
               {"ciede2000_1x1", color(frame.at_1x1)},
               {"ssim", frame.ssim},
               {"psnr_grey_db", psnr_db(frame.mse_grey)},
               {"psnr_rgb_db", psnr_db(frame.mse_rgb)},
               {"still_pixels", still_json(frame.still)},
               {"cells", cells_json(frame.cells)},
               {"along_motion", warped_json(frame.warped)}};
  if (report.plan) {
    const PlanTally::FrameCounts& counts = report.plan->frames[i];
    json["plan"] = {{"changed", counts.changed},
                    {"twins", counts.twins},
                    {"diagonal_twins", counts.twins_diagonal},
                    {"photos", counts.photos},
                    {"largest_share", counts.largest_share}};
  }
  return json;
}

Json grid_json(const std::optional<GridGeometry>& grid) {
  if (!grid) return nullptr;
  return {{"columns", grid->columns}, {"rows", grid->rows}, {"cell_px", grid->tile_size_px}};
}

}  // namespace

std::string json_text(const ClipReport& report, const Digest& digest) {
  const Rect& crop = report.crop_px;
  Json frames = Json::array();
  for (std::size_t i = 0; i < report.frames.size(); ++i) frames.push_back(frame_json(report, i));
  const Json json = {{"type", "mosaic-metrics"},
                     {"version", 1},
                     {"source", clip_json(report.source, report.source_first)},
                     {"mosaic", clip_json(report.mosaic, report.mosaic_first)},
                     {"shown", {crop.x, crop.y, crop.width, crop.height}},
                     {"grid", grid_json(report.grid)},
                     {"pairs", report.frames.size()},
                     {"thresholds",
                      {{"static_pixel_levels", kStaticPixel_levels},
                       {"static_cell_levels", kStaticCell_levels},
                       {"repainted_cell_levels", kRepaintedCell_levels}}},
                     {"fidelity", fidelity_json(report, digest)},
                     {"still_pixels", still_json(digest.still)},
                     {"cells", cells_json(digest.cells)},
                     {"along_motion", warped_json(digest.warped)},
                     {"ssim_3x3_trend_per_100_frames", number(digest.ssim_trend)},
                     {"recognition", recognition_json(digest.recognition)},
                     {"plan", plan_json(report)},
                     {"frames", std::move(frames)}};
  // File names are bytes; what is not UTF-8 becomes U+FFFD so that the file stays valid JSON.
  return dump_json(json, 2) + "\n";
}

}  // namespace mosaic::metrics
