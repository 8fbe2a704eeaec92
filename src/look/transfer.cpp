#include "look/transfer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "look/histogram.hpp"
#include "look/mkl_maps.hpp"
#include "look/symmetric3.hpp"

namespace mosaic {
namespace {

/// A photo keeps at least this share of its contrast. In a plain sky what is left of it is all that
/// differs from the frame.
constexpr double kMinGain = 0.30;
/// Mean luma of a cell below which photos are dimmed with it, levels.
constexpr double kDark = 64.0;
constexpr double kQ14 = 16384.0;
/// Distance of means, in RGB levels, at which adaptive_reinhard has half its strength.
constexpr double kHalfStrengthDistance = 128.0;
constexpr double kHybridShare = 0.35;
constexpr double kMklHybridShare = 0.30;

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

Matrix3 reinhard_matrix(const Moments& tile, const Moments& cell, double strength,
                        double min_gain) {
  Matrix3 scaled = kOpponentFromRgb;
  for (int c = 0; c < 3; ++c) {
    const double* direction = kOpponentFromRgb.data() + static_cast<std::ptrdiff_t>(c) * 3;
    const double from = variance_along(tile.covariance, direction) + kVarianceFloor;
    const double to = variance_along(cell.covariance, direction) + kVarianceFloor;
    const double ratio = std::clamp(std::sqrt(to / from), min_gain, kMaxGain);
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

bool is_mkl(ColorTransfer transfer) {
  return transfer == ColorTransfer::mkl || transfer == ColorTransfer::mkl_hybrid;
}

/// The strengths as they hold for one tile in one cell.
struct Strengths {
  LookSettings settings;
  double min_gain = kMinGain;
};

/// Note [Photos in the dark]: nobody sees a photo where the frame is black. Below kDark the
/// strengths go to 1 and the least gain to 0 with the cell's luma, as if the light on the photo
/// were turned down. A fade from black then begins black, and not with photos that are bright for
/// it.
Strengths strengths_for(const LookSettings& settings, const Vector3& tile, const Vector3& cell) {
  Strengths result{settings};
  LookSettings& s = result.settings;
  if (settings.color_transfer == ColorTransfer::adaptive_reinhard) {
    double squared = 0.0;
    for (std::size_t c = 0; c < 3; ++c) squared += (tile[c] - cell[c]) * (tile[c] - cell[c]);
    const double factor = 1.0 / (1.0 + squared / (kHalfStrengthDistance * kHalfStrengthDistance));
    s.reinhard_l *= factor;
    s.reinhard_ab *= factor;
  }
  const double luma = kWr * cell[0] + kWg * cell[1] + kWb * cell[2];
  const double light = std::min(1.0, luma / kDark);
  for (double* strength : {&s.reinhard_l, &s.reinhard_ab, &s.spread_transfer}) {
    if (*strength > 0.0) *strength += (1.0 - *strength) * (1.0 - light);
  }
  result.min_gain *= light;
  return result;
}

bool is_affine(ColorTransfer transfer) {
  return transfer != ColorTransfer::none && transfer != ColorTransfer::histogram;
}

/// What the affine map of one tile in one cell is made of.
struct Recolouring {
  Moments tile;
  Moments cell;
  Strengths strengths;
};

Recolouring recolouring_of(const ColorSums& tile_sums, const ColorSums& cell_sums,
                           const LookSettings& settings) {
  const Moments tile = moments_of(tile_sums);
  const Moments cell = moments_of(cell_sums);
  return {tile, cell, strengths_for(settings, tile.mean, cell.mean)};
}

MklPair mkl_pair_of(const Recolouring& one) {
  return {one.tile.covariance, one.cell.covariance, one.strengths.settings.spread_transfer,
          one.strengths.min_gain};
}

Matrix3 reinhard_matrix(const Recolouring& one) {
  return reinhard_matrix(one.tile, one.cell, one.strengths.settings.spread_transfer,
                         one.strengths.min_gain);
}

void set_map(const Recolouring& one, const Matrix3& matrix, ColorTransfer transfer,
             CellLook& look) {
  const auto& [tile, cell, strengths] = one;
  Vector3 mean;
  if (is_mkl(transfer)) {
    for (std::size_t c = 0; c < 3; ++c) {
      mean[c] = tile.mean[c] + strengths.settings.reinhard_l * (cell.mean[c] - tile.mean[c]);
    }
  } else {
    mean = reinhard_mean(tile, cell, strengths.settings);
  }
  const Vector3 moved = transform(matrix, tile.mean);
  for (std::size_t i = 0; i < 9; ++i) {
    look.matrix[i] = static_cast<std::int32_t>(std::llrint(matrix[i] * kQ14));
  }
  for (std::size_t c = 0; c < 3; ++c) {
    look.offset[c] = static_cast<std::int32_t>(std::llrint((mean[c] - moved[c]) * kQ14));
  }
}

/// Cells whose maps are made together.
constexpr std::size_t kTogether = 8;

/// affine_look() of the cells [begin, end), at most kTogether of them.
void mkl_looks(std::span<const std::int32_t> tile, const TileColors& tiles,
               const CellDescriptions& cells, const LookSettings& settings, std::size_t begin,
               std::size_t end, Isa isa, std::vector<CellLook>& out) {
  std::array<Recolouring, kTogether> one;
  std::array<MklPair, kTogether> pairs;
  std::array<Matrix3, kTogether> maps;
  for (std::size_t i = begin; i < end; ++i) {
    one[i - begin] = recolouring_of(tiles.sums[static_cast<std::size_t>(tile[i])],
                                    cells.color_sums[i], settings);
    pairs[i - begin] = mkl_pair_of(one[i - begin]);
  }
  mkl_maps(std::span(pairs).first(end - begin), isa, std::span(maps).first(end - begin));
  for (std::size_t i = begin; i < end; ++i) {
    out[i] = CellLook{};
    out[i].blend = blend_of(cells.saliency[i], settings);
    set_map(one[i - begin], maps[i - begin], settings.color_transfer, out[i]);
  }
}

/// The rest of a look.
void add_curves(const TileColors& tiles, std::int32_t tile, const CellDescriptions& cells,
                std::size_t cell, double share, CellLook& look) {
  if (share <= 0.0) return;
  constexpr std::size_t kPerSquare = 3 * static_cast<std::size_t>(kCurveNodes);
  add_histogram(tiles.quantiles.subspan(static_cast<std::size_t>(tile) * kPerSquare, kPerSquare),
                std::span(cells.quantiles).subspan(cell * kPerSquare, kPerSquare), share, look);
}

}  // namespace

std::int32_t blend_of(std::uint8_t saliency, const LookSettings& settings) {
  const double share = (static_cast<double>(saliency) - 32.0) / 96.0;
  const double blend =
      settings.base_blend_min + share * (settings.base_blend_max - settings.base_blend_min);
  return static_cast<std::int32_t>(std::llrint(std::clamp(blend, 0.0, 1.0) * 256.0));
}

CellLook affine_look(const ColorSums& tile_sums, const ColorSums& cell_sums, std::uint8_t saliency,
                     const LookSettings& settings) {
  CellLook look;
  look.blend = blend_of(saliency, settings);
  if (!is_affine(settings.color_transfer)) return look;
  const Recolouring one = recolouring_of(tile_sums, cell_sums, settings);
  set_map(one, is_mkl(settings.color_transfer) ? mkl_map(mkl_pair_of(one)) : reinhard_matrix(one),
          settings.color_transfer, look);
  return look;
}

double histogram_share(const LookSettings& settings) {
  switch (settings.color_transfer) {
    case ColorTransfer::histogram:
      return settings.reinhard_l;
    case ColorTransfer::hybrid:
      return kHybridShare;
    case ColorTransfer::mkl_hybrid:
      return kMklHybridShare;
    default:
      return 0.0;
  }
}

CellLook cell_look(const TileColors& tiles, std::int32_t tile, const CellDescriptions& cells,
                   std::size_t cell, const LookSettings& settings) {
  CellLook look = affine_look(tiles.sums[static_cast<std::size_t>(tile)], cells.color_sums[cell],
                              cells.saliency[cell], settings);
  add_curves(tiles, tile, cells, cell, histogram_share(settings), look);
  return look;
}

void cell_looks(std::span<const std::int32_t> tile, const TileColors& tiles,
                const CellDescriptions& cells, const LookSettings& settings, ThreadPool& pool,
                std::vector<CellLook>& out, Isa isa) {
  out.resize(tile.size());
  const bool together = is_mkl(settings.color_transfer);
  const double share = histogram_share(settings);
  pool.parallel_for(tile.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < end; at += kTogether) {
      const std::size_t stop = std::min(at + kTogether, end);
      if (together) mkl_looks(tile, tiles, cells, settings, at, stop, isa, out);
      for (std::size_t i = at; i < stop; ++i) {
        if (together) {
          add_curves(tiles, tile[i], cells, i, share, out[i]);
        } else {
          out[i] = cell_look(tiles, tile[i], cells, i, settings);
        }
      }
    }
  });
}

}  // namespace mosaic
