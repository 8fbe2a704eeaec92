#include "backend/cpu/describe.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "backend/feature_math.hpp"
#include "backend/saliency_math.hpp"
#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cpu {

namespace {

constexpr int kMaxSquare_px = 4096;

/// The pixels one of k equal intervals of an axis of S pixels covers. Weights are in 1/k pixel:
/// interior pixels weigh k, and all weights of an interval sum to S.
struct Interval {
  int first = 0;
  int last = 0;
  std::uint32_t first_weight = 0;
  std::uint32_t last_weight = 0;  ///< 0 when the interval lies within one pixel
};

using Axis = std::array<Interval, kMaxFeaturesK>;

Axis divide_axis(int size_px, int k) {
  Axis axis{};
  for (int c = 0; c < k; ++c) {
    const int begin = c * size_px;  // in 1/k pixel
    const int end = begin + size_px;
    Interval& interval = axis[static_cast<std::size_t>(c)];
    interval.first = begin / k;
    interval.last = (end - 1) / k;
    if (interval.first == interval.last) {
      interval.first_weight = static_cast<std::uint32_t>(size_px);
    } else {
      interval.first_weight = static_cast<std::uint32_t>((interval.first + 1) * k - begin);
      interval.last_weight = static_cast<std::uint32_t>(end - interval.last * k);
    }
  }
  return axis;
}

std::uint32_t weight_of(const Interval& interval, int pixel, int k) {
  if (pixel == interval.first) return interval.first_weight;
  if (pixel == interval.last) return interval.last_weight;
  return static_cast<std::uint32_t>(k);
}

/// Weighted sum of linear light over one interval of a row; below 2^16 * S.
std::uint32_t interval_sum(const std::uint8_t* row, const Interval& interval, int k) {
  std::uint32_t interior = 0;
  for (int x = interval.first + 1; x < interval.last; ++x) interior += kLinearFromLevel[row[x]];
  return interval.first_weight * kLinearFromLevel[row[interval.first]] +
         interval.last_weight * kLinearFromLevel[row[interval.last]] +
         static_cast<std::uint32_t>(k) * interior;
}

/// Area-weighted linear sums of the k x k grid of one channel; weights of a cell sum to S^2.
void grid_sums(const std::uint8_t* plane, std::ptrdiff_t stride, const Axis& axis, int k,
               std::uint64_t* sums) {
  for (int cy = 0; cy < k; ++cy) {
    const Interval& rows = axis[static_cast<std::size_t>(cy)];
    for (int y = rows.first; y <= rows.last; ++y) {
      const std::uint64_t weight = weight_of(rows, y, k);
      const std::uint8_t* row = plane + y * stride;
      for (int cx = 0; cx < k; ++cx) {
        sums[cy * k + cx] += weight * interval_sum(row, axis[static_cast<std::size_t>(cx)], k);
      }
    }
  }
}

void features_of(const std::uint8_t* const* planes, std::ptrdiff_t stride, int size_px, int k,
                 std::uint8_t* features) {
  const Axis axis = divide_axis(size_px, k);
  std::array<std::array<std::uint64_t, kMaxFeaturesK * kMaxFeaturesK>, 3> sums{};
  for (std::size_t c = 0; c < 3; ++c) grid_sums(planes[c], stride, axis, k, sums[c].data());
  const auto weight = static_cast<std::uint64_t>(size_px) * static_cast<std::uint64_t>(size_px);
  for (std::size_t i = 0; i < static_cast<std::size_t>(k * k); ++i) {
    oklab_bytes(mean_linear(sums[0][i], weight), mean_linear(sums[1][i], weight),
                mean_linear(sums[2][i], weight), kRootTable.data(), features + 3 * i);
  }
}

constexpr int kLanes = 16;
// A lane of int32 holds this many products of two bytes.
constexpr int kLaneCapacity = 32768;

/// Adds the moments of `rows` rows to `sums`, summing in kLanes independent columns.
MOSAIC_ALWAYS_INLINE void add_moments(const std::uint8_t* r, const std::uint8_t* g,
                                      const std::uint8_t* b, std::ptrdiff_t stride, int width,
                                      int rows, ColorSums* sums) {
  alignas(64) std::int32_t lanes[9][kLanes] = {};
  const auto add = [&](std::ptrdiff_t at, int lane) __attribute__((always_inline)) {
    const std::int32_t vr = r[at];
    const std::int32_t vg = g[at];
    const std::int32_t vb = b[at];
    lanes[0][lane] += vr;
    lanes[1][lane] += vg;
    lanes[2][lane] += vb;
    lanes[3][lane] += vr * vr;
    lanes[4][lane] += vr * vg;
    lanes[5][lane] += vr * vb;
    lanes[6][lane] += vg * vg;
    lanes[7][lane] += vg * vb;
    lanes[8][lane] += vb * vb;
  };
  for (int y = 0; y < rows; ++y) {
    const std::ptrdiff_t row = y * stride;
    int x = 0;
    for (; x + kLanes <= width; x += kLanes) {
      for (int lane = 0; lane < kLanes; ++lane) add(row + x + lane, lane);
    }
    for (; x < width; ++x) add(row + x, x % kLanes);
  }
  const auto total = [&](int moment) __attribute__((always_inline)) {
    std::int64_t sum = 0;
    for (const std::int32_t lane : lanes[moment]) sum += lane;
    return sum;
  };
  for (int i = 0; i < 3; ++i) sums->sum[i] += total(i);
  for (int i = 0; i < 6; ++i) sums->product[i] += total(3 + i);
}

MOSAIC_ALWAYS_INLINE void difference_sum(const std::uint8_t* luma, std::ptrdiff_t stride,
                                         int size_px, std::int64_t* total) {
  for (int y = 0; y < size_px; ++y) {
    const std::uint8_t* row = luma + y * stride;
    int across = 0;
    for (int x = 0; x + 1 < size_px; ++x)
      across += row[x] < row[x + 1] ? row[x + 1] - row[x] : row[x] - row[x + 1];
    int down = 0;
    if (y + 1 < size_px) {
      const std::uint8_t* next = row + stride;
      for (int x = 0; x < size_px; ++x)
        down += row[x] < next[x] ? next[x] - row[x] : row[x] - next[x];
    }
    *total += across + down;
  }
}

}  // namespace

