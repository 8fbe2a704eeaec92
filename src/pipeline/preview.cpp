#include "mosaic/preview.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "core/output_file.hpp"
#include "library/pool_survey.hpp"
#include "look/local_contrast.hpp"
#include "pictures/picture_file.hpp"
#include "pipeline/render_parts.hpp"
#include "pipeline/report_charts.hpp"
#include "pipeline/strictness.hpp"
#include "pipeline/use_limit.hpp"
#include "video/decode/frame_seek.hpp"

namespace mosaic {
namespace {

constexpr double kDefaultShare = 0.1;
/// Frames are shown until the next one comes; this much may be lost in rounding of time stamps.
constexpr double kSlack_s = 1e-6;

std::string seconds(double value) { return decimals(value, 3) + " s"; }

/// The frame on screen at `at_s`, and its time.
struct Shot {
  SourceFrame frame;
  double time_s = 0.0;
};

Shot frame_at(RenderParts& parts, const Settings& settings, std::optional<double> at_s,
              const RenderObserver& observer) {
  const SourceInfo info = parts.source->info();
  const double tick_s = info.time_base.value();
  Shot shot;
  if (!parts.source->read(shot.frame)) {
    throw InputError(settings.frames.string() + ": no frame to render", "check it with ffprobe");
  }
  const std::int64_t first_pts = shot.frame.pts;
  const double length_s = info.frames_estimate > 0 && info.frame_rate.num > 0
                              ? static_cast<double>(info.frames_estimate) / info.frame_rate.value()
                              : 0.0;
  const double wanted_s = at_s.value_or(length_s * kDefaultShare);
  if (wanted_s <= 0.0) return shot;
  SourceOptions options = source_options(settings);
  // Who begins in the middle cannot go on with the CPU where the card fails.
  if (options.decode.choice == DecodeChoice::automatic) options.decode = {};
  parts.source = open_frame_source_near(settings.frames, options, wanted_s, observer);
  SourceFrame next;
  double next_s = 0.0;
  bool found = false;
  while (parts.source->read(next)) {
    observer.throw_if_stopped();
    next_s = static_cast<double>(next.pts - first_pts) * tick_s;
    if (next_s > wanted_s + kSlack_s && found) return shot;
    shot = {std::move(next), next_s};
    found = true;
    if (next_s > wanted_s + kSlack_s) return shot;
    next = {};
  }
  const double frame_s = info.frame_rate.num > 0 ? 1.0 / info.frame_rate.value() : 0.0;
  if (at_s && wanted_s > shot.time_s + frame_s + kSlack_s) {
    throw InputError(settings.frames.string() + " ends before " + seconds(wanted_s) +
                         "; its last frame is at " + seconds(shot.time_s),
                     "give --preview an earlier time");
  }
  return shot;
}

/// Note [Photos of a preview]
/// A preview is there to be seen at once, and a photo of 12 megapixels takes some 30 ms of a core
/// to become a tile. So where no index is ready and the folder is large, photos spread evenly over
/// it stand for all: as many as have kSampleBytes together, but not fewer than kLeastSample. Sizes
/// and order of files decide which, so a repeated preview is the same picture. A video as pool
/// cannot be read here and there, and is read whole.
constexpr std::uint64_t kSampleBytes = 64'000'000;
constexpr std::int64_t kLeastSample = 48;

/// How many photos stand for the pool; unset: all of them.
std::optional<int> sample_of(const PoolSurvey& survey) {
  if (survey.ready || survey.video || survey.photos <= 0) return std::nullopt;
  const std::uint64_t mean = survey.folder_bytes / static_cast<std::uint64_t>(survey.photos) + 1;
  const std::int64_t fitting =
      std::max(kLeastSample, static_cast<std::int64_t>(kSampleBytes / mean));
  if (fitting >= survey.photos) return std::nullopt;
  return static_cast<int>(fitting);
}

/// Engine and library; the whole pool's index where that is ready or quickly made.
void open_engine(RenderParts& parts, const Settings& settings, const PoolSurvey& survey,
                 ThreadPool& pool, const RenderObserver& observer) {
  const std::optional<int> photos = sample_of(survey);
  if (!photos) return parts.open_engine(settings, pool, observer);
  if (observer.notice) {
    observer.notice("there is no tile index yet: the preview shows " + std::to_string(*photos) +
                    " of " + std::to_string(survey.photos) +
                    " photos; the index command makes one, from which it takes all of them");
  }
  const int size_px = parts.geometry.tile_size_px;
  const int k = settings.match.features_k;
  // Refuses what the run would refuse; how many photos are left out is known when they are read.
  const bool all_stay = !settings.library.dedupe && !settings.library.drop_dull;
  if (all_stay) {
    check_use_all(settings.match, parts.geometry.cells(), static_cast<int>(survey.photos));
  }
  LibraryShelf shelf;
  shelf.put(size_px, k, sample_library(settings.library, size_px, k, *photos, pool, observer));
  Settings sampled = settings;
  sampled.match.max_uses = std::nullopt;  // what the whole pool allows, a part of it may not
  sampled.match.use_all = settings.match.use_all && *photos <= parts.geometry.cells();
  parts.open_engine(sampled, pool, observer, &shelf);
}

}  // namespace

PreviewSummary render_preview(const Settings& settings, std::optional<double> at_s,
                              const std::filesystem::path& picture, const RenderObserver& observer,
                              const RunContext& context) {
  OutputFile file(picture, settings.force);
  RenderParts parts;
  Settings one = settings;
  one.flow = FlowKind::none;
  parts.open_source(one, observer);
  one.output = picture;  // for which no video encoder is opened
  const PoolSurvey survey = survey_pool(settings.library, parts.geometry.tile_size_px,
                                        settings.match.features_k, observer);
  const MemoryPlan plan = parts.plan_memory(one, survey);
  if (observer.notice) observer.notice(memory_line(plan));
  ThreadPool pool(plan.threads);
  const bool still = parts.source->info().still;
  const Shot shot = frame_at(parts, settings, at_s, observer);
  open_engine(parts, one, survey, pool, observer);
  if (settings.strict) {
    require_intact(*parts.source);
    require_intact(parts.library->skipped());
  }
  if (context.outline) {
    RenderOutline outline = parts.outline(settings.range);
    outline.frames = 1;
    context.outline(outline);
  }
  parts.engine->plan(shot.frame.picture, shot.frame.index);
  RgbImage image(parts.geometry.output_size());
  parts.engine->draw(image);
  if (still) {
    equalise_locally(settings.look.local_contrast_clip, settings.look.local_contrast_grid, pool,
                     image);
  }
  write_picture(file.temporary(), picture.filename().native(), image);
  file.commit();
  PreviewSummary summary{shot.time_s, image.size(), parts.library->skipped(),
                         parts.source->decode_errors()};
  const std::vector<SkippedInput>& damaged = parts.source->skipped();
  summary.skipped.insert(summary.skipped.end(), damaged.begin(), damaged.end());
  return summary;
}

}  // namespace mosaic
