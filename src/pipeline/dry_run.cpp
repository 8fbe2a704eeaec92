#include "mosaic/dry_run.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <variant>

#include "job/disk_space.hpp"
#include "pipeline/job_memory.hpp"
#include "pipeline/kept_work.hpp"
#include "pipeline/render_parts.hpp"
#include "video/encode/encoder_sample.hpp"

namespace mosaic {
namespace {

/// The first frame takes far longer than those that follow from it, so it takes a few to tell.
constexpr int kSampleFrames = 12;
constexpr double kSampleTime_s = 4.0;
constexpr int kSamplePhotos = 256;

/// Wall and processor time since it was made.
class Stopwatch {
 public:
  [[nodiscard]] double wall_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
  }
  [[nodiscard]] double cpu_s() const { return cpu_now_s() - cpu_; }

 private:
  static double cpu_now_s() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  double cpu_ = cpu_now_s();
};

struct Sample {
  std::vector<YuvImage> drawn;
  double first_s = 0.0;  ///< wall, of the first frame
  double wall_s = 0.0;   ///< per frame, of the others
  double cpu_s = 0.0;    ///< the same, of all threads, decoding included
};

Sample draw_sample(RenderParts& parts, const RenderObserver& observer) {
  Sample sample;
  const Stopwatch all;
  Stopwatch others;
  SourceFrame frame;
  int frames = 0;
  for (; frames < kSampleFrames && parts.source->read(frame); ++frames) {
    observer.throw_if_stopped();
    parts.engine->plan(frame.picture, frame.index);
    OutputPicture picture = output_picture(parts, SinkFormat::yuv);
    draw(*parts.engine, picture);
    sample.drawn.push_back(std::get<YuvImage>(std::move(picture)));
    if (frames == 0) {
      sample.first_s = all.wall_s();
      others = Stopwatch();
    } else if (all.wall_s() > kSampleTime_s) {
      ++frames;
      break;
    }
    frame = {};
  }
  if (frames > 1) {
    sample.wall_s = others.wall_s() / (frames - 1);
    sample.cpu_s = others.cpu_s() / (frames - 1);
  } else {
    sample.wall_s = sample.cpu_s = sample.first_s;
  }
  return sample;
}

/// Note [What time is estimated]
/// The first frames of the input are decoded, planned, drawn and encoded, one step after the other,
/// and timed. In a run these work side by side, and the next frame is described meanwhile, too: a
/// frame then takes what the slower of both takes by itself, or all their processor time spread
/// over the cores, whichever is more. Without an index a part of the photos stands for all of them;
/// then the time for them is scaled up, and rendering is a little slower than told, because more
/// photos are searched. Sound that is copied, the disk, scene cuts, and
/// RAFT where only later frames need it are not in it.
TimeEstimate measure(RenderParts& parts, const Settings& settings, const PoolSurvey& survey,
                     const MemoryPlan& plan, const RenderObserver& observer) {
  TimeEstimate time;
  ThreadPool pool(plan.threads);
  LibraryShelf shelf;
  Settings sampled = settings;
  if (survey.ready) {
    time.index_s = 0.0;
  } else if (survey.video) {
    return time;  // which cannot be sampled: its frames come one after the other
  } else {
    const Stopwatch watch;
    const std::shared_ptr<const TileLibrary> some =
        sample_library(settings.library, parts.geometry.tile_size_px, settings.match.features_k,
                       kSamplePhotos, pool, {});
    time.index_s =
        watch.wall_s() * static_cast<double>(survey.photos) / std::max(1, some->photos());
    shelf.put(parts.geometry.tile_size_px, settings.match.features_k, some);
    // What the whole pool allows is no fault of a part of it.
    sampled.match.max_uses = std::nullopt;
  }
  parts.open_engine(sampled, pool, observer, &shelf);
  time.sample_photos = parts.library->photos();
  const Sample sample = draw_sample(parts, observer);
  time.sample_frames = static_cast<int>(sample.drawn.size());
  if (time.sample_frames == 0) return time;
  const Stopwatch watch;
  time.encoded = encode_to_nowhere(parts.sink_request(settings), sample.drawn);
  const double encode_s = time.encoded ? watch.wall_s() / time.sample_frames : 0.0;
  const double encode_cpu_s = time.encoded ? watch.cpu_s() / time.sample_frames : 0.0;
  const double together_s = (sample.cpu_s + encode_cpu_s) / available_cores();
  const double frame_s = std::max({sample.wall_s, encode_s, together_s});
  const std::int64_t frames = parts.expected_frames(settings.range);
  if (frames > 0) time.render_s = sample.first_s + frame_s * static_cast<double>(frames - 1);
  return time;
}

void put_memory(const MemoryPlan& plan, JobEstimate& estimate) {
  const MemoryNeed& need = plan.need;
  estimate.memory_parts = {{"program", need.program}, {"tiles", need.tiles},
                           {"frames", need.frames},   {"matching", need.matching},
                           {"encoder", need.encoder}, {"photos", need.photos}};
  estimate.memory = need.total();
  estimate.threads = plan.threads;
}

void put_outline(const RenderParts& parts, const Settings& settings, const PoolSurvey& survey,
                 RenderOutline& outline) {
  const SourceInfo& info = parts.source->info();
  outline.output = parts.geometry.output_size();
  outline.columns = parts.geometry.columns;
  outline.rows = parts.geometry.rows;
  outline.tile_size_px = parts.geometry.tile_size_px;
  outline.frames = parts.expected_frames(settings.range);
  outline.frame_rate = info.frame_rate.value();
  outline.photos = static_cast<int>(survey.photos);
  outline.variants = survey.variants;
  outline.source = info.description;
  if (survey.photos > 0) {
    // Refuses what the run would refuse.
    outline.max_uses = resolve_max_uses(settings.match.max_uses, parts.geometry.cells(),
                                        static_cast<int>(survey.photos));
    // How many photos are left out is known when they have been read.
    const bool all_stay = !settings.library.dedupe && !settings.library.drop_dull;
    if (all_stay) {
      check_use_all(settings.match, parts.geometry.cells(), static_cast<int>(survey.photos));
    }
  }
}

}  // namespace

