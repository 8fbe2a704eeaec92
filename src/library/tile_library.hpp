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

  /// tiles x 3k^2 feature bytes (backend/cpu/describe.hpp).
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
  /// Hash of everything above; equal fingerprints mean equal tiles.
  [[nodiscard]] virtual std::uint64_t fingerprint() const = 0;
};

/// Where a library came from, for the log and the report.
struct LibraryOrigin {
  bool reused = false;                 ///< an existing index file was opened
  std::filesystem::path index;         ///< empty when kept in memory
};

/// Opens the index for `settings` if it is up to date, else builds it (and writes it, atomically).
/// Throws InputError when the pool is missing or holds no usable photo.
std::unique_ptr<TileLibrary> open_tile_library(const LibrarySettings& settings, int tile_size_px,
                                               int features_k, ThreadPool& pool,
                                               const RenderObserver& observer,
                                               LibraryOrigin* origin = nullptr);

}  // namespace mosaic
