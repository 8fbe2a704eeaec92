#include "backend/cpu/describe.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "backend/cpu/color_moments.hpp"
#include "backend/cpu/grid_sums.hpp"
#include "backend/feature_math.hpp"
#include "backend/saliency_math.hpp"
#include "core/byte_differences.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cpu {

namespace {

constexpr int kMaxSquare_px = 4096;

GridAxis divide_axis(int size_px, int k) {
  GridAxis axis{};
  for (int c = 0; c < k; ++c) axis[static_cast<std::size_t>(c)] = interval_of(c, size_px, k);
  return axis;
}

/// The last bytes of a description.
void detail_of(const SquareView& square, int k, Isa isa, std::uint8_t* detail) {
  const int size_px = square.size_px;
  const int lag = detail_lag(size_px);
  for (int py = 0; py < kDetailGrid; ++py) {
    const int top = detail_part(size_px, py);
    const int rows = detail_part(size_px, py + 1) - top;
    for (int px = 0; px < kDetailGrid; ++px) {
      const int left = detail_part(size_px, px);
      const int width = detail_part(size_px, px + 1) - left;
      const std::uint8_t* at = square.luma + top * square.stride + left;
      BytePair pair{at, at + lag, square.stride, width, rows, left, size_px - lag - left - width};
      std::int64_t total = difference_sum(pair, isa);
      pair.b = at + lag * square.stride;
      total += difference_sum(pair, isa);
      *detail++ = detail_byte(total, std::int64_t{rows} * width, k);
    }
  }
}

/// Of neighbours in x and in y.
std::int64_t neighbour_differences(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px,
                                   Isa isa) {
  return difference_sum({luma, luma + 1, stride, size_px - 1, size_px}, isa) +
         difference_sum({luma, luma + stride, stride, size_px, size_px - 1}, isa);
}

}  // namespace

void mean_colours(const SquareView& square, int features_k, std::uint8_t* colours, Isa isa) {
  const int size_px = square.size_px;
  if (size_px < 1 || size_px > kMaxSquare_px) {
    throw UsageError("a square of " + std::to_string(size_px) + " pixels cannot be described",
                     "tile sizes from 1 to " + std::to_string(kMaxSquare_px) + " are possible");
  }
  if (features_k < 1 || features_k > kMaxFeaturesK) {
    throw UsageError("features: " + std::to_string(features_k) + " is not between 1 and " +
                     std::to_string(kMaxFeaturesK));
  }
  const std::uint8_t* planes[3] = {square.r, square.g, square.b};
  const GridAxis axis = divide_axis(size_px, features_k);
  std::array<GridSums, 3> sums{};
  for (std::size_t c = 0; c < 3; ++c) {
    add_grid_sums({planes[c], square.stride, size_px, features_k, &axis}, isa, sums[c]);
  }
  const auto weight = static_cast<std::uint64_t>(size_px) * static_cast<std::uint64_t>(size_px);
  const auto cells = static_cast<std::size_t>(features_k) * static_cast<std::size_t>(features_k);
  for (std::size_t i = 0; i < cells; ++i) {
    oklab_bytes(mean_linear(sums[0][i], weight), mean_linear(sums[1][i], weight),
                mean_linear(sums[2][i], weight), kRootTable.data(), colours + 3 * i);
  }
}

void describe_square(const SquareView& square, int features_k, std::uint8_t* features,
                     ColorSums& sums, Isa isa) {
  mean_colours(square, features_k, features, isa);
  detail_of(square, features_k, isa, features + std::ptrdiff_t{3} * features_k * features_k);
  sums = color_sums_of(square.r, square.g, square.b, square.stride, square.size_px, isa);
}

std::uint8_t saliency_of_square(const std::uint8_t* luma, std::ptrdiff_t stride, int size_px,
                                Isa isa) {
  return saliency_from_differences(neighbour_differences(luma, stride, size_px, isa), size_px);
}

}  // namespace mosaic::cpu