void describe_square(const std::uint8_t* r, const std::uint8_t* g, const std::uint8_t* b,
                     std::ptrdiff_t stride, int size_px, int features_k, std::uint8_t* features,
                     ColorSums& sums, Isa isa) {
  if (size_px < 1 || size_px > kMaxSquare_px) {
    throw UsageError("a square of " + std::to_string(size_px) + " pixels cannot be described",
                     "tile sizes from 1 to " + std::to_string(kMaxSquare_px) + " are possible");
  }
  if (features_k < 1 || features_k > kMaxFeaturesK) {
    throw UsageError("features: " + std::to_string(features_k) + " is not between 1 and " +
                     std::to_string(kMaxFeaturesK));
  }
  const std::uint8_t* planes[3] = {r, g, b};
  features_of(planes, stride, size_px, features_k, features);

  sums = ColorSums{};
  sums.pixels = static_cast<std::int64_t>(size_px) * size_px;
  const int rows_at_once = std::max(1, kLaneCapacity / ((size_px + kLanes - 1) / kLanes));
  for (int y = 0; y < size_px; y += rows_at_once) {
    const std::ptrdiff_t at = y * stride;
    dispatch<add_moments>(isa, r + at, g + at, b + at, stride, size_px,
                          std::min(rows_at_once, size_px - y), &sums);
  }
}

std::uint8_t saliency_of_square(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px,
                                Isa isa) {
  std::int64_t total = 0;
  dispatch<difference_sum>(isa, luma, stride, size_px, &total);
  return saliency_from_differences(total, size_px);
}

}  // namespace mosaic::cpu
