#include "mosaic/render.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "core/parallel_for.hpp"
#include "library/tile_library.hpp"
#include "pipeline/bounded_queue.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "pipeline/run_records.hpp"
#include "registry/backends.hpp"
#include "video/frame_sink.hpp"
#include "video/frame_source.hpp"

namespace mosaic {
namespace {

/// Frames waiting between two stages: enough to even out key frames and scene cuts, few enough that
/// 4K frames stay within tens of megabytes.
constexpr std::size_t kQueueFrames = 4;

struct OutputFrame {
  std::variant<YuvImage, RgbImage> image;
  std::int64_t pts = 0;
  std::int64_t duration = 0;
};

/// A thread whose exception is handed to whoever joins it.
class Worker {
 public:
  template <class F>
  explicit Worker(F body)
      : thread_([this, body = std::move(body)] {
          try {
            body();
          } catch (...) {
            failure_ = std::current_exception();
          }
        }) {}
  ~Worker() {
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
  std::thread thread_;
};

void tell(const std::function<void(const std::string&)>& listener, const std::string& text) {
  if (listener) listener(text);
}

/// Decoding, planning and encoding of one job, side by side.
class Job {
 public:
  Job(const Settings& settings, const RenderObserver& observer)
      : settings_(settings), observer_(observer), pool_(settings.threads) {}

  RenderSummary run();

 private:
  void open();
  void decode();
  void compute();
  void encode();
  void finish();
  void announce() const;
  void report_progress(bool last);
  [[nodiscard]] OutputFrame render_frame(const SourceFrame& frame);
  void count(const FramePlan& plan);
  [[nodiscard]] std::int64_t expected_frames() const;

  struct QueueGuard {
    Job& job;
    bool armed = true;
    ~QueueGuard() {
      if (!armed) return;
      job.decoded_.cancel();
      job.composed_.cancel();
    }
  };

