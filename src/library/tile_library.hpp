// From a pool of photos to a tile library, by way of its index.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backend/tile_library.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Where a library came from, for the log and the report.
struct LibraryOrigin {
  bool reused = false;          ///< an existing index file was opened
  std::filesystem::path index;  ///< empty when kept in memory
};

/// Opens the index for `settings` if it is up to date, else builds it (and writes it, atomically).
///
/// Up to date: same names, sizes, modification times and readability of the pool's files, same
/// settings, same format version, same libvips; and the file's checksums hold. Without
/// settings.index the file lives in the user's cache; when it cannot be written there, the library
/// stays in memory and observer.info says so. A damaged index is rebuilt with a warning.
///
/// Throws InputError when the pool is missing or holds no usable photo, or when settings.index
/// names a file that is not a tile index (it is never overwritten); OutputError when settings.index
/// cannot be written; UsageError for a tile size outside 1-1024 or features outside 1-8.
std::unique_ptr<TileLibrary> open_tile_library(const LibrarySettings& settings, int tile_size_px,
                                               int features_k, ThreadPool& pool,
                                               const RenderObserver& observer,
                                               LibraryOrigin* origin = nullptr);

/// What build_index() made.
struct IndexSummary {
  int photos = 0;
  int variants = 0;  ///< tiles per photo
  std::vector<SkippedInput> skipped;
  std::uintmax_t bytes = 0;       ///< of the file
  std::uint64_t fingerprint = 0;  ///< TileLibrary::fingerprint()
  double elapsed_s = 0.0;
};

/// Builds the index of a pool anew and writes it to `output`, atomically. Throws like
/// open_tile_library(), and OutputError when `output` exists and !force or cannot be written. With
/// force an index is replaced; any other file is left as it is (InputError).
IndexSummary build_index(const LibrarySettings& settings, int tile_size_px, int features_k,
                         const std::filesystem::path& output, bool force, ThreadPool& pool,
                         const RenderObserver& observer);

}  // namespace mosaic
