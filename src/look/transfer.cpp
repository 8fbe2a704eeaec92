#include "look/transfer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "look/symmetric3.hpp"

namespace mosaic {
namespace {

constexpr double kMinGain = 0.5;
constexpr double kMaxGain = 2.0;
/// Added to both covariances' diagonals (squared levels) so that flat squares have no direction in
/// which the map would divide by nothing. One level of deviation: far below what the eye sees.
constexpr double kVarianceFloor = 1.0;
constexpr double kQ14 = 16384.0;

struct Moments {
  Vector3 mean{};
  Matrix3 covariance{};
};

/// Means and (population) covariance from exact integer sums. The numerators n*product - sum*sum
/// are exact in int64 for squares up to 1024 px.
Moments moments_of(const ColorSums& sums) {
  static constexpr int kProductIndex[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
  Moments moments;
  const auto n = static_cast<double>(sums.pixels);
  for (int i = 0; i < 3; ++i) {
    moments.mean[static_cast<std::size_t>(i)] = static_cast<double>(sums.sum[i]) / n;
    for (int j = 0; j < 3; ++j) {
      const std::int64_t numerator =
          sums.pixels * sums.product[kProductIndex[i * 3 + j]] - sums.sum[i] * sums.sum[j];
      moments.covariance[static_cast<std::size_t>(i * 3 + j)] =
          static_cast<double>(numerator) / (n * n);
    }
  }
  return moments;
}

// Luma and the two colour differences; rows sum to 1, 0, 0, so greys stay grey.
constexpr double kWr = 54.0 / 256.0;
constexpr double kWg = 183.0 / 256.0;
constexpr double kWb = 19.0 / 256.0;
constexpr Matrix3 kOpponentFromRgb = {kWr, kWg, kWb, 1.0 - kWr, -kWg, -kWb, -kWr, -kWg, 1.0 - kWb};
constexpr Matrix3 kRgbFromOpponent = {1.0, 1.0, 0.0, 1.0, -kWr / kWg, -kWb / kWg, 1.0, 0.0, 1.0};

double variance_along(const Matrix3& covariance, const double* direction) {
  const Vector3 d = {direction[0], direction[1], direction[2]};
  const Vector3 cd = transform(covariance, d);
  return d[0] * cd[0] + d[1] * cd[1] + d[2] * cd[2];
}

Matrix3 reinhard_matrix(const Moments& tile, const Moments& cell, const LookSettings& settings) {
  Matrix3 scaled = kOpponentFromRgb;
  for (int c = 0; c < 3; ++c) {
    const double* direction = kOpponentFromRgb.data() + static_cast<std::ptrdiff_t>(c) * 3;
    const double from = variance_along(tile.covariance, direction) + kVarianceFloor;
    const double to = variance_along(cell.covariance, direction) + kVarianceFloor;
    const double ratio = std::clamp(std::sqrt(to / from), kMinGain, kMaxGain);
    const double strength = c == 0 ? settings.reinhard_l : settings.reinhard_ab;
    const double gain = 1.0 + strength * (ratio - 1.0);
    for (int j = 0; j < 3; ++j) scaled[static_cast<std::size_t>(c * 3 + j)] *= gain;
  }
  return multiply(kRgbFromOpponent, scaled);
}

/// Where the tile's mean goes: part of the way to the cell's, per opponent axis.
Vector3 reinhard_mean(const Moments& tile, const Moments& cell, const LookSettings& settings) {
  const Vector3 from = transform(kOpponentFromRgb, tile.mean);
  const Vector3 to = transform(kOpponentFromRgb, cell.mean);
  Vector3 mean{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double strength = c == 0 ? settings.reinhard_l : settings.reinhard_ab;
    mean[c] = from[c] + strength * (to[c] - from[c]);
  }
  return transform(kRgbFromOpponent, mean);
}

/// A = T^-1/2 (T^1/2 C T^1/2)^1/2 T^-1/2 maps covariance T to C and is symmetric positive definite.
Matrix3 mkl_matrix(const Moments& tile, const Moments& cell, double strength) {
  const auto floored = [](Matrix3 m) {
    for (std::size_t i = 0; i < 9; i += 4) m[i] += kVarianceFloor;
    return m;
  };
  const auto root = [](double v) { return std::sqrt(std::max(v, 0.0)); };
  const Eigen3 from = eigen_symmetric(floored(tile.covariance));
  const Matrix3 half = apply_to_spectrum(from, root);
  const Matrix3 inverse_half =
      apply_to_spectrum(from, [](double v) { return 1.0 / std::sqrt(std::max(v, 0.5)); });
  const Matrix3 middle = multiply(multiply(half, floored(cell.covariance)), half);
  const Matrix3 middle_root = apply_to_spectrum(eigen_symmetric(middle), root);
  const Matrix3 map = multiply(multiply(inverse_half, middle_root), inverse_half);
  return apply_to_spectrum(eigen_symmetric(map), [strength](double gain) {
    return 1.0 + strength * (std::clamp(gain, kMinGain, kMaxGain) - 1.0);
  });
}

std::int32_t blend_of(std::uint8_t saliency, const LookSettings& settings) {
  const double share = (static_cast<double>(saliency) - 32.0) / 96.0;
  const double blend =
      settings.base_blend_min + share * (settings.base_blend_max - settings.base_blend_min);
  return static_cast<std::int32_t>(std::llrint(std::clamp(blend, 0.0, 1.0) * 256.0));
}

}  // namespace

CellLook cell_look(const ColorSums& tile_sums, const ColorSums& cell_sums, std::uint8_t saliency,
                   const LookSettings& settings) {
  CellLook look;
  look.blend = blend_of(saliency, settings);
  if (settings.color_transfer == ColorTransfer::none) return look;

  const Moments tile = moments_of(tile_sums);
  const Moments cell = moments_of(cell_sums);
  Matrix3 matrix;
  Vector3 mean;
  if (settings.color_transfer == ColorTransfer::reinhard) {
    matrix = reinhard_matrix(tile, cell, settings);
    mean = reinhard_mean(tile, cell, settings);
  } else {
    matrix = mkl_matrix(tile, cell, settings.reinhard_l);
    for (std::size_t c = 0; c < 3; ++c) {
      mean[c] = tile.mean[c] + settings.reinhard_l * (cell.mean[c] - tile.mean[c]);
    }
  }
  const Vector3 moved = transform(matrix, tile.mean);
  for (std::size_t i = 0; i < 9; ++i) {
    look.matrix[i] = static_cast<std::int32_t>(std::llrint(matrix[i] * kQ14));
  }
  for (std::size_t c = 0; c < 3; ++c) {
    look.offset[c] = static_cast<std::int32_t>(std::llrint((mean[c] - moved[c]) * kQ14));
  }
  return look;
}

void cell_looks(std::span<const std::int32_t> tile, std::span<const ColorSums> tile_sums,
                const CellDescriptions& cells, const LookSettings& settings, ThreadPool& pool,
                std::vector<CellLook>& out) {
  out.resize(tile.size());
  pool.parallel_for(tile.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      out[i] = cell_look(tile_sums[static_cast<std::size_t>(tile[i])], cells.color_sums[i],
                         cells.saliency[i], settings);
    }
  });
}

}  // namespace mosaic
