#include "metrics/recognition.hpp"

#include <cmath>
#include <cstddef>
#include <string>

#include "library/index_file.hpp"
#include "metrics/color_difference.hpp"
#include "metrics/row_sums.hpp"
#include "mosaic/error.hpp"

namespace mosaic::metrics {
namespace {

/// One cell of the mosaic and the photo it shows: planar, the photo without gaps between rows.
struct Pair {
  const u8* shown[3];
  const u8* photo[3];
  std::ptrdiff_t stride;
  int size_px;
};

double mean_difference(const Pair& pair) {
  double sum = 0.0;
  std::int64_t count = 0;
  for (int y = 0; y < pair.size_px; y += PhotoMeter::kPixelStep) {
    for (int x = 0; x < pair.size_px; x += PhotoMeter::kPixelStep, ++count) {
      const std::ptrdiff_t s = y * pair.stride + x;
      const std::ptrdiff_t p = static_cast<std::ptrdiff_t>(y) * pair.size_px + x;
      sum += ciede2000(lab_from_srgb(pair.shown[0][s], pair.shown[1][s], pair.shown[2][s]),
                       lab_from_srgb(pair.photo[0][p], pair.photo[1][p], pair.photo[2][p]));
    }
  }
  return sum / static_cast<double>(count);
}

std::int64_t luma(const u8* const planes[3], std::ptrdiff_t at) {
  return (54 * planes[0][at] + 183 * planes[1][at] + 19 * planes[2][at] + 128) >> 8;
}

void add_structure(const Pair& pair, Recognition& sum) {
  const std::int64_t n = std::int64_t{pair.size_px} * pair.size_px;
  std::int64_t a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (int y = 0; y < pair.size_px; ++y) {
    for (int x = 0; x < pair.size_px; ++x) {
      const std::int64_t shown = luma(pair.shown, y * pair.stride + x);
      const std::int64_t photo =
          luma(pair.photo, static_cast<std::ptrdiff_t>(y) * pair.size_px + x);
      a += shown;
      b += photo;
      aa += shown * shown;
      bb += photo * photo;
      ab += shown * photo;
    }
  }
  const std::int64_t shown_spread = n * aa - a * a;
  const std::int64_t photo_spread = n * bb - b * b;
  constexpr std::int64_t kLeast = std::int64_t{PhotoMeter::kFlat_levels} * PhotoMeter::kFlat_levels;
  if (photo_spread < kLeast * n * n) return;
  ++sum.structured;
  // A cell without any structure is as unlike its photo as can be: correlation 0.
  if (shown_spread == 0) return;
  sum.correlation +=
      static_cast<double>(n * ab - a * b) /
      std::sqrt(static_cast<double>(shown_spread) * static_cast<double>(photo_spread));
}

bool is_dark(const Plane& luma, int x, int y, int size_px) {
  std::int64_t sum = 0;
  for (int row = y; row < y + size_px; ++row) {
    for (int i = 0; i < size_px; ++i) sum += luma.row(row)[x + i];
  }
  return sum < std::int64_t{PhotoMeter::kDark_levels} * size_px * size_px;
}

}  // namespace

Recognition& Recognition::operator+=(const Recognition& other) {
  cells += other.cells;
  ciede2000 += other.ciede2000;
  structured += other.structured;
  correlation += other.correlation;
  return *this;
}

PhotoMeter::PhotoMeter(const std::filesystem::path& index, int tile_size_px, std::size_t tiles) {
  IndexOnDisk found = open_index(index);
  if (found.state != IndexOnDisk::State::usable) {
    throw InputError(
        "cannot use the tile index " + index.string() + ": " +
            (found.state == IndexOnDisk::State::absent ? "there is no such file" : found.problem),
        "give the file that the render used with --index");
  }
  data_ = std::move(found.data);
  const std::size_t held = data_.photos.size() * static_cast<std::size_t>(data_.variants);
  if (data_.layout.tile_size_px != tile_size_px || held != tiles) {
    throw InputError(
        "the tile index " + index.string() + " holds " + std::to_string(held) + " tiles of " +
            std::to_string(data_.layout.tile_size_px) + " px, the plan " + std::to_string(tiles) +
            " of " + std::to_string(tile_size_px),
        "give the file that the render used with --index; with --dedupe or --drop-dull the plan's "
        "tiles are not those of the index");
  }
}

Recognition PhotoMeter::measure(const Plane& source_luma, const RgbImage& mosaic,
                                const GridGeometry& grid, std::span<const std::int32_t> tile,
                                ThreadPool& pool) const {
  const int size = grid.tile_size_px;
  return sum_over_rows<Recognition>(pool, grid.cells(), [&](int cell) {
    const int x = cell % grid.columns * size;
    const int y = cell / grid.columns * size;
    Recognition sum;
    if (is_dark(source_luma, x, y, size)) return sum;
    const std::size_t plane = data_.layout.luma_bytes();
    const u8* photo =
        data_.rgb.data() +
        static_cast<std::size_t>(tile[static_cast<std::size_t>(cell)]) * data_.layout.rgb_bytes();
    const Pair pair{{mosaic.r.row(y) + x, mosaic.g.row(y) + x, mosaic.b.row(y) + x},
                    {photo, photo + plane, photo + 2 * plane},
                    mosaic.size().width,
                    size};
    ++sum.cells;
    sum.ciede2000 += mean_difference(pair);
    add_structure(pair, sum);
    return sum;
  });
}

}  // namespace mosaic::metrics
