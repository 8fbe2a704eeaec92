#include "pipeline/render_parts.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "core/file_names.hpp"
#include "core/output_name.hpp"
#include "core/reused_picture.hpp"
#include "look/sharpen.hpp"
#include "look/transfer.hpp"
#include "registry/backends.hpp"
#include "video/encode/encoder_memory.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

namespace {

/// Of what is written when the job is done, which it would be too late for.
void refuse_long_names(const Settings& settings) {
  const std::filesystem::path& output = settings.output;
  const bool pattern = parse_output_name(output).kind == OutputKind::numbered;
  if (!pattern) refuse_long_name(output);
  if (pattern && output.has_parent_path()) refuse_long_name(output.parent_path());
  for (const auto& record : {settings.plan, settings.report, settings.manifest}) {
    if (record) refuse_long_name(*record);
  }
}

/// A single frame has nothing to follow, and needs no module for it.
FlowKind flow_of(const Settings& settings, const SourceInfo& source) {
  const bool one = source.still || settings.range.last - settings.range.first == 1;
  return one ? FlowKind::none : settings.flow;
}

}  // namespace

SourceOptions source_options(const Settings& settings) {
  SourceOptions options{settings.encode.fps, settings.deinterlace, {settings.decode, {}}};
  const bool automatic = settings.decode == DecodeChoice::automatic;
  if (automatic && settings.device == DeviceChoice::cpu) {
    options.decode.choice = DecodeChoice::cpu;  // nothing there would be computed on
  } else if (settings.decode != DecodeChoice::cpu) {
    options.decode.card = card_context();
  }
  return options;
}

void RenderParts::open_source(const Settings& settings, const RenderObserver& observer) {
  refuse_long_names(settings);
  shots = ShotStarts(settings.scene_cuts);
  source = open_frame_source(settings.frames, source_options(settings), observer);
  const SourceInfo& info = source->info();
  if (observer.info) observer.info("input   " + info.description);
  geometry = plan_geometry(info.size, info.sample_aspect, settings.grid);
  require_flow(flow_of(settings, info));
}

void RenderParts::open_engine(const Settings& settings, ThreadPool& pool,
                              const RenderObserver& observer, LibraryShelf* shelf,
                              StageProbe* probe) {
  LibraryShelf own;
  library =
      (shelf == nullptr ? own : *shelf)
          .open(settings.library, geometry.tile_size_px, settings.match.features_k, pool, observer);
  EngineOptions options;
  options.match = settings.match;
  options.look = settings.look;
  options.flow = flow_of(settings, source->info());
  options.raft = settings.raft;
  options.shots = shots;
  options.simd = settings.simd;
  options.certify_every_frame = settings.certify || settings.verify;
  options.probe = probe;
  drawn_tiles =
      sharpened_tiles(library->rgb(), geometry.tile_size_px, settings.look.sharpness, pool);
  const BackendContext context{*library,      geometry, settings.match,
                               settings.simd, pool,     histogram_share(settings.look) > 0.0,
                               drawn_tiles};
  std::unique_ptr<Backend> backend = make_backend(settings.device, context, observer.warning);
  if (backend->name() == "cuda") options.flow_place.card = card_context().index;
  options.flow_place.may_leave = settings.device == DeviceChoice::automatic;
  options.flow_place.warn = observer.warning;
  engine = std::make_unique<MosaicEngine>(*library, geometry, options, std::move(backend), pool);
}

MemoryPlan RenderParts::plan_memory(const Settings& settings, const RenderObserver& observer,
                                    int twins, const LibraryShelf* shelf) const {
  const int size_px = geometry.tile_size_px;
  const int k = settings.match.features_k;
  const TileLibrary* const open = shelf != nullptr ? shelf->find(size_px, k) : nullptr;
  PoolSurvey survey;
  if (open != nullptr) {  // the pool need not be looked at once more
    survey.photos = open->photos();
    survey.variants = open->variants();
    survey.ready = true;
  } else {
    survey = survey_pool(settings.library, size_px, k, observer);
  }
  MemoryFacts facts = memory_facts(settings, survey);
  facts.twins = twins;
  if (shelf != nullptr) facts.other_tiles_bytes = shelf->bytes_besides(size_px, k);
  return mosaic::plan_memory(settings, facts);
}

MemoryPlan RenderParts::plan_memory(const Settings& settings, const PoolSurvey& survey) const {
  return mosaic::plan_memory(settings, memory_facts(settings, survey));
}

MemoryFacts RenderParts::memory_facts(const Settings& settings, const PoolSurvey& survey) const {
  const SourceInfo& info = source->info();
  MemoryFacts facts;
  facts.source = info.size;
  facts.rgb_source = info.rgb;
  facts.decoder_bytes_per_px = info.decoder_bytes_per_px;
  facts.geometry = geometry;
  facts.frames = info.still ? 1 : expected_frames(settings.range);
  facts.follows = flow_of(settings, info) != FlowKind::none;
  facts.tiles = survey.tiles();
  facts.variants = survey.variants;
  facts.photo_bytes = survey.photo_bytes;
  facts.index_ready = survey.ready;
  facts.pool_frame_bytes = survey.frame_bytes;
  facts.encoder_bytes = encoder_memory(settings.output, settings.encode, geometry.output_size());
  facts.rgb_output = facts.encoder_bytes == 0;  // pictures and GIF
  return facts;
}

SinkRequest RenderParts::sink_request(const Settings& settings) const {
  const SourceInfo& info = source->info();
  SinkRequest request;
  request.output = settings.output;
  request.encode = settings.encode;
  request.force = settings.force;
  request.size = geometry.output_size();
  request.source = info;
  request.range = settings.range;
  if (std::filesystem::is_regular_file(settings.frames) && !info.still) {
    request.copy_streams_from = settings.frames;
  }
  if (is_standard_stream(settings.frames)) request.copy_streams_from.reset();
  return request;
}

std::int64_t RenderParts::expected_frames(const FrameRange& range) const {
  std::int64_t total = source->info().frames_estimate;
  if (range.last >= 0 && (total < 0 || range.last < total)) total = range.last;
  return total < 0 ? -1 : std::max<std::int64_t>(0, total - range.first);
}

RenderOutline RenderParts::outline(const FrameRange& range) const {
  RenderOutline outline;
  outline.output = geometry.output_size();
  outline.columns = geometry.columns;
  outline.rows = geometry.rows;
  outline.tile_size_px = geometry.tile_size_px;
  outline.frames = expected_frames(range);
  outline.frame_rate = source->info().frame_rate.value();
  outline.photos = library->photos();
  outline.variants = library->variants();
  outline.max_uses = engine->max_uses();
  outline.source = source->info().description;
  outline.device = std::string(engine->backend_name());
  return outline;
}

OutputPicture output_picture(const RenderParts& parts, SinkFormat format, OutputPicture spare) {
  const Size size = parts.geometry.output_size();
  if (format == SinkFormat::rgb) return reused<RgbImage>(std::move(spare), size);
  auto image = reused<YuvImage>(std::move(spare), size);
  image.matrix = parts.source->info().matrix;
  image.range = parts.source->info().range;
  return image;
}

void draw(MosaicEngine& engine, OutputPicture& picture) {
  std::visit([&](auto& image) { engine.draw(image); }, picture);
}

}  // namespace mosaic
