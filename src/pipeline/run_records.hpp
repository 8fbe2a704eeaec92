// What a run leaves for programs to read: the plan (a line per frame) and the report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "core/output_file.hpp"
#include "library/tile_library.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

/// JSON Lines: first the grid and the photo of every tile id, then one object per frame with its
/// tiles in row order. Format in docs/cli.md, "Plan and report".
class PlanWriter {
 public:
  PlanWriter(const std::filesystem::path& path, bool force, const TileLibrary& library,
             const GridGeometry& geometry);
  void write(std::int64_t frame, double time_s, const FramePlan& plan);
  void finish();

 private:
  void check() const;
  OutputFile file_;
  std::ofstream stream_;
};

/// Totals over all frames, for the report.
struct RunTotals {
  double wall_s = 0.0;
  std::int64_t switched = 0;
  std::int64_t carried = 0;
  std::int64_t scene_cuts = 0;
  FrameObjective::Parts cost;
  std::vector<std::int64_t> photo_uses;  ///< per photo, over all frames
};

/// One JSON object: input and output, settings, grid, tiles used and skipped, frames, costs, stage
/// times.
void write_report(const std::filesystem::path& path, bool force, const Settings& settings,
                  const SourceInfo& source, const TileLibrary& library,
                  const GridGeometry& geometry, const MosaicEngine& engine,
                  const RenderSummary& summary, const RunTotals& totals);

}  // namespace mosaic
