// Solves that begin with what rows held before: the same optimum, and far less to do where little
// has changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include "assign/support.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using test::draw;
using test::mosaic_costs;
using test::MosaicScene;
using test::random_costs;
using test::solve_certified;
using test::with_switching_price;

using Ints = std::vector<std::int32_t>;

constexpr MosaicScene kScene{.grid_columns = 24, .grid_rows = 13, .tiles = 601, .seed = 5};
constexpr int kCells = 24 * 13;

SolveRequest request_of(const CostSource& costs, const Ints& capacity, const Ints& price,
                        const Ints& held) {
  SolveRequest request{costs, capacity, {}, price, nullptr};
  request.held = held;
  return request;
}

TEST(HeldRows, CostsEqualColdOnesOverFrames) {
  for (const std::int32_t switch_price : {0, 300, 20'000}) {
    for (const int uses : {1, 2}) {
      SCOPED_TRACE(std::to_string(switch_price) + " " + std::to_string(uses));
      const Ints capacity(kScene.tiles, uses);
      Solver solver;
      Assignment last = solve_certified(solver, {mosaic_costs(kScene, 0), capacity, {}, {}});
      for (int time = 1; time < 5; ++time) {
        const DenseCosts costs =
            with_switching_price(mosaic_costs(kScene, time), last.column_of_row, switch_price);
        Solver fresh;
        const Assignment cold = solve_certified(fresh, {costs, capacity, {}, {}});
        last = solve_certified(solver, request_of(costs, capacity, last.price, last.column_of_row));
        EXPECT_EQ(last.cost, cold.cost);
        if (switch_price == 20'000) {
          EXPECT_GT(solver.statistics().kept_rows, kCells / 2);
        }
      }
    }
  }
}

TEST(HeldRows, OfTheSameProblemAreAllKept) {
  const Ints capacity(kScene.tiles, 1);
  const DenseCosts costs = mosaic_costs(kScene, 0);
  Solver solver;
  const Assignment first = solve_certified(solver, {costs, capacity, {}, {}});
  const Assignment again =
      solve_certified(solver, request_of(costs, capacity, first.price, first.column_of_row));
  EXPECT_EQ(again.column_of_row, first.column_of_row);
  EXPECT_EQ(again.price, first.price);
  EXPECT_EQ(solver.statistics().kept_rows, kCells);
  EXPECT_EQ(solver.statistics().bids, 0);
  EXPECT_EQ(solver.statistics().augmentations, 0);
}

TEST(HeldRows, MayBeAnythingThatIsPossible) {
  // More rows at a column than it has places, rows that hold nothing, columns without places,
  // prices that have nothing to do with the problem: the optimum is the same.
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const int rows = draw(random, 1, 6);
    const int columns = draw(random, 2, 5);
    const DenseCosts costs =
        random_costs(rows, columns, draw(random, 1, 40), static_cast<std::uint32_t>(random()));
    Ints capacity(columns);
    do {
      for (std::int32_t& places : capacity) places = draw(random, 0, 3);
    } while (std::accumulate(capacity.begin(), capacity.end(), 0) < rows);
    Ints price(columns);
    for (std::int32_t& one : price) one = draw(random, 0, 1) != 0 ? -draw(random, 0, 60) : 0;
    Ints held(rows);
    for (std::int32_t& column : held) column = draw(random, -1, columns - 1);
    Solver solver;
    const Assignment found = solve_certified(solver, request_of(costs, capacity, price, held));
    EXPECT_EQ(found.cost, test::brute_force_cost(costs, capacity));
  }
}

TEST(HeldRows, WithEveryColumnUsedAtLeastOnce) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const int rows = draw(random, 3, 6);
    const int columns = draw(random, 2, 3);
    const DenseCosts costs =
        random_costs(rows, columns, draw(random, 1, 40), static_cast<std::uint32_t>(random()));
    const Ints capacity(columns, draw(random, (rows + columns - 1) / columns, 4));
    Solver solver;
    SolveRequest request{costs, capacity, {}, {}, nullptr};
    request.use_all = true;
    const Assignment first = solve_certified(solver, request);
    const DenseCosts moved =
        random_costs(rows, columns, draw(random, 1, 40), static_cast<std::uint32_t>(random()));
    const std::int32_t level = -std::max(0, *std::ranges::max_element(first.price));
    Ints price = first.price;
    for (std::int32_t& one : price) one += level;
    SolveRequest next{moved, capacity, {}, price, nullptr};
    next.use_all = true;
    next.warm_level = level;
    next.held = first.column_of_row;
    EXPECT_EQ(solve_certified(solver, next).cost, test::brute_force_cost(moved, capacity, true));
  }
}

TEST(HeldRows, OfMergedRowsAreKeptToo) {
  const DenseCosts costs = mosaic_costs(kScene, 0, 96);
  Ints row_class(kCells);
  std::iota(row_class.begin(), row_class.end(), 0);
  std::fill(row_class.begin(), row_class.begin() + 96, 0);
  const Ints capacity(kScene.tiles, 1);
  Solver solver;
  const Assignment first = solve_certified(solver, {costs, capacity, row_class, {}});
  const DenseCosts next = mosaic_costs(kScene, 1, 96);
  SolveRequest request{next, capacity, row_class, first.price, nullptr};
  request.held = first.column_of_row;
  const Assignment warm = solve_certified(solver, request);
  Solver fresh;
  EXPECT_EQ(warm.cost, fresh.solve({next, capacity, {}, {}}).cost);
}

TEST(HeldRows, GoOnAfterwardsWhenCostsRise) {
  const Ints capacity(kScene.tiles, 1);
  const DenseCosts costs = mosaic_costs(kScene, 0);
  Solver solver;
  const Assignment first = solve_certified(solver, {costs, capacity, {}, {}});
  solve_certified(solver, request_of(costs, capacity, first.price, first.column_of_row));
  Ints values(std::size_t(kCells) * kScene.tiles);
  for (int i = 0; i < kCells; ++i) {
    costs.row(i, std::span(values).subspan(std::size_t(i) * kScene.tiles, kScene.tiles));
  }
  std::vector<CostRise> rises;
  for (int i = 0; i < kCells; i += 9) {
    rises.push_back({i, first.column_of_row[i], 1 << 20});
    values[std::size_t(i) * kScene.tiles + first.column_of_row[i]] += 1 << 20;
  }
  const DenseCosts risen(kCells, kScene.tiles, values);
  const std::optional<Assignment> again = solver.solve_again(risen, rises);
  ASSERT_TRUE(again);
  Solver fresh;
  EXPECT_EQ(again->cost, fresh.solve({risen, capacity, {}, {}}).cost);
}

TEST(HeldRows, ThatAreImpossibleAreRefused) {
  const DenseCosts costs(2, 3, {1, 2, 3, 4, 5, 6});
  const Ints capacity(3, 1);
  const Ints price(3, 0);
  Solver solver;
  EXPECT_THROW(solver.solve(request_of(costs, capacity, price, Ints{0})), std::logic_error);
  EXPECT_THROW(solver.solve(request_of(costs, capacity, price, Ints{0, 3})), std::logic_error);
  EXPECT_THROW(solver.solve(request_of(costs, capacity, price, Ints{-2, 0})), std::logic_error);
  EXPECT_THROW(solver.solve(request_of(costs, capacity, {}, Ints{0, 1})), std::logic_error);
  EXPECT_EQ(solver.solve(request_of(costs, capacity, price, Ints{-1, 1})).cost, 6);
}

}  // namespace
}  // namespace mosaic
