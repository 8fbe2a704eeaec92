#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "assign/dense_costs.hpp"
#include "assign/solver.hpp"
#include "assign/spacing.hpp"

namespace mosaic {
namespace {

int conflicts(const std::vector<std::int32_t>& photo, int columns, int distance) {
  int count = 0;
  const auto cells = static_cast<int>(photo.size());
  for (int a = 0; a < cells; ++a) {
    for (int b = a + 1; b < cells; ++b) {
      if (photo[static_cast<std::size_t>(a)] != photo[static_cast<std::size_t>(b)]) continue;
      const int dx = std::abs(a % columns - b % columns);
      const int dy = std::abs(a / columns - b / columns);
      count += dx < distance && dy < distance ? 1 : 0;
    }
  }
  return count;
}

TEST(Spacing, FitsSeesExactlyWhatIsTooClose) {
  std::mt19937 random(3);
  constexpr int kColumns = 7;
  constexpr int kRows = 5;
  for (int distance = 1; distance <= 4; ++distance) {
    const Spacing spacing(kColumns, kRows, distance);
    std::vector<std::int32_t> photo(kColumns * kRows);
    for (auto& p : photo) p = static_cast<std::int32_t>(random() % 6);
    int close = 0;
    for (int cell = 0; cell < kColumns * kRows; ++cell) {
      for (std::int32_t p = 0; p < 6; ++p) {
        std::vector<std::int32_t> other = photo;
        other[static_cast<std::size_t>(cell)] = -1;
        const int without = conflicts(other, kColumns, distance);
        other[static_cast<std::size_t>(cell)] = p;
        const bool fits = conflicts(other, kColumns, distance) == without;
        EXPECT_EQ(spacing.fits(photo, cell, p), fits) << distance << ' ' << cell << ' ' << p;
        close += fits ? 0 : 1;
      }
    }
    EXPECT_EQ(close > 0, distance > 1) << "the test sees both answers";
  }
}

TEST(Spacing, WhatIsCarriedIsBannedAroundItsCellOnly) {
  const Spacing spacing(4, 3, 2);
  BannedPhotos banned(12);
  std::vector<std::int32_t> carried(12, -1);
  carried[5] = 7;   // column 1, row 1
  carried[6] = 7;   // beside it: both may stay
  carried[11] = 9;  // the corner
  spacing.protect(carried, banned);
  EXPECT_TRUE(banned[5].empty());
  EXPECT_EQ(banned[6], (std::vector<std::int32_t>{9}));
  EXPECT_EQ(banned[0], (std::vector<std::int32_t>{7}));
  EXPECT_EQ(banned[7], (std::vector<std::int32_t>{7, 9}));
  EXPECT_TRUE(banned[11].empty() || banned[11] == std::vector<std::int32_t>{7});
  EXPECT_EQ(banned[11], (std::vector<std::int32_t>{7})) << "it touches cell 6 at a corner";
}

TEST(Spacing, TheCellThatDoesNotCarryGivesWay) {
  const Spacing spacing(3, 1, 2);
  BannedPhotos banned(3);
  EXPECT_EQ(
      spacing.give_way(std::vector<std::int32_t>{4, 4, 5}, std::vector<std::int32_t>{-1, 4, 5},
                       std::vector<std::uint8_t>{128, 32, 64}, banned),
      1);
  EXPECT_EQ(banned[0], (std::vector<std::int32_t>{4}));
  EXPECT_TRUE(banned[1].empty());
  banned.assign(3, {});
  // both carry it: the less salient one; equally salient: the later one
  spacing.give_way(std::vector<std::int32_t>{4, 4, 5}, std::vector<std::int32_t>{4, 4, 5},
                   std::vector<std::uint8_t>{32, 33, 64}, banned);
  EXPECT_EQ(banned[0], (std::vector<std::int32_t>{4}));
  banned.assign(3, {});
  spacing.give_way(std::vector<std::int32_t>{4, 4, 5}, std::vector<std::int32_t>{4, 4, 5},
                   std::vector<std::uint8_t>{32, 32, 64}, banned);
  EXPECT_EQ(banned[1], (std::vector<std::int32_t>{4}));
  EXPECT_EQ(spacing.give_way(std::vector<std::int32_t>{1, 2, 1}, std::vector<std::int32_t>(3, -1),
                             std::vector<std::uint8_t>(3, 64), banned),
            0);
}

/// Bans and solves in turn come to an end without conflicts, and at a cost near the optimum
/// without distance.
TEST(Spacing, SolvesBetweenBansSettle) {
  constexpr int kColumns = 12;
  constexpr int kRows = 8;
  constexpr int kCells = kColumns * kRows;
  constexpr int kPhotos = 60;
  std::mt19937 random(11);
  std::vector<std::int32_t> costs(kCells * kPhotos);
  // neighbours want the same photos, as in a sky
  for (int cell = 0; cell < kCells; ++cell) {
    for (int photo = 0; photo < kPhotos; ++photo) {
      costs[static_cast<std::size_t>(cell * kPhotos + photo)] =
          1000 + 40 * std::abs(photo - cell % kColumns) + static_cast<std::int32_t>(random() % 30);
    }
  }
  const Spacing spacing(kColumns, kRows, 2);
  const std::vector<std::int32_t> capacity(kPhotos, 8);
  const std::vector<std::int32_t> carried(kCells, -1);
  const std::vector<std::uint8_t> saliency(kCells, 64);
  BannedPhotos banned(kCells);
  Solver solver;
  std::int64_t first = 0;
  int rounds = 0;
  for (; rounds < 40; ++rounds) {
    std::vector<std::int32_t> with_bans = costs;
    for (int cell = 0; cell < kCells; ++cell) {
      for (const std::int32_t photo : banned[static_cast<std::size_t>(cell)]) {
        with_bans[static_cast<std::size_t>(cell * kPhotos + photo)] += kBanCost;
      }
    }
    const DenseCosts problem(kCells, kPhotos, with_bans);
    const Assignment assignment = solver.solve({problem, capacity, {}, {}, nullptr});
    if (rounds == 0) first = assignment.cost;
    if (spacing.give_way(assignment.column_of_row, carried, saliency, banned) == 0) {
      EXPECT_EQ(conflicts(assignment.column_of_row, kColumns, 2), 0);
      EXPECT_LT(assignment.cost, first * 11 / 10);
      break;
    }
  }
  EXPECT_GT(rounds, 0) << "the first optimum has conflicts";
  EXPECT_LT(rounds, 40);
}

}  // namespace
}  // namespace mosaic
