// Histogram matching and the transfers made with it, against plain fp64 references.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "backend/compose_math.hpp"
#include "backend/cpu/quantiles.hpp"
#include "look/histogram.hpp"
#include "look/transfer.hpp"

namespace mosaic {
namespace {

constexpr int kSize = 24;
constexpr std::size_t kArea = static_cast<std::size_t>(kSize) * kSize;

/// Planar R, G, B of one square.
using Square = std::vector<std::uint8_t>;

Square random_square(std::mt19937& random, std::array<double, 3> mean, double spread) {
  std::normal_distribution<double> normal(0.0, spread);
  Square square(3 * kArea);
  for (std::size_t i = 0; i < kArea; ++i) {
    const double shared = normal(random);
    for (std::size_t c = 0; c < 3; ++c) {
      square[c * kArea + i] = static_cast<std::uint8_t>(
          std::clamp(mean[c] + shared + 0.5 * normal(random), 0.0, 255.0));
    }
  }
  return square;
}

ColorSums sums_of(const Square& square) {
  ColorSums sums;
  sums.pixels = kArea;
  for (std::size_t i = 0; i < kArea; ++i) {
    int at = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      sums.sum[a] += square[a * kArea + i];
      for (std::size_t b = a; b < 3; ++b) {
        sums.product[at++] += int{square[a * kArea + i]} * square[b * kArea + i];
      }
    }
  }
  return sums;
}

std::vector<std::uint8_t> quantiles_of_square(const Square& square) {
  ThreadPool pool(1);
  return quantiles_of_tiles(square, kSize, pool);
}

/// The curve by its definition, with quantiles found by sorting.
double plain_match(const std::vector<double>& from, const std::vector<double>& to, double x) {
  if (x < from.front()) return to.front() + (x - from.front());
  if (x > from.back()) return to.back() + (x - from.back());
  double low = 1e9;
  double high = -1e9;
  for (std::size_t k = 0; k < from.size(); ++k) {
    if (from[k] != x) continue;
    low = std::min(low, to[k]);
    high = std::max(high, to[k]);
  }
  if (low <= high) return (low + high) / 2;
  std::size_t k = 0;
  while (from[k + 1] < x) ++k;
  return to[k] + (x - from[k]) / (from[k + 1] - from[k]) * (to[k + 1] - to[k]);
}

std::array<double, 17> plain_curve(const std::uint8_t* tile, const std::uint8_t* cell) {
  const auto quantiles = [](const std::uint8_t* samples) {
    std::vector<std::uint8_t> sorted(samples, samples + kArea);
    std::ranges::sort(sorted);
    std::vector<double> q;
    for (std::size_t k = 0; k <= 16; ++k) q.push_back(sorted[k * (kArea - 1) / 16]);
    return q;
  };
  const std::vector<double> from = quantiles(tile);
  const std::vector<double> to = quantiles(cell);
  std::array<double, 17> step{};
  for (std::size_t j = 0; j < 16; ++j) {
    const double x = 16.0 * static_cast<double>(j);
    step[j] = std::clamp(plain_match(from, to, x + 16) - plain_match(from, to, x), 8.0, 32.0);
  }
  const auto middle = static_cast<std::size_t>(from[8]) / 16;
  std::array<double, 17> curve{};
  curve[middle] = to[8] - (from[8] / 16 - static_cast<double>(middle)) * step[middle];
  for (std::size_t j = middle + 1; j < 17; ++j) curve[j] = curve[j - 1] + step[j - 1];
  for (std::size_t j = middle; j > 0; --j) curve[j - 1] = curve[j] - step[j - 1];
  for (double& v : curve) v = std::clamp(v, 0.0, 255.0);
  return curve;
}

struct Case {
  Square tile;
  Square cell;
};

std::vector<Case> cases() {
  std::mt19937 random(31);
  std::vector<Case> all;
  for (int i = 0; i < 12; ++i) {
    all.push_back({random_square(random, {90.0 + 5 * i, 120, 60}, 30),
                   random_square(random, {140, 150.0 - 6 * i, 90}, 12 + 3 * i)});
  }
  all.push_back({Square(3 * kArea, 17), random_square(random, {100, 100, 100}, 40)});
  all.push_back({random_square(random, {100, 100, 100}, 60), Square(3 * kArea, 255)});
  all.push_back({Square(3 * kArea, 255), Square(3 * kArea, 0)});
  return all;
}

CellLook look_for(const Case& c, ColorTransfer transfer, double l, double ab) {
  LookSettings settings;
  settings.color_transfer = transfer;
  settings.reinhard_l = l;
  settings.reinhard_ab = ab;
  const ColorSums sums = sums_of(c.tile);
  const std::vector<std::uint8_t> quantiles = quantiles_of_square(c.tile);
  CellDescriptions cells;
  cells.color_sums = {sums_of(c.cell)};
  cells.saliency = {64};
  cells.quantiles = quantiles_of_square(c.cell);
  return cell_look({std::span(&sums, 1), quantiles}, 0, cells, 0, settings);
}

int recoloured_sample(const CellLook& look, const Square& tile, std::size_t i, std::size_t c) {
  const std::int32_t curve = look.curved != 0 ? curve_at(look.curve[c], tile[c * kArea + i]) : 0;
  return recoloured(look.matrix + 3 * c, look.offset[c] + curve, tile[i], tile[kArea + i],
                    tile[2 * kArea + i]);
}

/// Largest error allowed: half a level for the byte, the rest for 1/16 levels in the curve and
/// 1/2^14 in the matrix.
constexpr double kWithin = 0.56;

TEST(Histogram, FollowsAPlainReferenceWithin056Levels) {
  for (const Case& c : cases()) {
    for (const double strength : {1.0, 0.35}) {
      const CellLook look = look_for(c, ColorTransfer::histogram, strength, 0.0);
      for (std::size_t ch = 0; ch < 3; ++ch) {
        const auto curve = plain_curve(c.tile.data() + ch * kArea, c.cell.data() + ch * kArea);
        for (std::size_t i = 0; i < kArea; ++i) {
          const int v = c.tile[ch * kArea + i];
          const auto j = static_cast<std::size_t>(v / 16);
          const double matched = curve[j] + (v % 16) / 16.0 * (curve[j + 1] - curve[j]);
          const double wanted = std::clamp(v + strength * (matched - v), 0.0, 255.0);
          ASSERT_NEAR(recoloured_sample(look, c.tile, i, ch), wanted, kWithin);
        }
      }
    }
  }
}

TEST(Histogram, HybridsAreTheirMixtureWithin056Levels) {
  const struct {
    ColorTransfer hybrid;
    ColorTransfer affine;
    double share;
  } kinds[] = {{ColorTransfer::hybrid, ColorTransfer::reinhard, 0.35},
               {ColorTransfer::mkl_hybrid, ColorTransfer::mkl, 0.30}};
  for (const Case& c : cases()) {
    for (const auto& kind : kinds) {
      const CellLook look = look_for(c, kind.hybrid, 0.6, 0.4);
      const CellLook affine = look_for(c, kind.affine, 0.6, 0.4);
      for (std::size_t ch = 0; ch < 3; ++ch) {
        const auto curve = plain_curve(c.tile.data() + ch * kArea, c.cell.data() + ch * kArea);
        for (std::size_t i = 0; i < kArea; ++i) {
          const int v = c.tile[ch * kArea + i];
          const auto j = static_cast<std::size_t>(v / 16);
          const double matched = curve[j] + (v % 16) / 16.0 * (curve[j + 1] - curve[j]);
          double moved = affine.offset[ch] / 16384.0;
          for (std::size_t k = 0; k < 3; ++k) {
            moved += affine.matrix[3 * ch + k] / 16384.0 * c.tile[k * kArea + i];
          }
          const double wanted =
              std::clamp((1 - kind.share) * moved + kind.share * matched, 0.0, 255.0);
          ASSERT_NEAR(recoloured_sample(look, c.tile, i, ch), wanted, kWithin);
        }
      }
    }
  }
}

TEST(Histogram, AtFullStrengthTheTileGetsTheCellsQuantiles) {
  std::mt19937 random(32);
  const Case c{random_square(random, {90, 120, 100}, 25),
               random_square(random, {140, 100, 120}, 33)};
  const CellLook look = look_for(c, ColorTransfer::histogram, 1.0, 0.0);
  for (std::size_t ch = 0; ch < 3; ++ch) {
    std::vector<int> got;
    for (std::size_t i = 0; i < kArea; ++i) got.push_back(recoloured_sample(look, c.tile, i, ch));
    std::vector<int> wanted(c.cell.begin() + static_cast<std::ptrdiff_t>(ch * kArea),
                            c.cell.begin() + static_cast<std::ptrdiff_t>((ch + 1) * kArea));
    std::ranges::sort(got);
    std::ranges::sort(wanted);
    for (std::size_t k = 2; k <= 14; ++k) {
      EXPECT_NEAR(got[k * kArea / 16], wanted[k * kArea / 16], 4) << ch << " " << k;
    }
    EXPECT_NEAR(got[kArea / 2], wanted[kArea / 2], 1);
  }
}

TEST(Histogram, CurvesRiseByHalfToTwoSoThatNeitherBandsNorBlanksAppear) {
  for (const Case& c : cases()) {
    const auto from = quantiles_of_square(c.tile);
    const auto to = quantiles_of_square(c.cell);
    for (std::size_t ch = 0; ch < 3; ++ch) {
      const auto curve = histogram_curve(Quantiles(std::span(from).subspan(ch * 17, 17)),
                                         Quantiles(std::span(to).subspan(ch * 17, 17)));
      for (std::size_t j = 0; j < 16; ++j) {
        const double step = curve[j + 1] - curve[j];
        EXPECT_LE(step, 32.0 + 1e-9);
        if (curve[j] > 0.0 && curve[j + 1] < 255.0) {
          EXPECT_GE(step, 8.0 - 1e-9);
        }
      }
    }
  }
}

TEST(Histogram, AdaptiveReinhardIsReinhardNearAndWeakerFar) {
  std::mt19937 random(33);
  const Square tile = random_square(random, {100, 100, 100}, 20);
  const auto moved_share = [&](std::array<double, 3> mean) {
    const Case c{tile, random_square(random, mean, 20)};
    const auto shift = [&](ColorTransfer transfer) {
      const CellLook look = look_for(c, transfer, 0.8, 0.8);
      const ColorSums sums = sums_of(tile);
      double moved = 0.0;
      for (std::size_t ch = 0; ch < 3; ++ch) {
        double value = look.offset[ch] / 16384.0;
        for (std::size_t k = 0; k < 3; ++k) {
          value += look.matrix[3 * ch + k] / 16384.0 * static_cast<double>(sums.sum[k]) / kArea;
        }
        moved += std::abs(value - static_cast<double>(sums.sum[ch]) / kArea);
      }
      return moved;
    };
    return shift(ColorTransfer::adaptive_reinhard) / shift(ColorTransfer::reinhard);
  };
  // 1 / (1 + (d / 128)^2) with d about 17, 69 and 173.
  EXPECT_NEAR(moved_share({110, 110, 110}), 0.98, 0.02);
  EXPECT_NEAR(moved_share({140, 140, 140}), 0.77, 0.03);
  EXPECT_NEAR(moved_share({200, 200, 200}), 0.35, 0.04);
}

}  // namespace
}  // namespace mosaic
