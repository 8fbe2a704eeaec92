#include "metrics/metrics.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ostream>
#include <utility>

#include "core/output_file.hpp"
#include "core/written_file.hpp"
#include "metrics/pairing.hpp"
#include "metrics/report.hpp"
#include "metrics/similarity.hpp"

namespace mosaic {
namespace {

using namespace metrics;

/// Reads both clips in step.
class Comparison {
 public:
  Comparison(const MetricsOptions& options, const RenderObserver& observer)
      : options_(options), observer_(observer), pool_(options.threads) {}

  ClipReport run();

 private:
  void open();
  void choose_grid(Size mosaic);
  void skip_to_first_pair();
  bool measure_pair();
  void read_plan();
  void finish();
  void report_progress() const;
  void warn_about(const CanvasReader& reader, ClipFacts& clip) const;

  const MetricsOptions& options_;
  const RenderObserver& observer_;
  ThreadPool pool_;
  std::optional<PlanReader> plan_;
  PlannedFrame planned_;
  std::optional<CanvasReader> source_, mosaic_;
  std::optional<ClipMeter> meter_;
  std::optional<PhotoMeter> photos_;
  RgbImage source_frame_, mosaic_frame_;
  ClipReport report_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void Comparison::choose_grid(Size mosaic) {
  std::optional<int> cell_px = options_.cell_px;
  if (plan_) {
    if (cell_px && *cell_px != plan_->grid().tile_size_px) {
      throw UsageError("--cell " + std::to_string(*cell_px) +
                           " contradicts the plan, whose cells have " +
                           std::to_string(plan_->grid().tile_size_px) + " pixels",
                       "leave out --cell");
    }
    cell_px = plan_->grid().tile_size_px;
  }
  if (!cell_px) return;
  report_.grid = grid_over(mosaic, *cell_px);
  const Size covered = report_.grid->output_size();
  if (covered != mosaic) {
    tell(observer_.notice, "cells of " + std::to_string(*cell_px) + " px leave " +
                               std::to_string(mosaic.width - covered.width) +
                               " columns at the right and " +
                               std::to_string(mosaic.height - covered.height) +
                               " rows at the bottom out of the measures that need cells");
  }
}

void Comparison::open() {
  if (options_.index && !options_.plan) {
    throw UsageError("--index needs --plan: only the plan tells which tile a cell shows",
                     "give the plan that was written along with this mosaic");
  }
  if (options_.plan) plan_.emplace(*options_.plan);
  std::unique_ptr<FrameSource> mosaic = open_frame_source(options_.mosaic, {}, observer_);
  std::unique_ptr<FrameSource> source = open_frame_source(options_.source, {}, observer_);
  const Size size = mosaic->info().size;
  if (size.width < kSsimWindow_px || size.height < kSsimWindow_px) {
    throw InputError(options_.mosaic.string() + ": a mosaic of less than 7x7 pixels has no SSIM",
                     "give the mosaic in full size");
  }
  choose_grid(size);
  report_.crop_px = shown_part(
      source->info(), size, report_.grid ? std::optional(report_.grid->tile_size_px) : std::nullopt,
      plan_ ? &plan_->grid() : nullptr);
  report_.source = {options_.source, source->info().size, source->info().frames, false, 0};
  report_.mosaic = {options_.mosaic, size, mosaic->info().frames, false, 0};
  source_.emplace(std::move(source), report_.crop_px, size, pool_);
  mosaic_.emplace(std::move(mosaic), Rect{0, 0, size.width, size.height}, size, pool_);
  meter_.emplace(size, report_.grid, pool_);
  if (options_.index) {
    photos_.emplace(*options_.index, plan_->grid().tile_size_px, plan_->photo_of_tile().size());
  }
  if (plan_) {
    report_.plan =
        PlanReport{*options_.plan, PlanTally(plan_->grid(), plan_->photo_of_tile()), {}, {}, {}};
  }
}

void Comparison::read_plan() {
  if (plan_ && !plan_->read(planned_)) {
    throw InputError("the plan " + options_.plan->string() + " ends before the mosaic does",
                     "give the plan that was written along with this mosaic");
  }
}

/// Leaves the plan's first frame of interest in planned_, not yet counted.
void Comparison::skip_to_first_pair() {
  report_.mosaic_first = options_.range.first;
  for (std::int64_t i = 0; i < options_.range.first; ++i) {
    observer_.throw_if_stopped();
    if (!mosaic_->skip()) {
      throw InputError(options_.mosaic.string() + " has only " + std::to_string(i) + " frames",
                       "check the range");
    }
    read_plan();
    if (plan_ && i == 0) report_.source_first = planned_.frame;
  }
  if (plan_ && options_.range.first == 0) {
    read_plan();
    report_.source_first = planned_.frame;
  }
  report_.source_first =
      options_.source_first.value_or(report_.source_first) + options_.range.first;
  for (std::int64_t i = 0; i < report_.source_first; ++i) {
    observer_.throw_if_stopped();
    if (!source_->skip()) {
      throw InputError(options_.source.string() + " has only " + std::to_string(i) + " frames",
                       "check which source frame the mosaic begins with");
    }
  }
}

bool Comparison::measure_pair() {
  const bool has_mosaic = mosaic_->read(mosaic_frame_);
  const bool has_source = source_->read(source_frame_);
  report_.mosaic.goes_on = has_mosaic && !has_source;
  report_.source.goes_on = has_source && !has_mosaic;
  if (!has_mosaic || !has_source) return false;
  if (plan_) {
    const bool is_first = report_.frames.empty() && options_.range.first == 0;
    if (!is_first) read_plan();
    report_.plan->frames.push_back(report_.plan->tally.add(planned_));
    report_.plan->scene_cut.push_back(planned_.scene_cut);
  }
  const bool looked_at = photos_ && report_.frames.size() % PhotoMeter::kEvery == 0;
  report_.frames.push_back(
      meter_->add(source_frame_, mosaic_frame_, looked_at ? &*photos_ : nullptr, planned_.tiles));
  report_progress();
  return true;
}

void Comparison::report_progress() const {
  if (!observer_.progress) return;
  RenderProgress progress;
  progress.stage = "compare";
  progress.done = static_cast<std::int64_t>(report_.frames.size());
  std::int64_t last = report_.mosaic.announced_frames;
  if (options_.range.last >= 0 && (last < 0 || options_.range.last < last)) {
    last = options_.range.last;
  }
  progress.total = last < 0 ? -1 : last - options_.range.first;
  progress.elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  observer_.progress(progress);
}

void Comparison::warn_about(const CanvasReader& reader, ClipFacts& clip) const {
  clip.decode_errors = reader.source().decode_errors();
  if (clip.decode_errors > 0) {
    tell(observer_.warning, clip.path.string() + ": " + std::to_string(clip.decode_errors) +
                                " damaged packets or frames");
  }
  for (const SkippedInput& input : reader.source().skipped()) {
    tell(observer_.warning, input.name + ": left out, " + input.reason);
  }
  if (clip.goes_on) {
    tell(observer_.warning,
         clip.path.string() + " has more frames than the other clip" +
             (clip.announced_frames >= 0 ? " (" + std::to_string(clip.announced_frames) + " in all)"
                                         : "") +
             "; compared were " + std::to_string(report_.frames.size()) + " pairs, by order");
  }
}

void Comparison::finish() {
  if (report_.frames.empty()) {
    throw InputError(
        "no frame of " + options_.mosaic.string() + " has a partner in " + options_.source.string(),
        "check both with ffprobe, and the range");
  }
  warn_about(*source_, report_.source);
  warn_about(*mosaic_, report_.mosaic);
  if (report_.plan) {
    const auto photo = static_cast<std::size_t>(report_.plan->tally.most_used_photo());
    report_.plan->most_used_photo = plan_->photo_names()[photo];
  }
}

ClipReport Comparison::run() {
  open();
  skip_to_first_pair();
  const FrameRange& range = options_.range;
  std::int64_t next = range.first;
  while ((range.last < 0 || next < range.last) && measure_pair()) {
    observer_.throw_if_stopped();
    ++next;
  }
  finish();
  return std::move(report_);
}

}  // namespace

void run_metrics(const MetricsOptions& options, std::ostream& out, const RenderObserver& observer) {
  // The JSON file is claimed first, so that a missing folder is known before the work is done.
  std::optional<OutputFile> json;
  if (options.json) json.emplace(*options.json, options.force);
  const ClipReport report = Comparison(options, observer).run();
  const Digest digest = digest_of(report);
  if (json) {
    WrittenFile(json->temporary(), WrittenFile::Mode::create, *options.json)
        .write(json_text(report, digest));
    json->commit();
  }
  out << table_text(report, digest);
}

}  // namespace mosaic
