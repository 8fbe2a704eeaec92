// The end of a job: what is checked before an output gets its name, the records, and what is said
// of the input as a whole.
#include <utility>

#include "pipeline/render_job.hpp"
#include "pipeline/strictness.hpp"

namespace mosaic {
/// Note [What is said last]
/// All that may still fail (a full disk, a name that is taken) happens under temporary names, plan,
/// manifest and report included; then all get their names, the output first. In a batch the output
/// is recorded as done just before: a run that is killed in between leaves a record of what is not
/// there, which counts for nothing, and never a film that nobody knows to be complete. What fails
/// when the output has its name costs no more than it must: pieces stay where a record is lacking
/// that can be made of them, and what only saves time or gives a verdict comes last.
void Job::finish() {
  complete_output();
  if (options_.holds_records) {
    sink_->publish();
    return;
  }
  complete_records(sink_->staged().value_or(settings_.output));
  publish();
}

/// Whatever can be wrong with the frames as a whole is said before the output gets its name.
void Job::complete_output() {
  input_.require_unchanged();
  summary_.frames_in = frames_read_;
  summary_.frames_kept = kept_->kept_frames();
  summary_.frames_out += summary_.frames_kept;
  if (summary_.frames_in == 0) {
    throw InputError(settings_.frames.string() + ": no frame to render" +
                         (settings_.range.first > 0 ? " in the given --range" : ""),
                     "check the input with ffprobe");
  }
  if (settings_.strict) require_intact(*parts_.source);
  stages_.end_frames(summary_.frames_out);
  sink_->complete();
  summarise();
}

void Job::summarise() {
  report_progress(true);
  warn_of_late_shots();
  warn_of_short_input();
  summary_.decode_errors = parts_.source->decode_errors();
  summary_.skipped = parts_.library->skipped();
  const std::vector<SkippedInput>& damaged = parts_.source->skipped();
  summary_.skipped.insert(summary_.skipped.end(), damaged.begin(), damaged.end());
}

void Job::complete_records(const std::filesystem::path& made) {
  if (kept_->folder() != nullptr) collect_records(*kept_->folder());
  if (plan_writer_) plan_writer_->complete();
  stages_.complete(summary_.frames_out, made, flow_rounding_edge_px());
  if (!settings_.report) return;
  Settings told = settings_;
  if (options_.named) told.output = *options_.named;
  report_ = write_report(*settings_.report, settings_.force,
                         {told, parts_.source->info(), *parts_.library, parts_.geometry,
                          *parts_.engine, context_.identity, summary_, *totals_, elapsed_s()});
}

void Job::publish() {
  const std::optional<std::filesystem::path> staged = sink_->staged();
  if (done_ && staged) done_->record(summary_.exit_code(), *staged);
  sink_->publish();
  try {
    if (done_ && !staged) done_->record(summary_.exit_code(), place_of(settings_.output));
    name_records();
    if (kept_->folder() != nullptr) kept_->folder()->remove();
    if (done_ && staged) done_->confirm();
    stages_.judge(observer_);
  } catch (const OutputError& error) {
    throw OutputError(but_complete(error), error.hint());
  } catch (const Error& error) {
    throw Error(error.code(), but_complete(error), error.hint());
  }
}

std::string Job::but_complete(const Error& error) const {
  return "'" + settings_.output.native() + "' is complete, but " + error.what();
}

void Job::name_records() {
  if (plan_writer_) plan_writer_->publish();
  stages_.publish();
  if (report_) report_->commit();
}

void Job::publish_records() {
  name_records();
  stages_.judge(observer_);
}

/// Numbers outside --range are no mistake; numbers beyond the input's end are.
void Job::warn_of_late_shots() const {
  const std::int64_t end = settings_.range.first + summary_.frames_in;
  const bool to_the_end = settings_.range.last < 0 || end < settings_.range.last;
  const std::int64_t last = parts_.engine->shots().last_told();
  if (!to_the_end || last < end) return;
  tell(observer_.warning, "--scene-cuts " + settings_.scene_cuts.list.string() + " names frame " +
                              std::to_string(last) + ", but the last one of the input is " +
                              std::to_string(end - 1));
}

/// A number mistyped by a digit must not pass for a whole film.
void Job::warn_of_short_input() const {
  const FrameRange& range = settings_.range;
  const std::int64_t end = range.first + summary_.frames_in;
  if (range.last < 0 || end >= range.last) return;
  tell(observer_.warning, "--range ends at frame " + std::to_string(range.last - 1) +
                              ", but the last one of the input is " + std::to_string(end - 1));
}

/// Of all segments, whoever made them.
void Job::collect_records(const JobFolder& folder) {
  folder.for_each(SegmentPart::totals, [this](std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    RunTotals part(parts_.library->photos());
    part.load(in);
    totals_->add(part);
  });
  const auto text_of = [](std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  if (plan_writer_) {
    folder.for_each(SegmentPart::plan_line,
                    [&](std::span<const std::byte> bytes) { plan_writer_->write(text_of(bytes)); });
  }
  if (settings_.manifest) {
    folder.for_each(SegmentPart::manifest_line,
                    [&](std::span<const std::byte> bytes) { stages_.write(text_of(bytes)); });
  }
}

}  // namespace mosaic
