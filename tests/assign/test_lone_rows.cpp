#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "assign/lone_rows.hpp"
#include "assign/support.hpp"

namespace mosaic {
namespace {

using Ints = std::vector<std::int32_t>;

TEST(LoneRows, WhoIsBannedLeavesItsClassWithItsEquals) {
  LoneRows lone(6);
  const Ints classes = {0, 1, 0, 1, 4, 0};
  Ints untouched = classes;
  lone.part(untouched);
  EXPECT_EQ(untouched, classes);
  lone.add(std::vector<Ban>{{2, 7}}, classes);
  Ints parted = classes;
  lone.part(parted);
  EXPECT_EQ(parted, (Ints{0, 1, 2, 1, 4, 5}));
}

TEST(LoneRows, ManyEqualsStayTogether) {
  const std::size_t rows = LoneRows::kFew + 1;
  LoneRows lone(rows);
  const Ints classes(rows, 0);
  lone.add(std::vector<Ban>{{3, 1}}, classes);
  Ints parted = classes;
  lone.part(parted);
  EXPECT_EQ(parted, classes);
}

// Bans have told rows 1 and 2 apart from row 0, or another row has come to be its equal.
TEST(LoneRows, WhoStaysBehindFindsAnotherFirstRow) {
  LoneRows lone(4);
  lone.add(std::vector<Ban>{{0, 7}}, Ints{0, 1, 1, 1});
  Ints parted = {0, 0, 0, 3};
  lone.part(parted);
  EXPECT_EQ(parted, (Ints{0, 1, 1, 3}));
}

// Rounds of bans among equal rows were solved anew each, from the prices before the first.
TEST(LoneRows, ASolveGoesOnFromTheRowsParted) {
  const DenseCosts costs(3, 4, {1, 2, 3, 4, 1, 2, 3, 4, 9, 1, 9, 9});
  const Ints capacity(4, 1);
  Ints classes = {0, 0, 2};
  LoneRows lone(3);
  lone.add(std::vector<Ban>{{1, 0}}, classes);
  lone.part(classes);
  Solver solver;
  solver.solve({costs, capacity, classes, {}, nullptr});
  const DenseCosts risen(3, 4, {1, 2, 3, 4, 100, 2, 3, 4, 9, 1, 9, 9});
  const auto again = solver.solve_again(risen, std::vector<CostRise>{{1, 0, 99}});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->cost, 1 + 3 + 1);
}

/// The dual objective.
std::int64_t bound_at(const DenseCosts& costs, std::int32_t uses, const Ints& prices) {
  std::int64_t bound = 0;
  for (const std::int32_t price : prices) bound += std::int64_t{uses} * price;
  Ints row(prices.size());
  for (int i = 0; i < costs.rows(); ++i) {
    costs.row(i, row);
    std::int64_t least = std::int64_t{row[0]} - prices[0];
    for (std::size_t j = 1; j < row.size(); ++j) {
      least = std::min(least, std::int64_t{row[j]} - prices[j]);
    }
    bound += least;
  }
  return bound;
}

// What a shot's first frame is scored at.
TEST(Solver, ApproximatePricesAreNearTheOptimumAndLeadToIt) {
  const test::MosaicScene scene{24, 20, 900, 5};
  const DenseCosts costs = test::mosaic_costs(scene, 0);
  for (const std::int32_t uses : {1, 3}) {
    const Ints capacity(900, uses);
    Solver solver;
    const Ints prices = solver.approximate_prices({costs, capacity, {}, {}, nullptr});
    ASSERT_EQ(prices.size(), capacity.size());
    EXPECT_LE(std::ranges::max(prices), 0);
    EXPECT_LT(std::ranges::min(prices), 0) << "cells compete";
    const Assignment best = test::solve_certified(solver, {costs, capacity, {}, {}, nullptr});
    // They bound the optimum from below, far closer than prices of 0 do.
    const std::int64_t gap = best.cost - bound_at(costs, uses, prices);
    EXPECT_GE(gap, 0);
    EXPECT_LT(gap, (best.cost - bound_at(costs, uses, Ints(900, 0))) / 4);
    EXPECT_EQ(test::solve_certified(solver, {costs, capacity, {}, prices, nullptr}).cost,
              best.cost);
    EXPECT_FALSE(solver.approximate_prices({costs, capacity, {}, {}, nullptr}).empty());
    EXPECT_FALSE(solver.solve_again(costs, {})) << "rows may be without a place";
  }
}

}  // namespace
}  // namespace mosaic
