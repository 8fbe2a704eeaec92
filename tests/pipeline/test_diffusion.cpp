// Placement by error diffusion.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "assign/diffusion.hpp"
#include "backend/feature_math.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr int kK = 3;
constexpr int kColumns = 12;
constexpr int kGridCells = 12 * 9;

class DiffusionProblem {
 public:
  explicit DiffusionProblem(int photos, int uses, unsigned seed = 5)
      : library(photos, 2, kK, 8, seed),
        base(library, scale, SimdChoice::plain),
        capacity(static_cast<std::size_t>(photos), uses),
        carried(kGridCells, kNoTile) {
    std::mt19937 random(seed + 1);
    const int dims = feature_count(kK);
    for (int i = 0; i < kGridCells; ++i) {
      for (int d = 0; d < dims; ++d) {
        described.features.push_back(static_cast<std::uint8_t>(110 + i / 6 + random() % 20));
      }
      described.saliency.push_back(64);
    }
    score();
  }

  std::vector<std::int32_t> place(double strength) {
    ThreadPool pool(1);
    const std::vector<std::int32_t> switch_price(kGridCells, scale.switch_price);
    BannedPhotos banned;
    banned.resize(kGridCells);
    const FrameObjective objective(library, base, scale, described, scores, carried, switch_price,
                                   banned, pool);
    return place_by_diffusion(
        {library, objective, described, scores, carried, capacity, kColumns, strength, 1.0, 1.0});
  }

  /// What the blocks of 3 x 3 cells miss on average, in levels of lightness: what an eye that does
  /// not resolve cells sees.
  double blurred_error(const std::vector<std::int32_t>& tile) const {
    const int dims = feature_count(kK);
    double total = 0.0;
    for (int by = 0; by < 3; ++by) {
      for (int bx = 0; bx < 4; ++bx) {
        double miss = 0.0;
        for (int y = 3 * by; y < 3 * by + 3; ++y) {
          for (int x = 3 * bx; x < 3 * bx + 3; ++x) {
            const int i = y * kColumns + x;
            for (int d = 0; d < 3 * kK * kK; d += 3) {
              miss += described.features[static_cast<std::size_t>(i * dims + d)];
              miss -= library.features()[static_cast<std::size_t>(
                  tile[static_cast<std::size_t>(i)] * dims + d)];
            }
          }
        }
        total += std::abs(miss) / (9.0 * kK * kK);
      }
    }
    return total / 12;
  }

  test::FakeLibrary library;
  CostScale scale{27 * 60, 27 * 12};
  cpu::BaseCosts base;
  std::vector<std::int32_t> capacity;
  std::vector<std::int32_t> carried;
  CellDescriptions described;
  CellScores scores;

 private:
  void score() {
    scores.list_length = std::min(24, library.tiles());
    scores.candidates = 0;
    std::vector<std::int32_t> row(static_cast<std::size_t>(library.tiles()));
    for (int i = 0; i < kGridCells; ++i) {
      base.row(described.features.data() + i * feature_count(kK), 64, row);
      std::vector<std::pair<std::int32_t, std::int32_t>> order;
      for (std::size_t t = 0; t < row.size(); ++t) {
        order.emplace_back(row[t], static_cast<std::int32_t>(t));
      }
      std::ranges::sort(order);
      for (std::size_t k = 0; k < static_cast<std::size_t>(scores.list_length); ++k) {
        scores.list_tile.push_back(order[k].second);
        scores.list_base.push_back(order[k].first);
      }
      scores.list_bound.push_back(0);
      scores.dissimilarity.push_back(scale.ssim_unit);
    }
  }
};

TEST(Diffusion, WithoutStrengthEveryCellTakesItsBestFreeTile) {
  DiffusionProblem problem(150, 1000);
  const auto tile = problem.place(0.0);
  for (std::size_t i = 0; i < kGridCells; ++i) {
    EXPECT_EQ(tile[i], problem.scores.list_tile[i * 24]) << i;
  }
}

TEST(Diffusion, PassingTheErrorOnBringsAreasNearerToTheFrame) {
  double without = 0.0;
  double with = 0.0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    DiffusionProblem problem(60, 1000, seed);
    without += problem.blurred_error(problem.place(0.0));
    with += problem.blurred_error(problem.place(0.85));
  }
  EXPECT_LT(with, 0.8 * without);
}

TEST(Diffusion, NoPhotoIsUsedMoreOftenThanAllowed) {
  for (const int uses : {2, 3}) {
    DiffusionProblem problem(54, uses);  // with two uses the pool is just enough
    const auto tile = problem.place(0.85);
    std::vector<int> used(54);
    for (const std::int32_t t : tile) ++used[static_cast<std::size_t>(t / 2)];
    EXPECT_LE(*std::ranges::max_element(used), uses);
  }
}

TEST(Diffusion, ARepeatedFrameKeepsEveryTile) {
  DiffusionProblem problem(80, 3);
  const auto first = problem.place(0.85);
  problem.carried = first;
  EXPECT_EQ(problem.place(0.85), first);
}

}  // namespace
}  // namespace mosaic
