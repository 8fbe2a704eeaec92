// A video whose frames are the photos of the pool.
#pragma once

#include "library/tile_builder.hpp"

namespace mosaic {

/// Builds a library of every settings.tile_step-th frame of the video settings.tiles. Frames are
/// named "frame 00017" by their number in presentation order, counted from 0. Damage that
/// the frame source met is among the skipped inputs. Throws InputError when it is no video or has
/// no frame.
LibraryData build_from_video(const LibrarySettings& settings, TileLayout layout,
                             std::uint64_t source_key, ThreadPool& pool,
                             const RenderObserver& observer);

}  // namespace mosaic
