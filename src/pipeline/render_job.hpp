// One job: decoding, planning and encoding side by side.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mosaic/run_context.hpp"
#include "pipeline/bounded_queue.hpp"
#include "pipeline/done_check.hpp"
#include "pipeline/frames_ahead.hpp"
#include "pipeline/input_watch.hpp"
#include "pipeline/kept_work.hpp"
#include "pipeline/render_parts.hpp"
#include "pipeline/run_records.hpp"
#include "pipeline/run_totals.hpp"
#include "pipeline/spares.hpp"
#include "pipeline/stage_records.hpp"

namespace mosaic {

/// A frame as it is to be written.
struct OutputFrame {
  OutputPicture picture;
  std::int64_t number = 0;
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  std::string plan_line;      ///< empty: no plan is kept
  std::string manifest_line;  ///< empty: no manifest is kept
};

/// Follows the last frame of a segment: what is known of it as a whole.
struct SegmentEnd {
  RunTotals totals;
  std::vector<std::byte> state;  ///< of the engine; empty: nothing is kept
};

using Composed = std::variant<OutputFrame, SegmentEnd>;

/// Decoding, planning and encoding of one job, side by side.
///
/// Note [Segments]
/// Every `segment_frames` frames there is a border. What is encoded before it owes nothing to what
/// comes after it: the encoder is drained and opened anew. The borders are a matter of the settings
/// and not of what happens to a run, so a file made in one go and one made with interruptions have
/// the same bytes. The picture knows nothing of borders: tiles are carried over them.
class Job {
 public:
  struct Options {
    LibraryShelf* shelf = nullptr;  ///< null: a library of its own
    bool unless_done = false;       ///< leaves an output alone that this job has finished before
    StageFault fault = {};
    StageWatch* watch = nullptr;  ///< is told of every stage; null: nobody
    /// Where the output is when the records are finished, and what a report calls it; unset: where
    /// it was made.
    std::optional<std::filesystem::path> named = {};
    int twins = 1;               ///< jobs like this one that work in this process at once
    bool holds_records = false;  ///< plan, manifest and report wait for complete_records()
  };
  /// What is given by reference outlives the job.
  Job(const Settings& settings, const RenderObserver& observer, const RunContext& context,
      const Options& options);

  /// Nothing: it was done before.
  std::optional<RenderSummary> run();
  /// What the run that did it before ended with.
  [[nodiscard]] ExitCode earlier_code() const;

  /// run() in two steps. Checks and opens everything; throws like render().
  void open();
  /// Renders what was opened.
  RenderSummary work();
  /// With Options::holds_records, after work(): plan, manifest and report of the output, which is
  /// now at `made`, are on the disk. Throws like render().
  void complete_records(const std::filesystem::path& made);
  /// After complete_records(): gives them their names. Throws VerifyError, when they have them, if
  /// the output is not the one that a manifest tells of.
  void publish_records();
  [[nodiscard]] std::optional<double> flow_rounding_edge_px() const;
  [[nodiscard]] std::string_view device() const { return parts_.engine->backend_name(); }

 private:
  void plan_memory();
  void announce() const;
  void decode();
  void compute();
  void encode();
  void finish();
  void complete_output();
  void publish();
  void name_records();
  [[nodiscard]] std::string but_complete(const Error& error) const;
  void summarise();
  void warn_of_late_shots() const;
  void warn_of_short_input() const;
  [[nodiscard]] OutputFrame render_frame(const InputFrame& input);
  bool compute_frame(const InputFrame& frame);
  void put_line(SegmentPart part, const std::string& line);
  [[nodiscard]] bool end_segment();
  void write(OutputFrame& frame);
  void collect_records(const JobFolder& folder);
  void render_all();
  void report_progress(bool last);
  [[nodiscard]] double elapsed_s() const;

  const Settings& settings_;
  const RenderObserver& observer_;
  const RunContext& context_;
  Options options_;
  std::optional<ThreadPool> pool_;
  StageRecords stages_;
  InputWatch input_;  ///< from before it is opened
  /// Outlives the engine, which may be at work on the next one when the job ends early.
  std::optional<FramesAhead> ahead_;
  RenderParts parts_;
  std::optional<DoneCheck> done_;
  bool left_alone_ = false;  ///< done before
  std::optional<KeptWork> kept_;
  std::unique_ptr<FrameSink> sink_;
  std::optional<PlanWriter> plan_writer_;
  std::unique_ptr<OutputFile> report_;
  std::optional<BoundedQueue<InputFrame>> decoded_;
  std::optional<BoundedQueue<Composed>> composed_;
  Spares<Picture> spare_inputs_;         ///< from the computing thread to the decoding one
  Spares<OutputPicture> spare_outputs_;  ///< from the encoding thread to the computing one
  std::optional<RunTotals> segment_;     ///< of the segment being computed
  std::optional<RunTotals> totals_;      ///< of the segments written
  std::int64_t frames_computed_ = 0;
  std::int64_t frames_read_ = 0;  ///< in the range, kept ones included
  RenderSummary summary_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mosaic
