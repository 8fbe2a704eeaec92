#include "pipeline/recolouring.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include "backend/compose_math.hpp"
#include "backend/curve_math.hpp"
#include "metrics/photo_likeness.hpp"

namespace mosaic {
namespace {

constexpr int kPixelStep = 2;

std::int64_t in_units(double value) {
  return std::llrint(value * static_cast<double>(Recolouring::kOne));
}

/// What `look` makes of a planar picture of `pixels` pixels.
void recolour(const std::uint8_t* photo, std::size_t pixels, const CellLook& look,
              std::vector<std::uint8_t>& out) {
  out.resize(3 * pixels);
  for (std::size_t at = 0; at < pixels; ++at) {
    const std::int32_t rgb[3] = {photo[at], photo[pixels + at], photo[2 * pixels + at]};
    for (std::size_t c = 0; c < 3; ++c) {
      const std::int32_t curve = look.curved != 0 ? curve_at(look.curve[c], rgb[c]) : 0;
      out[c * pixels + at] = static_cast<std::uint8_t>(
          recoloured(look.matrix + 3 * c, look.offset[c] + curve, rgb[0], rgb[1], rgb[2]));
    }
  }
}

bool is_dark(const ColorSums& cell) {
  return 54 * cell.sum[0] + 183 * cell.sum[1] + 19 * cell.sum[2] <
         std::int64_t{metrics::kDark_levels} * 256 * cell.pixels;
}

}  // namespace

Recolouring& Recolouring::operator+=(const Recolouring& other) {
  cells += other.cells;
  dark += other.dark;
  ciede2000 += other.ciede2000;
  structured += other.structured;
  correlation += other.correlation;
  return *this;
}

double Recolouring::mean_ciede2000() const {
  return cells == 0 ? 0.0
                    : static_cast<double>(ciede2000) / static_cast<double>(kOne) /
                          static_cast<double>(cells);
}

double Recolouring::mean_correlation() const {
  return structured == 0 ? 0.0
                         : static_cast<double>(correlation) / static_cast<double>(kOne) /
                               static_cast<double>(structured);
}

Recolouring measure_recolouring(const TileLibrary& library, std::span<const std::int32_t> tile,
                                std::span<const CellLook> looks, const CellDescriptions& cells,
                                ThreadPool& pool) {
  const int size = library.tile_size_px();
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  std::vector<Recolouring> one(tile.size());
  pool.parallel_for(tile.size(), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint8_t> shown;
    for (std::size_t i = begin; i < end; ++i) {
      if (is_dark(cells.color_sums[i])) {
        one[i].dark = 1;
        continue;
      }
      const std::uint8_t* photo =
          library.rgb().data() + static_cast<std::size_t>(tile[i]) * 3 * pixels;
      recolour(photo, pixels, looks[i], shown);
      const metrics::Recognition seen =
          metrics::compare({{shown.data(), shown.data() + pixels, shown.data() + 2 * pixels},
                            {photo, photo + pixels, photo + 2 * pixels},
                            size,
                            size},
                           kPixelStep);
      one[i] = {seen.cells, 0, in_units(seen.ciede2000), seen.structured,
                in_units(seen.correlation)};
    }
  });
  Recolouring sum;
  for (const Recolouring& cell : one) sum += cell;
  return sum;
}

}  // namespace mosaic