  const Settings& settings_;
  const RenderObserver& observer_;
  ThreadPool pool_;
  std::unique_ptr<FrameSource> source_;
  GridGeometry geometry_;
  std::unique_ptr<FrameSink> sink_;
  std::unique_ptr<TileLibrary> library_;
  std::unique_ptr<MosaicEngine> engine_;
  std::optional<PlanWriter> plan_writer_;
  BoundedQueue<SourceFrame> decoded_{kQueueFrames};
  BoundedQueue<OutputFrame> composed_{kQueueFrames};
  RenderSummary summary_;
  RunTotals totals_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void Job::open() {
  source_ = open_frame_source(settings_.frames, settings_.encode.fps, observer_);
  const SourceInfo& info = source_->info();
  tell(observer_.info, "input   " + info.description);
  geometry_ = plan_geometry(info.size, info.sample_aspect, settings_.grid);

  SinkRequest request;
  request.output = settings_.output;
  request.encode = settings_.encode;
  request.force = settings_.force;
  request.size = geometry_.output_size();
  request.source = info;
  request.range = settings_.range;
  if (std::filesystem::is_regular_file(settings_.frames) && !info.still) {
    request.copy_streams_from = settings_.frames;
  }
  sink_ = open_frame_sink(request, observer_);

  library_ = open_tile_library(settings_.library, geometry_.tile_size_px,
                               settings_.match.features_k, pool_, observer_);
  EngineOptions options;
  options.match = settings_.match;
  options.look = settings_.look;
  options.flow = settings_.flow;
  options.raft = settings_.raft;
  options.simd = settings_.simd;
  options.certify_every_frame = settings_.verify;
  engine_ = std::make_unique<MosaicEngine>(
      *library_, geometry_, options,
      make_backend(settings_.device,
                   BackendContext{*library_, geometry_, settings_.match, settings_.simd, pool_}),
      pool_);
  if (settings_.plan) {
    plan_writer_.emplace(*settings_.plan, settings_.force, *library_, geometry_);
  }
  totals_.photo_uses.assign(static_cast<std::size_t>(library_->photos()), 0);
  announce();
}

void Job::announce() const {
  const Size size = geometry_.output_size();
  tell(
      observer_.notice,
      "tiles   " + std::to_string(library_->photos()) + " photos" +
          (library_->variants() > 1 ? ", " + std::to_string(library_->variants()) + " variants each"
                                    : "") +
          (library_->skipped().empty()
               ? ""
               : ", " + std::to_string(library_->skipped().size()) + " skipped"));
  tell(observer_.notice,
       "output  " + std::to_string(size.width) + "x" + std::to_string(size.height) + ", " +
           std::to_string(geometry_.columns) + "x" + std::to_string(geometry_.rows) + " cells of " +
           std::to_string(geometry_.tile_size_px) + " px, each photo at most " +
           std::to_string(engine_->max_uses()) + "x per frame; device " +
           std::string(engine_->backend_name()));
}

void Job::decode() {
  const FrameRange& range = settings_.range;
  for (;;) {
    observer_.throw_if_stopped();
    SourceFrame frame;
    if (!source_->read(frame)) break;
    if (frame.index < range.first) continue;
    if (range.last >= 0 && frame.index >= range.last) break;
    if (!decoded_.push(std::move(frame))) return;
  }
  decoded_.close();
}

OutputFrame Job::render_frame(const SourceFrame& frame) {
  const FramePlan& plan = engine_->plan(frame.picture);
  if (plan_writer_) {
    plan_writer_->write(frame.index,
                        static_cast<double>(frame.pts) * source_->info().time_base.value(), plan);
  }
  count(plan);
  OutputFrame output;
  output.pts = frame.pts;
  output.duration = frame.duration;
  if (sink_->format() == SinkFormat::yuv) {
    YuvImage image(geometry_.output_size());
    image.matrix = source_->info().matrix;
    image.range = source_->info().range;
    engine_->draw(image);
    output.image = std::move(image);
  } else {
    RgbImage image(geometry_.output_size());
    engine_->draw(image);
    output.image = std::move(image);
  }
  return output;
}

void Job::count(const FramePlan& plan) {
  totals_.switched += plan.switched;
  totals_.carried += plan.carried;
  totals_.scene_cuts += plan.scene_cut ? 1 : 0;
  totals_.cost.distance += plan.cost.distance;
  totals_.cost.ssim += plan.cost.ssim;
  totals_.cost.change += plan.cost.change;
  for (const std::int32_t tile : plan.tile) {
    ++totals_.photo_uses[static_cast<std::size_t>(tile / library_->variants())];
  }
}

void Job::compute() {
  while (std::optional<SourceFrame> frame = decoded_.pop()) {
    observer_.throw_if_stopped();
    if (!composed_.push(render_frame(*frame))) return;
    ++summary_.frames_in;
    report_progress(false);
  }
  composed_.close();
}

void Job::encode() {
  while (std::optional<OutputFrame> frame = composed_.pop()) {
    std::visit([&](const auto& image) { sink_->write(image, frame->pts, frame->duration); },
               frame->image);
    ++summary_.frames_out;
  }
}

std::int64_t Job::expected_frames() const {
  std::int64_t total = source_->info().frames;
  if (settings_.range.last >= 0 && (total < 0 || settings_.range.last < total)) {
    total = settings_.range.last;
  }
  return total < 0 ? -1 : std::max<std::int64_t>(0, total - settings_.range.first);
}

void Job::report_progress(bool last) {
  if (!observer_.progress) return;
  RenderProgress progress;
  progress.stage = "render";
  progress.done = summary_.frames_in;
  progress.total = last ? summary_.frames_in : expected_frames();
  progress.elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  observer_.progress(progress);
}

void Job::finish() {
  if (summary_.frames_in == 0) {
    throw InputError(settings_.frames.string() + ": no frame to render" +
                         (settings_.range.first > 0 ? " in the given --range" : ""),
                     "check the input with ffprobe");
  }
  sink_->finish();
  if (plan_writer_) plan_writer_->finish();
  report_progress(true);
  summary_.decode_errors = source_->decode_errors();
  summary_.skipped = library_->skipped();
  const std::vector<SkippedInput>& damaged = source_->skipped();
  summary_.skipped.insert(summary_.skipped.end(), damaged.begin(), damaged.end());
  if (settings_.report) {
    totals_.wall_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    write_report(*settings_.report, settings_.force, settings_, source_->info(), *library_,
                 geometry_, *engine_, summary_, totals_);
  }
}

RenderSummary Job::run() {
  open();
  start_ = std::chrono::steady_clock::now();
  {
    // Whichever stage fails first ends the other two; its error is the one that is reported.
    Worker decoder([this] {
      try {
        decode();
      } catch (...) {
        decoded_.cancel();
        composed_.cancel();
        throw;
      }
    });
    // Should the next thread not start, the first one must not wait for it on a full queue.
    QueueGuard guard{*this};
    Worker encoder([this] {
      try {
        encode();
      } catch (...) {
        composed_.cancel();
        decoded_.cancel();
        throw;
      }
    });
    guard.armed = false;
    std::exception_ptr failure;
    try {
      compute();
    } catch (...) {
      failure = std::current_exception();
      decoded_.cancel();
      composed_.cancel();
    }
    decoder.join();
    encoder.join();
    if (failure) std::rethrow_exception(failure);
  }
  finish();
  return summary_;
}

}  // namespace

RenderSummary render(const Settings& settings, const RenderObserver& observer) {
  refuse_same_file(settings.frames, settings.output);
  return Job(settings, observer).run();
}

}  // namespace mosaic