/// The run finds out by decoding all; where the input says its length, that is enough.
void require_frames(const RenderParts& parts, const Settings& settings) {
  if (parts.expected_frames(settings.range) != 0) return;
  throw InputError(settings.frames.string() + ": no frame to render in the given --range; it has " +
                       std::to_string(parts.source->info().frames_estimate) + " frames",
                   "give --range an earlier beginning");
}

JobEstimate estimate_job(const Settings& settings, const RenderObserver& observer) {
  refuse_same_file(settings.frames, settings.output);
  RenderParts parts;
  parts.open_source(settings, observer);
  require_frames(parts, settings);
  const PoolSurvey survey = survey_pool(settings.library, parts.geometry.tile_size_px,
                                        settings.match.features_k, observer);
  const MemoryPlan plan = parts.plan_memory(settings, survey);
  check_sink_request(parts.sink_request(settings));
  JobEstimate estimate;
  put_outline(parts, settings, survey, estimate.outline);
  put_memory(plan, estimate);
  estimate.index_ready = survey.ready;
  const DiskEstimate disk =
      estimate_disk(settings, estimate.outline.output, estimate.outline.frames);
  estimate.output_bytes = disk.output;
  estimate.job_folder_bytes = disk.job_folder;
  if (!survey.ready && survey.photos > 0) {
    estimate.index_bytes = static_cast<std::uint64_t>(survey.tiles()) *
                           bytes_per_tile(parts.geometry.tile_size_px, settings.match.features_k);
  }
  estimate.free_bytes = free_bytes(disk_of(settings.output));
  const std::string warning = small_disk_warning(settings.output, disk.at_most());
  if (!warning.empty() && observer.warning) observer.warning(warning);
  estimate.time = measure(parts, settings, survey, plan, observer);
  if (parts.engine) {
    estimate.outline.device = std::string(parts.engine->backend_name());
    if (estimate.time.sample_frames == 0) {
      throw InputError(settings.frames.string() + ": no frame to render",
                       "check the input with ffprobe");
    }
  }
  return estimate;
}

}  // namespace mosaic
