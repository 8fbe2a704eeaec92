// What a render works with, opened and checked before the first frame.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/parallel_for.hpp"
#include "library/tile_library.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/render.hpp"
#include "mosaic/run_context.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/job_memory.hpp"
#include "pipeline/library_shelf.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "video/frame_sink.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

/// What a job's settings tell its source. Asks for the card only where decoding there is wished
/// for.
SourceOptions source_options(const Settings& settings);

/// Opened in this order, so that what is cheap to refuse is refused before photos are read.
struct RenderParts {
  std::unique_ptr<FrameSource> source;
  GridGeometry geometry;
  ShotStarts shots;
  std::shared_ptr<const TileLibrary> library;
  std::vector<std::uint8_t> drawn_tiles;  ///< sharpened; empty: as the library has them
  std::unique_ptr<MosaicEngine> engine;

  /// List of shots, source and geometry. Throws like read_shot_list(), open_frame_source() and
  /// plan_geometry().
  void open_source(const Settings& settings, const RenderObserver& observer);
  /// Library and engine. Throws like open_tile_library() and make_backend(). `pool` outlives this.
  /// `shelf`: libraries open already; null: none. `probe`: is shown the stages; null: nobody.
  void open_engine(const Settings& settings, ThreadPool& pool, const RenderObserver& observer,
                   LibraryShelf* shelf = nullptr, StageProbe* probe = nullptr);

  /// How many tiles to expect and what the job will hold, before either is opened. After
  /// open_source(). `twins`: MemoryFacts::twins. `shelf`: libraries open already; null: none.
  /// Throws like survey_pool() and pipeline/job_memory.hpp.
  [[nodiscard]] MemoryPlan plan_memory(const Settings& settings, const RenderObserver& observer,
                                       int twins = 1, const LibraryShelf* shelf = nullptr) const;
  [[nodiscard]] MemoryPlan plan_memory(const Settings& settings, const PoolSurvey& survey) const;

  /// What decides how much is held, but for twins and what else is open.
  [[nodiscard]] MemoryFacts memory_facts(const Settings& settings, const PoolSurvey& survey) const;

  /// What an output of these pictures must be. After open_source().
  [[nodiscard]] SinkRequest sink_request(const Settings& settings) const;
  /// Frames that will be rendered, for progress: an estimate, -1 if nothing is known.
  [[nodiscard]] std::int64_t expected_frames(const FrameRange& range) const;
  /// After open_engine().
  [[nodiscard]] RenderOutline outline(const FrameRange& range) const;
};

using OutputPicture = std::variant<YuvImage, RgbImage>;
/// A picture as a sink wants it, of the output's size, to be drawn into. What it shows until then
/// is anything: it is `spare`, where that is one of its kind.
OutputPicture output_picture(const RenderParts& parts, SinkFormat format, OutputPicture spare = {});

/// Draws the frame last planned.
void draw(MosaicEngine& engine, OutputPicture& picture);

}  // namespace mosaic
