// Every column at least once: against brute force, and on problems shaped like mosaics.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include "assign/support.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using test::brute_force_cost;
using test::draw;
using test::solve_certified;

using Ints = std::vector<std::int32_t>;

SolveRequest all_used(const DenseCosts& costs, const Ints& capacity, bool patient = true) {
  SolveRequest request{costs, capacity, {}, {}, nullptr, patient};
  request.use_all = true;
  return request;
}

/// Prices as a warm start takes them: none above 0, with the level that 0 has come to.
struct Warm {
  Ints price;
  std::int32_t level = 0;
  explicit Warm(Ints duals) : price(std::move(duals)) {
    level = -std::max(0, *std::ranges::max_element(price));
    for (std::int32_t& v : price) v += level;
  }
};

SolveRequest warmed(SolveRequest request, const Warm& warm) {
  request.warm_price = warm.price;
  request.warm_level = warm.level;
  return request;
}

std::int64_t sum(const Ints& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

int used_columns(const Assignment& assignment) {
  Ints columns = assignment.column_of_row;
  std::ranges::sort(columns);
  return static_cast<int>(std::unique(columns.begin(), columns.end()) - columns.begin());
}

TEST(UseAll, EqualsBruteForceInEverySmallShape) {
  Solver solver;
  int binding = 0;  // problems whose optimum would leave columns out
  for (int columns = 1; columns <= 5; ++columns) {
    for (int rows = columns; rows <= std::min(6, 4 * columns); ++rows) {
      for (std::uint32_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE("rows " + std::to_string(rows) + " columns " + std::to_string(columns) +
                     " seed " + std::to_string(seed));
        std::mt19937 random(seed + 77);
        const std::int32_t high = std::array{0, 2, 9, 1000, 200'000'000}[seed % 5];
        const DenseCosts costs = test::random_costs(rows, columns, high, seed);
        Ints capacity(columns);
        do {
          for (std::int32_t& c : capacity) c = draw(random, seed % 3 == 0 ? 0 : 1, 4);
        } while (sum(capacity) < rows);
        const std::int64_t expected = brute_force_cost(costs, capacity, true);
        binding += expected > brute_force_cost(costs, capacity) ? 1 : 0;

        const Assignment cold = solve_certified(solver, all_used(costs, capacity));
        EXPECT_EQ(cold.cost, expected);
        EXPECT_EQ(solve_certified(solver, all_used(costs, capacity, false)).cost, expected);
        Ints misleading(columns);
        for (std::int32_t& v : misleading) v = draw(random, -high - 3, high + 3);
        for (const Ints& duals : {cold.price, misleading}) {
          const Warm warm(duals);
          for (const bool patient : {true, false}) {
            const SolveRequest request = warmed(all_used(costs, capacity, patient), warm);
            EXPECT_EQ(solve_certified(solver, request).cost, expected);
          }
        }
      }
    }
  }
  EXPECT_GT(binding, 100);
}

TEST(UseAll, GoesOnWhenCostsRise) {
  Solver solver;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const int columns = draw(random, 2, 5);
    const int rows = draw(random, columns, 6);
    const DenseCosts costs = test::random_costs(rows, columns, 50, seed);
    const Ints capacity(columns, draw(random, (rows + columns - 1) / columns, 4));
    const Assignment first = solve_certified(solver, all_used(costs, capacity));
    Ints values;
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < columns; ++j) values.push_back(costs.at(i, j));
    }
    std::vector<CostRise> rises;
    for (int i = 0; i < rows; i += 2) {
      rises.push_back({i, first.column_of_row[i], 40});
      values[std::size_t(i) * columns + first.column_of_row[i]] += 40;
    }
    const DenseCosts risen(rows, columns, std::move(values));
    const auto again = solver.solve_again(risen, rises);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->cost, brute_force_cost(risen, capacity, true));
    const Certificate proof = certify(risen, capacity, *again, true);
    EXPECT_TRUE(proof.optimal) << proof.violation;
  }
}

