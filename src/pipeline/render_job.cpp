#include "pipeline/render_job.hpp"

#include <span>
#include <utility>

#include "look/local_contrast.hpp"
#include "pipeline/side_by_side.hpp"
#include "pipeline/strictness.hpp"

namespace mosaic {
Job::Job(const Settings& settings, const RenderObserver& observer, const RunContext& context,
         const Options& options)
    : settings_(settings),
      observer_(observer),
      context_(context),
      options_(options),
      stages_(settings, options.fault, options.watch),
      input_(settings.frames) {}

std::optional<double> Job::flow_rounding_edge_px() const {
  return parts_.engine->flow().rounding_edge_px();
}

ExitCode Job::earlier_code() const { return done_ ? done_->earlier_code() : ExitCode::ok; }

void Job::open() {
  parts_.open_source(settings_, observer_);
  plan_memory();
  if (options_.unless_done) {
    parts_.open_engine(settings_, *pool_, observer_, options_.shelf, stages_.probe());
    done_.emplace(settings_, parts_, observer_);
    left_alone_ = done_->is_done() && done_->is_left_alone();
    if (left_alone_) return;
  }
  kept_.emplace(settings_, parts_, observer_);
  SinkRequest request = parts_.sink_request(settings_);
  request.force = settings_.force || (done_ && done_->is_done());  // it replaces its own
  request.job = kept_->folder();
  sink_ = open_frame_sink(request, observer_);
  // Here rather than before: what is wrong with the output is said before photos are read.
  if (!parts_.engine) {
    parts_.open_engine(settings_, *pool_, observer_, options_.shelf, stages_.probe());
  }
  if (settings_.strict) require_intact(parts_.library->skipped());
  if (settings_.plan) {
    plan_writer_.emplace(*settings_.plan, settings_.force, *parts_.library, parts_.geometry);
  }
  segment_.emplace(parts_.library->photos());
  totals_.emplace(parts_.library->photos());
  stages_.begin(parts_, observer_);
  announce();
}

/// Before anything is written, and before anything large is held.
void Job::plan_memory() {
  const MemoryPlan plan = parts_.plan_memory(settings_, observer_, options_.twins, options_.shelf);
  tell(observer_.notice, memory_line(plan));
  pool_.emplace(plan.threads);
  decoded_.emplace(static_cast<std::size_t>(plan.queue_frames));
  composed_.emplace(static_cast<std::size_t>(plan.queue_frames));
}

void Job::announce() const {
  const TileLibrary& library = *parts_.library;
  const GridGeometry& geometry = parts_.geometry;
  const Size size = geometry.output_size();
  tell(observer_.notice,
       "tiles   " + std::to_string(library.photos()) + " photos" +
           (library.variants() > 1 ? ", " + std::to_string(library.variants()) + " variants each"
                                   : "") +
           (library.skipped().empty()
                ? ""
                : ", " + std::to_string(library.skipped().size()) + " skipped") +
           (library.left_out().empty()
                ? ""
                : ", " + std::to_string(library.left_out().size()) + " left out"));
  tell(observer_.notice, "output  " + std::to_string(size.width) + "x" +
                             std::to_string(size.height) + ", " + std::to_string(geometry.columns) +
                             "x" + std::to_string(geometry.rows) + " cells of " +
                             std::to_string(geometry.tile_size_px) + " px, each photo at most " +
                             std::to_string(parts_.engine->max_uses()) + "x per frame; device " +
                             std::string(parts_.engine->backend_name()));
  if (context_.outline) context_.outline(parts_.outline(settings_.range));
}

void Job::decode() {
  const FrameRange& range = settings_.range;
  // The picture of a frame that is not wanted is read into again.
  std::int64_t last_rendered = -kMostFramesAhead - 1;
  for (InputFrame frame;;) {
    observer_.throw_if_stopped();
    if (!parts_.source->read(frame.source)) break;
    if (frame.source.index < range.first) continue;
    if (range.last >= 0 && frame.source.index >= range.last) break;
    frame.number = frames_read_++;
    // Kept frames are decoded too: only so is the next one what it would have been, and damage
    // counted.
    const KeptWork::Use use = kept_->use_of(frame.number);
    if (use == KeptWork::Use::render) last_rendered = frame.number;
    frame.prime = use == KeptWork::Use::prime;
    frame.look_only = use == KeptWork::Use::skip;
    // What is kept behind a piece that is made anew is seen from that one's black frames.
    if (frame.look_only && frame.number > last_rendered + kMostFramesAhead) continue;
    if (stages_.probe() != nullptr) {
      frame.hash = stages_.probe()->hash(frame.source.index, Stage::decoded, frame.source.picture);
    }
    if (!decoded_->push(std::exchange(frame, {}))) return;
    frame.source.picture = spare_inputs_.take();
  }
  decoded_->close();
}

OutputFrame Job::render_frame(const InputFrame& input) {
  const SourceFrame& frame = input.source;
  MosaicEngine& engine = *parts_.engine;
  StageProbe* const probe = stages_.probe();
  if (probe != nullptr) probe->tell(frame.index, Stage::decoded, input.hash);
  MosaicEngine::Ahead known;
  if (engine.may_fade_in(frame.index)) {
    const std::int64_t limit = engine.shots().told_after(frame.index);
    if (const InputFrame* const end = ahead_->fade_in_end(limit)) {
      known.fade_in_end = &end->source.picture;
      known.fade_in_end_frame = end->source.index;
    }
  }
  known.next = ahead_->next();
  const FramePlan& plan = engine.plan(frame.picture, frame.index, known);
  segment_->count(plan, parts_.library->variants());
  OutputFrame output{output_picture(parts_, sink_->format(), spare_outputs_.take()),
                     input.number,
                     frame.pts,
                     frame.duration,
                     {},
                     {}};
  if (plan_writer_) {
    const double time_s = static_cast<double>(frame.pts) * parts_.source->info().time_base.value();
    output.plan_line = plan_line(frame.index, time_s, plan);
  }
  draw(engine, output.picture);
  if (settings_.report && input.number % Recolouring::kEvery == 0) {
    segment_->recolouring += engine.recolouring();
  }
  if (auto* image = std::get_if<RgbImage>(&output.picture);
      image != nullptr && parts_.source->info().still) {
    equalise_locally(settings_.look.local_contrast_clip, settings_.look.local_contrast_grid, *pool_,
                     *image);
  }
  if (probe != nullptr) {
    probe->tell(frame.index, Stage::picture,
                probe->hash(frame.index, Stage::picture, output.picture));
    probe->spoil(frame.index, Stage::file, output.picture);
    output.manifest_line = stages_.take_line();
  }
  return output;
}

/// False when nobody takes it any more.
bool Job::end_segment() {
  SegmentEnd end{*segment_, {}};
  if (kept_->folder() != nullptr) {
    ByteWriter state;
    parts_.engine->save(state);
    end.state = state.take();
  }
  segment_.emplace(parts_.library->photos());
  return composed_->push(std::move(end));
}

/// False: the encoder has given up.
bool Job::compute_frame(const InputFrame& frame) {
  if (!composed_->push(render_frame(frame))) return false;
  ++frames_computed_;
  report_progress(false);
  const bool border =
      settings_.segment_frames > 0 && (frame.number + 1) % settings_.segment_frames == 0;
  return !border || end_segment();
}

void Job::compute() {
  ahead_.emplace(*decoded_);
  while (const InputFrame* const frame = ahead_->front()) {
    observer_.throw_if_stopped();
    if (frame->prime) {
      kept_->prime(*parts_.engine, frame->number, frame->source.picture);
    } else if (!frame->look_only && !compute_frame(*frame)) {
      return;
    }
    Picture used = ahead_->pop();
    // Decoders have few frames on a card.
    if (auto* yuv = std::get_if<YuvImage>(&used)) yuv->on_card.reset();
    spare_inputs_.give(std::move(used));
  }
  // Frames may be missing: what there is of this segment is not the input's last one.
  if (decoded_->cancelled()) return;
  if (segment_->frames > 0 && !end_segment()) return;
  composed_->close();
}

void Job::write(OutputFrame& frame) {
  JobFolder* const folder = kept_->folder();
  if (folder != nullptr && frame.number % settings_.segment_frames == 0) {
    folder->begin_segment(frame.number / settings_.segment_frames);
    sink_->begin_segment(frame.number);
  }
  std::visit([&](const auto& image) { sink_->write(image, frame.pts, frame.duration); },
             frame.picture);
  spare_outputs_.give(std::move(frame.picture));
  if (plan_writer_) put_line(SegmentPart::plan_line, frame.plan_line);
  if (settings_.manifest) put_line(SegmentPart::manifest_line, frame.manifest_line);
  ++summary_.frames_out;
}

/// Lines are kept with their segment and written at the end, or written at once.
void Job::put_line(SegmentPart part, const std::string& line) {
  if (JobFolder* const folder = kept_->folder()) {
    folder->put(part, std::as_bytes(std::span(line)));
  } else if (part == SegmentPart::plan_line) {
    plan_writer_->write(line);
  } else {
    stages_.write(line);
  }
}

void Job::encode() {
  while (std::optional<Composed> item = composed_->pop()) {
    if (auto* frame = std::get_if<OutputFrame>(&*item)) {
      write(*frame);
      continue;
    }
    sink_->end_segment();
    input_.glance();
    const auto& end = std::get<SegmentEnd>(*item);
    kept_->end_segment(end.totals, end.state);
    if (kept_->folder() == nullptr) totals_->add(end.totals);
  }
}

double Job::elapsed_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Job::report_progress(bool last) {
  if (!observer_.progress) return;
  RenderProgress progress;
  progress.stage = "render";
  progress.kept = kept_->kept_frames();
  progress.done = progress.kept + frames_computed_;
  progress.total = last ? progress.done : parts_.expected_frames(settings_.range);
  progress.elapsed_s = elapsed_s();
  observer_.progress(progress);
}

void Job::render_all() {
  kept_->start(parts_);
  start_ = std::chrono::steady_clock::now();
  run_side_by_side({[this] { decode(); }, [this] { encode(); }, [this] { compute(); }}, [this] {
    composed_->cancel();
    decoded_->cancel();
  });
  finish();
}

RenderSummary Job::work() {
  try {
    render_all();
  } catch (const Interrupted&) {
    const std::string left = kept_->what_is_left(sink_->published());
    if (left.empty()) throw;
    throw Interrupted("stopped; " + left);
  } catch (...) {
    const std::string left = kept_->what_is_left(sink_->published());
    if (!left.empty()) tell(observer_.notice, left);
    throw;
  }
  return summary_;
}

std::optional<RenderSummary> Job::run() {
  open();
  if (left_alone_) return std::nullopt;
  return work();
}

}  // namespace mosaic
