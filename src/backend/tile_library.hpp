// The pool of tiles, cut to one size and described, as flat arrays: what a backend works with.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backend/color_sums.hpp"
#include "mosaic/render.hpp"

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

}  // namespace mosaic