/// As many photos as half, almost all and all of the cells; through a pan, warm from frame to
/// frame, with lists as a backend hands them over.
TEST(UseAll, IsSolvedExactlyOverFrames) {
  struct Pool {
    int tiles;
    int uses;
  };
  for (const auto [tiles, uses] : {Pool{150, 12}, Pool{290, 6}, Pool{312, 2}, Pool{312, 1}}) {
    const test::MosaicScene scene{.grid_columns = 24, .grid_rows = 13, .tiles = tiles, .seed = 5};
    const Ints capacity(tiles, uses);
    Solver solver;
    Assignment last;
    for (int time = 0; time < 6; ++time) {
      SCOPED_TRACE(std::to_string(tiles) + " tiles, frame " + std::to_string(time));
      DenseCosts costs = test::mosaic_costs(scene, time);
      if (time > 0) costs = test::with_switching_price(costs, last.column_of_row, 30'000);
      Solver fresh;
      const Assignment cold = solve_certified(fresh, all_used(costs, capacity));
      if (time > 0) {
        const Warm warm(last.price);
        const RowLists lists = test::make_lists(costs, warm.price, 40);
        SolveRequest request = warmed(all_used(costs, capacity), warm);
        request.lists = &lists;
        last = solve_certified(solver, request);
        EXPECT_EQ(last.cost, cold.cost);
      }
      last = cold;
      EXPECT_EQ(used_columns(last), tiles);
    }
  }
}

TEST(UseAll, IsSolvedExactlyInAFade) {
  const test::MosaicScene scene{.grid_columns = 24, .grid_rows = 13, .tiles = 200, .seed = 3};
  const Ints capacity(scene.tiles, 6);
  Solver solver;
  Assignment last{Ints(24 * 13, -1), {}, 0};
  for (int time = 0; time < 8; ++time) {
    SCOPED_TRACE(time);
    const DenseCosts costs = test::fade_costs(scene, time, last.column_of_row);
    Solver fresh;
    const Assignment cold = solve_certified(fresh, all_used(costs, capacity, false));
    if (time > 0) {
      const Warm warm(last.price);
      const Assignment next = solve_certified(solver, warmed(all_used(costs, capacity), warm));
      EXPECT_EQ(next.cost, cold.cost);
    }
    last = cold;
  }
}

// Told apart, a quarter of equal rows among 2,040 took half a minute.
TEST(UseAll, EqualRowsAreServedTogether) {
  const DenseCosts costs(4, 3, {1, 5, 9, 1, 5, 9, 1, 5, 9, 1, 5, 9});
  const Ints capacity{4, 4, 4};
  const Ints row_class{0, 0, 0, 0};
  SolveRequest request = all_used(costs, capacity);
  request.row_class = row_class;
  Solver solver;
  EXPECT_EQ(solve_certified(solver, request).cost, 1 + 1 + 5 + 9);
}

TEST(UseAll, RefusesMoreColumnsThanRows) {
  const DenseCosts costs(2, 3, {1, 2, 3, 4, 5, 6});
  Solver solver;
  EXPECT_THROW(solver.solve(all_used(costs, {1, 1, 1})), std::logic_error);
  EXPECT_EQ(solver.solve(all_used(costs, {1, 0, 1})).cost, 1 + 6);
}

TEST(UseAll, ProofRefusesWhatIsNotProved) {
  const DenseCosts costs(3, 2, {1, 5, 1, 6, 1, 9});
  const Ints capacity{3, 3};
  Solver solver;
  const Assignment best = solve_certified(solver, all_used(costs, capacity));
  EXPECT_EQ(best.column_of_row, (Ints{1, 0, 0}));
  EXPECT_GE(best.price[1], 4);  // what the row that gives in has to be paid
  EXPECT_LE(best.price[1], 5);  // and the next one would not
  EXPECT_FALSE(certify(costs, capacity, best).optimal) << "without use_all no price is above 0";
  Assignment unused = best;
  unused.column_of_row = {0, 0, 0};
  unused.cost = 3;
  unused.price = {0, 0};
  EXPECT_TRUE(certify(costs, capacity, unused).optimal);
  EXPECT_FALSE(certify(costs, capacity, unused, true).optimal) << "a column is left out";
  Assignment worse = best;
  worse.column_of_row = {0, 1, 0};
  worse.cost = 8;
  EXPECT_FALSE(certify(costs, capacity, worse, true).optimal);
  worse.price[1] = 5;
  EXPECT_FALSE(certify(costs, capacity, worse, true).optimal);
  Assignment twice = best;
  twice.column_of_row = {1, 1, 0};
  twice.cost = 12;
  twice.price[1] = 5;
  EXPECT_FALSE(certify(costs, capacity, twice, true).optimal) << "paid for a column used twice";
}

}  // namespace
}  // namespace mosaic
