// Whether the photos of a mosaic are still those photos.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/parallel_for.hpp"
#include "library/library_data.hpp"
#include "metrics/photo_likeness.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// Compares the cells of a mosaic with the photos they show, as the tile index holds them.
class PhotoMeter {
 public:
  /// Frames between two that are compared; photos change slowly, and CIEDE2000 takes its time.
  static constexpr int kEvery = 24;
  /// Of a cell's pixels every second one in x and y is compared in colour.
  static constexpr int kPixelStep = 2;
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
