#include "look/local_contrast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mosaic {
namespace {

constexpr int kBins = 256;
/// Fraction bits of the position between two centres.
constexpr int kWeightBits = 10;

/// New level of every level, in 1/256 levels, so that mixing four rounds once.
using Curve = std::array<std::int32_t, kBins>;

int luma(int r, int g, int b) { return (54 * r + 183 * g + 19 * b + 128) >> 8; }

Curve curve_of(std::array<std::int64_t, kBins>& histogram, std::int64_t pixels, double clip) {
  const auto limit = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(clip * static_cast<double>(pixels) / kBins));
  std::int64_t excess = 0;
  for (std::int64_t& count : histogram) {
    excess += std::max<std::int64_t>(0, count - limit);
    count = std::min(count, limit);
  }
  Curve curve{};
  std::int64_t below = 0;
  for (int level = 0; level < kBins; ++level) {
    const auto i = static_cast<std::size_t>(level);
    // The excess in equal parts; what does not divide goes to the bins evenly from the bottom.
    const std::int64_t part = (excess * (level + 1)) / kBins - (excess * level) / kBins;
    const std::int64_t count = histogram[i] + part;
    // The middle of the bin's own samples: equalising an even histogram changes nothing.
    curve[i] = static_cast<std::int32_t>((2 * below + count) * 255 * 128 / pixels);
    below += count;
  }
  return curve;
}

/// Regions along one axis.
struct Axis {
  int extent;
  int regions;
  [[nodiscard]] int begin(int region) const {
    return static_cast<int>(static_cast<std::int64_t>(extent) * region / regions);
  }
  struct Place {
    int low;
    int high;
    std::int32_t weight;  ///< of `high`
  };
  /// The two regions whose centres surround a sample, and how far it is from the first.
  [[nodiscard]] Place place(int sample) const {
    const std::int64_t position =  // in 1/2^kWeightBits regions from the first centre
        ((2 * static_cast<std::int64_t>(sample) + 1) * regions * (1 << kWeightBits)) /
            (2 * static_cast<std::int64_t>(extent)) -
        (1 << (kWeightBits - 1));
    const int low = static_cast<int>(position >> kWeightBits);
    return {std::clamp(low, 0, regions - 1), std::clamp(low + 1, 0, regions - 1),
            static_cast<std::int32_t>(position & ((1 << kWeightBits) - 1))};
  }
};

std::vector<Curve> curves_of(const RgbImage& image, const Axis& across, const Axis& down,
                             double clip, ThreadPool& pool) {
  const auto columns = static_cast<std::size_t>(across.regions);
  std::vector<Curve> curves(columns * static_cast<std::size_t>(down.regions));
  pool.parallel_for(curves.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const int column = static_cast<int>(i % columns);
      const int row = static_cast<int>(i / columns);
      std::array<std::int64_t, kBins> histogram{};
      std::int64_t pixels = 0;
      for (int y = down.begin(row); y < down.begin(row + 1); ++y) {
        for (int x = across.begin(column); x < across.begin(column + 1); ++x) {
          ++histogram[static_cast<std::size_t>(
              luma(image.r.row(y)[x], image.g.row(y)[x], image.b.row(y)[x]))];
          ++pixels;
        }
      }
      curves[i] = curve_of(histogram, pixels, clip);
    }
  });
  return curves;
}

}  // namespace

void equalise_locally(double clip, int grid, ThreadPool& pool, RgbImage& image) {
  const Size size = image.size();
  if (clip <= 0.0 || size.area() == 0) return;
  const Axis across{size.width, std::min(grid, size.width)};
  const Axis down{size.height, std::min(grid, size.height)};
  const std::vector<Curve> curves = curves_of(image, across, down, clip, pool);
  const auto curve_at = [&](int column, int row, std::size_t level) {
    return std::int64_t{
        curves[static_cast<std::size_t>(row) * static_cast<std::size_t>(across.regions) +
               static_cast<std::size_t>(column)][level]};
  };
  constexpr std::int64_t kOne = 1 << kWeightBits;
  constexpr int kShift = 2 * kWeightBits + 8;
  pool.parallel_for(
      static_cast<std::size_t>(size.height), 8, [&](std::size_t begin, std::size_t end) {
        for (auto y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
          const Axis::Place v = down.place(y);
          std::uint8_t* rows[3] = {image.r.row(y), image.g.row(y), image.b.row(y)};
          for (int x = 0; x < size.width; ++x) {
            const Axis::Place h = across.place(x);
            const int before = luma(rows[0][x], rows[1][x], rows[2][x]);
            const auto level = static_cast<std::size_t>(before);
            const std::int64_t upper = curve_at(h.low, v.low, level) * (kOne - h.weight) +
                                       curve_at(h.high, v.low, level) * h.weight;
            const std::int64_t lower = curve_at(h.low, v.high, level) * (kOne - h.weight) +
                                       curve_at(h.high, v.high, level) * h.weight;
            const auto after = static_cast<int>((upper * (kOne - v.weight) + lower * v.weight +
                                                 (std::int64_t{1} << (kShift - 1))) >>
                                                kShift);
            for (std::uint8_t* row : rows) {
              row[x] = static_cast<std::uint8_t>(std::clamp(row[x] + after - before, 0, 255));
            }
          }
        }
      });
}

}  // namespace mosaic
