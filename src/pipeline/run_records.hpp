// What a run leaves for programs to read: the plan (a line per frame) and the report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "backend/tile_library.hpp"
#include "core/output_file.hpp"
#include "core/written_file.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/render.hpp"
#include "mosaic/run_context.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "pipeline/run_totals.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

/// What the plan says of one frame, without the end of the line.
std::string plan_line(std::int64_t frame, double time_s, const FramePlan& plan);

/// JSON Lines: first the grid and the photo of every tile id, then one object per frame with its
/// tiles in row order. Format in docs/cli.md, "Plan and report".
class PlanWriter {
 public:
  PlanWriter(const std::filesystem::path& path, bool force, const TileLibrary& library,
             const GridGeometry& geometry);
  /// `line`: of plan_line().
  void write(const std::string& line);
  /// All of it is on the disk, still under a temporary name.
  void complete();
  void publish() { file_.commit(); }

 private:
  OutputFile file_;
  WrittenFile written_;
};

/// What a report is made from.
struct RunReport {
  const Settings& settings;
  const SourceInfo& source;
  const TileLibrary& library;
  const GridGeometry& geometry;
  const MosaicEngine& engine;
  const RunIdentity& identity;
  const RenderSummary& summary;
  const RunTotals& totals;
  double wall_s = 0.0;
};

/// By the ending of `path` a page for people (.html, pipeline/html_report.hpp) or one JSON object:
/// input and output, settings, grid, tiles used and skipped, frames, costs, stage times. It is on
/// the disk, but has no name before it is committed.
std::unique_ptr<OutputFile> write_report(const std::filesystem::path& path, bool force,
                                         const RunReport& report);

}  // namespace mosaic
