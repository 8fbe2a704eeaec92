// What the comparison of a clip gave, as a table for people and as JSON for programs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "metrics/clip_meter.hpp"
#include "metrics/plan_file.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// One of the two clips, as it was read.
struct ClipFacts {
  std::filesystem::path path;
  Size size;
  std::int64_t announced_frames = -1;  ///< -1: not known
  bool goes_on = false;                ///< had frames left when the other one ended
  std::int64_t decode_errors = 0;
};

struct PlanReport {
  std::filesystem::path path;
  PlanTally tally;
  std::string most_used_photo;
  std::vector<PlanTally::FrameCounts> frames;
  std::vector<bool> scene_cut;  ///< per frame
};

struct ClipReport {
  ClipFacts source, mosaic;
  Rect crop_px;  ///< of the source
  std::optional<GridGeometry> grid;
  std::int64_t source_first = 0;  ///< frame numbers of the first pair
  std::int64_t mosaic_first = 0;
  std::vector<FrameMeasures> frames;
  std::optional<PlanReport> plan;
};

/// Mean over frames, and the frame where it was worst (counted from the first pair).
struct Spread {
  double mean = 0.0;
  double worst = 0.0;
  std::int64_t worst_at = 0;
};

/// The report in a few numbers: means over frames, totals over steps.
struct Digest {
  Spread ssim, psnr_grey_db, psnr_rgb_db;
  double pooled_psnr_grey_db = 0.0;  ///< of the mean squared error of all frames
  double pooled_psnr_rgb_db = 0.0;
  std::optional<Spread> ssim_3x3, ciede2000_3x3, ssim_1x1, ciede2000_1x1;
  std::optional<StillPixels> still;
  std::optional<CellChanges> cells;
  std::optional<WarpedPixels> warped;
  std::optional<Recognition> recognition;
  /// By how much the grey SSIM at 3x3 px per cell rises in 100 frames of a shot; see
  /// docs/metrics.md. None: too few frames.
  std::optional<double> ssim_trend;
};
Digest digest_of(const ClipReport& report);

std::string table_text(const ClipReport& report, const Digest& digest);
std::string json_text(const ClipReport& report, const Digest& digest);

}  // namespace mosaic::metrics
