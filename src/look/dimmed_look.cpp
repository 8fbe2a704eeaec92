#include "look/dimmed_look.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "look/transfer.hpp"

namespace mosaic {
namespace {

double luma_of(const ColorSums& sums) {
  return static_cast<double>(54 * sums.sum[0] + 183 * sums.sum[1] + 19 * sums.sum[2]) /
         (256.0 * static_cast<double>(sums.pixels));
}

double mean_of(const ColorSums& sums, int channel) {
  return static_cast<double>(sums.sum[channel]) / static_cast<double>(sums.pixels);
}

std::int32_t times(double light, std::int32_t value) {
  return static_cast<std::int32_t>(std::llrint(light * value));
}

CellLook dimmed(const CellLook& lit, const ColorSums& lit_cell, const ColorSums& cell) {
  const double was = luma_of(lit_cell);
  const double light = was > 0.0 ? std::min(1.0, luma_of(cell) / was) : 1.0;
  CellLook look = lit;
  for (std::int32_t& gain : look.matrix) gain = times(light, gain);
  for (int c = 0; c < 3; ++c) {
    const double shift = mean_of(cell, c) - light * mean_of(lit_cell, c);
    look.offset[c] =
        static_cast<std::int32_t>(std::llrint(light * lit.offset[c] + 16384.0 * shift));
    for (std::int16_t& node : look.curve[c]) {
      node = static_cast<std::int16_t>(times(light, node));
    }
  }
  return look;
}

}  // namespace

void dim_looks(std::span<const CellLook> lit, std::span<const ColorSums> lit_cells,
               const CellDescriptions& now, const LookSettings& settings,
               std::vector<CellLook>& out) {
  out.assign(lit.begin(), lit.end());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (settings.color_transfer != ColorTransfer::none) {
      out[i] = dimmed(lit[i], lit_cells[i], now.color_sums[i]);
    }
    out[i].blend = blend_of(now.saliency[i], settings);
  }
}

}  // namespace mosaic
