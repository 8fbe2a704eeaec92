#include "metrics/photo_likeness.hpp"

#include <cmath>

#include "metrics/color_difference.hpp"

namespace mosaic::metrics {
namespace {

double mean_difference(const PhotoPair& pair, int pixel_step) {
  double sum = 0.0;
  std::int64_t count = 0;
  for (int y = 0; y < pair.size_px; y += pixel_step) {
    for (int x = 0; x < pair.size_px; x += pixel_step, ++count) {
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

void add_structure(const PhotoPair& pair, Recognition& sum) {
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
  constexpr std::int64_t kLeast = std::int64_t{kFlat_levels} * kFlat_levels;
  if (photo_spread < kLeast * n * n) return;
  ++sum.structured;
  // A cell without any structure is as unlike its photo as can be: correlation 0.
  if (shown_spread == 0) return;
  sum.correlation +=
      static_cast<double>(n * ab - a * b) /
      std::sqrt(static_cast<double>(shown_spread) * static_cast<double>(photo_spread));
}

}  // namespace

Recognition& Recognition::operator+=(const Recognition& other) {
  cells += other.cells;
  ciede2000 += other.ciede2000;
  structured += other.structured;
  correlation += other.correlation;
  return *this;
}

Recognition compare(const PhotoPair& pair, int pixel_step) {
  Recognition one;
  one.cells = 1;
  one.ciede2000 = mean_difference(pair, pixel_step);
  add_structure(pair, one);
  return one;
}

}  // namespace mosaic::metrics
