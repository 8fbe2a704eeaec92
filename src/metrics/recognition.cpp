#include "metrics/recognition.hpp"

#include <cstddef>
#include <string>

#include "library/index_file.hpp"
#include "metrics/row_sums.hpp"
#include "mosaic/error.hpp"

namespace mosaic::metrics {
namespace {

bool is_dark(const Plane& luma, int x, int y, int size_px) {
  std::int64_t sum = 0;
  for (int row = y; row < y + size_px; ++row) {
    for (int i = 0; i < size_px; ++i) sum += luma.row(row)[x + i];
  }
  return sum < std::int64_t{kDark_levels} * size_px * size_px;
}

}  // namespace

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
    const PhotoPair pair{{mosaic.r.row(y) + x, mosaic.g.row(y) + x, mosaic.b.row(y) + x},
                         {photo, photo + plane, photo + 2 * plane},
                         mosaic.size().width,
                         size};
    sum += compare(pair, kPixelStep);
    return sum;
  });
}

}  // namespace mosaic::metrics
