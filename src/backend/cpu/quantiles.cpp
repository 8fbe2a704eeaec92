#include "backend/cpu/quantiles.hpp"

#include "backend/curve_math.hpp"

namespace mosaic::cpu {

void quantiles_of_square(const std::uint8_t* pixels, std::ptrdiff_t stride, int size_px,
                         std::uint8_t* quantiles) {
  // Two histograms: neighbours are often equal, and one counter would wait for itself.
  std::int32_t histogram[2][256] = {};
  for (int y = 0; y < size_px; ++y) {
    const std::uint8_t* row = pixels + y * stride;
    int x = 0;
    for (; x + 2 <= size_px; x += 2) {
      ++histogram[0][row[x]];
      ++histogram[1][row[x + 1]];
    }
    if (x < size_px) ++histogram[0][row[x]];
  }
  for (int level = 0; level < 256; ++level) histogram[0][level] += histogram[1][level];
  quantiles_of(histogram[0], size_px * size_px, quantiles);
}

}  // namespace mosaic::cpu
