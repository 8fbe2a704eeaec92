// Whether the photos of a mosaic are still those photos.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/parallel_for.hpp"
#include "library/library_data.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// Sums over the cells that were looked at.
struct Recognition {
  std::int64_t cells = 0;  ///< compared in colour
  double ciede2000 = 0.0;  ///< sum over these of the mean over their sampled pixels
  std::int64_t structured = 0;
  double correlation = 0.0;  ///< sum over `structured`: Pearson's, of luma
  Recognition& operator+=(const Recognition& other);
};

/// Compares the cells of a mosaic with the photos they show, as the tile index holds them.
class PhotoMeter {
 public:
  /// Frames between two that are compared; photos change slowly, and CIEDE2000 takes its time.
  static constexpr int kEvery = 24;
  /// Of a cell's pixels every second one in x and y is compared in colour.
  static constexpr int kPixelStep = 2;
  /// Cells whose source has a mean luma below this are left out: there the look turns the light
  /// down on purpose, and nobody can tell a photo from another.
  static constexpr int kDark_levels = 64;
  /// Photos whose luma deviates by less than this have no structure to compare.
  static constexpr int kFlat_levels = 3;

  /// Throws InputError when the file is no whole tile index, or of another number of tiles or
  /// another tile size than the plan's.
  PhotoMeter(const std::filesystem::path& index, int tile_size_px, std::size_t tiles);

  /// `source_luma` and `mosaic` cover the grid at least; `tile`: per cell.
  [[nodiscard]] Recognition measure(const Plane& source_luma, const RgbImage& mosaic,
                                    const GridGeometry& grid, std::span<const std::int32_t> tile,
                                    ThreadPool& pool) const;

 private:
  LibraryData data_;
};

}  // namespace mosaic::metrics
