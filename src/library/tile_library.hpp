// The pool of tiles, cut to one size and described, as flat arrays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/color_sums.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Tiles are numbered photo-major: tile = photo * variants + variant, variant 0 being the photo
/// itself. Photos are in byte order of their path relative to the pool, so numbers do not depend on
/// directory order, locale or working directory.
class TileLibrary {
 public:
  virtual ~TileLibrary() = default;
  [[nodiscard]] virtual int tile_size_px() const = 0;
  [[nodiscard]] virtual int features_k() const = 0;
  [[nodiscard]] virtual int photos() const = 0;
  [[nodiscard]] virtual int variants() const = 0;  ///< tiles per photo
  [[nodiscard]] int tiles() const { return photos() * variants(); }

  /// tiles x (3k^2 + 9) feature bytes (backend/cpu/describe.hpp).
  [[nodiscard]] virtual std::span<const std::uint8_t> features() const = 0;
  /// tiles x S x S luma samples.
  [[nodiscard]] virtual std::span<const std::uint8_t> luma() const = 0;
  /// tiles x 3 x S x S samples, planar R, G, B.
  [[nodiscard]] virtual std::span<const std::uint8_t> rgb() const = 0;
  /// One entry per tile.
  [[nodiscard]] virtual std::span<const ColorSums> color_sums() const = 0;

  /// Path relative to the pool ("frame 00017" for a video pool).
  [[nodiscard]] virtual std::string photo_name(int photo) const = 0;
  /// Photos that could not be used, in the same order.
  [[nodiscard]] virtual const std::vector<SkippedInput>& skipped() const = 0;
  /// Photos that were left out on request (LibrarySettings::dedupe, drop_dull), in the same order.
  [[nodiscard]] virtual const std::vector<SkippedInput>& left_out() const = 0;
  /// Hash of the sizes, photo names and arrays above; equal fingerprints mean equal tiles. Does not
  /// depend on where the index lives, on modification times or on what was skipped.
  [[nodiscard]] virtual std::uint64_t fingerprint() const = 0;
};

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
