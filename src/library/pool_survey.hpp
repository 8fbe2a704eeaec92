// How many tiles a pool will give, and what reading it takes, before a photo is decoded.
#pragma once

#include <cstdint>
#include <vector>

#include "core/parallel_for.hpp"
#include "library/tile_library.hpp"

namespace mosaic {

struct PoolSurvey {
  /// Photos: counted where an index is ready, else at most this many; -1 when nothing is known (a
  /// video of which no frame can be read).
  std::int64_t photos = -1;
  std::uint64_t folder_bytes = 0;  ///< of the files of a folder without an index
  /// An index is there and fits, nothing has to be made, as far as its header tells: one that is
  /// damaged behind it is made anew when it is opened.
  bool ready = false;
  bool video = false;             ///< the pool is a video
  std::uint64_t frame_bytes = 0;  ///< of a video without an index: a frame in its decoder
  int variants = 1;               ///< tiles per photo
  /// Of a folder without an index: photo_bytes() (library/photo_memory.hpp).
  std::vector<std::uint64_t> photo_bytes;

  [[nodiscard]] std::int64_t tiles() const { return photos < 0 ? -1 : photos * variants; }
};

/// Looks at the pool and the header of its index, of which gigabytes may follow that are read and
/// checked when the library is opened; writes nothing. Throws like open_tile_library() for a pool
/// or an index that cannot be used, and Interrupted when the observer wants to stop.
PoolSurvey survey_pool(const LibrarySettings& settings, int tile_size_px, int features_k,
                       const RenderObserver& observer);

/// Bytes of one tile in an index, and in memory.
std::uint64_t bytes_per_tile(int tile_size_px, int features_k);

/// A library of at most `photos` photos spread evenly over a folder's listing, to measure with or
/// to look at: kept in memory, no index is read or written. When none of them can be used, more are
/// tried. Throws like
/// open_tile_library().
std::unique_ptr<TileLibrary> sample_library(const LibrarySettings& settings, int tile_size_px,
                                            int features_k, int photos, ThreadPool& pool,
                                            const RenderObserver& observer);

}  // namespace mosaic
