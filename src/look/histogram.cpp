#include "look/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "backend/cpu/quantiles.hpp"

namespace mosaic {
namespace {

constexpr double kMinSlope = 0.5;
constexpr double kMaxSlope = 2.0;
constexpr std::size_t kMedian = (kCurveNodes - 1) / 2;

/// Where `level` goes when quantile meets quantile, without limits.
double matched(Quantiles from, Quantiles to, double level) {
  if (level < from.front()) return to.front() - (from.front() - level);
  if (level > from.back()) return to.back() + (level - from.back());
  const auto first = std::ranges::lower_bound(from, level);
  const auto last = std::ranges::upper_bound(from, level);
  const auto at = [&](auto position) { return static_cast<std::size_t>(position - from.begin()); };
  if (first != last) return 0.5 * (to[at(first)] + to[at(last) - 1]);
  const std::size_t k = at(first);  // from[k - 1] < level < from[k]
  const double part = (level - from[k - 1]) / (from[k] - from[k - 1]);
  return to[k - 1] + part * (to[k] - to[k - 1]);
}

}  // namespace

std::array<double, kCurveNodes> histogram_curve(Quantiles from, Quantiles to) {
  std::array<double, kCurveNodes> free{};
  for (std::size_t j = 0; j < free.size(); ++j) {
    free[j] = matched(from, to, static_cast<double>(j) * kCurveStep);
  }
  const auto limited = [&](std::size_t j) {  // from node j to the next
    return std::clamp(free[j + 1] - free[j], kMinSlope * kCurveStep, kMaxSlope * kCurveStep);
  };
  std::array<double, kCurveNodes> curve{};
  const std::size_t middle = from[kMedian] / kCurveStep;
  const double into = static_cast<double>(from[kMedian]) / kCurveStep - static_cast<double>(middle);
  curve[middle] = to[kMedian] - into * limited(middle);
  for (std::size_t j = middle; j + 1 < curve.size(); ++j) curve[j + 1] = curve[j] + limited(j);
  for (std::size_t j = middle; j > 0; --j) curve[j - 1] = curve[j] - limited(j - 1);
  for (double& level : curve) level = std::clamp(level, 0.0, 255.0);
  return curve;
}

void add_histogram(std::span<const std::uint8_t> tile, std::span<const std::uint8_t> cell,
                   double share, CellLook& look) {
  const auto scaled = [share](std::int32_t value) {
    return static_cast<std::int32_t>(std::llrint((1.0 - share) * value));
  };
  for (std::int32_t& value : look.matrix) value = scaled(value);
  for (std::int32_t& value : look.offset) value = scaled(value);
  look.curved = 1;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto channel = [c](std::span<const std::uint8_t> all) {
      return Quantiles(all.subspan(c * kCurveNodes, kCurveNodes));
    };
    const auto curve = histogram_curve(channel(tile), channel(cell));
    for (std::size_t j = 0; j < curve.size(); ++j) {
      look.curve[c][j] = static_cast<std::int16_t>(std::llrint(share * curve[j] * 16.0));
    }
  }
}

std::vector<std::uint8_t> quantiles_of_tiles(std::span<const std::uint8_t> rgb, int size_px,
                                             ThreadPool& pool) {
  const std::size_t area = static_cast<std::size_t>(size_px) * static_cast<std::size_t>(size_px);
  const std::size_t planes = rgb.size() / area;
  std::vector<std::uint8_t> quantiles(planes * kCurveNodes);
  pool.parallel_for(planes, 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      cpu::quantiles_of_square(rgb.data() + i * area, size_px, size_px,
                               quantiles.data() + i * kCurveNodes);
    }
  });
  return quantiles;
}

}  // namespace mosaic
