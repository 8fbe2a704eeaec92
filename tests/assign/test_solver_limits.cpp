// The solver on the smallest, the largest and the impossible problems.
#include <gtest/gtest.h>

#include "assign/support.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using test::make_lists;
using test::random_costs;
using test::solve_certified;

using Ints = std::vector<std::int32_t>;

TEST(Solver, OneRowAndOneColumn) {
  Solver solver;
  const DenseCosts one_row(1, 5, {7, 3, 9, 3, 8});
  const Assignment chosen = solve_certified(solver, {one_row, Ints(5, 1), {}, {}, nullptr});
  EXPECT_EQ(chosen.cost, 3);
  const DenseCosts one_column(4, 1, {5, 6, 7, 8});
  EXPECT_EQ(solve_certified(solver, {one_column, Ints{4}, {}, {}, nullptr}).cost, 26);
  EXPECT_EQ(solve_certified(solver, {one_column, Ints{9}, {}, Ints{-5}, nullptr}).cost, 26);
  const DenseCosts nothing(0, 3, {});
  EXPECT_EQ(solver.solve({nothing, Ints(3, 1), {}, {}, nullptr}).cost, 0);
}

TEST(Solver, AllCostsEqual) {
  for (const auto& [rows, columns, uses] :
       {std::array{300, 300, 1}, std::array{300, 2000, 1}, std::array{299, 60, 5}}) {
    SCOPED_TRACE(columns);
    const DenseCosts costs(rows, columns, Ints(std::size_t(rows) * columns, 42));
    Solver solver;
    EXPECT_EQ(solve_certified(solver, {costs, Ints(columns, uses), {}, {}, nullptr}).cost,
              42 * rows);
    const Ints one_class(rows, 3);
    EXPECT_EQ(solve_certified(solver, {costs, Ints(columns, uses), one_class, {}, nullptr}).cost,
              42 * rows);
    Ints price(columns, 0);
    for (int j = 0; j < columns; j += 2) price[j] = -1000;
    EXPECT_EQ(solve_certified(solver, {costs, Ints(columns, uses), {}, price, nullptr}).cost,
              42 * rows);
  }
}

/// c_ij = i * j: the classic slow case of shortest augmenting paths.
TEST(Solver, ProductCosts) {
  constexpr int kSize = 150;
  Ints values;
  std::int64_t expected = 0;
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) values.push_back((i + 1) * (j + 1));
    expected += std::int64_t{i + 1} * (kSize - i);
  }
  const DenseCosts costs(kSize, kSize, values);
  Solver solver;
  EXPECT_EQ(solve_certified(solver, {costs, Ints(kSize, 1), {}, {}, nullptr}).cost, expected);
}

TEST(Solver, LargestCosts) {
  Solver solver;
  for (std::uint32_t seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(seed);
    const DenseCosts costs = random_costs(90, 120, (1 << 28) - 1, seed);
    const Assignment cold = solve_certified(solver, {costs, Ints(120, 1), {}, {}, nullptr});
    const Assignment warm = solve_certified(solver, {costs, Ints(120, 1), {}, cold.price, nullptr});
    EXPECT_EQ(cold.cost, warm.cost);
  }
}

TEST(Solver, FallsBackToWidePrices) {
  // Warm prices below the 32-bit range of the solver force the wide engine at once.
  const DenseCosts costs = random_costs(20, 30, 1000, 3);
  Solver solver;
  const Assignment narrow = solve_certified(solver, {costs, Ints(30, 1), {}, {}, nullptr});
  EXPECT_FALSE(solver.statistics().wide_prices);
  Ints price(30, -(1 << 30));
  price[0] = 0;
  const Assignment wide = solve_certified(solver, {costs, Ints(30, 1), {}, price, nullptr});
  EXPECT_TRUE(solver.statistics().wide_prices);
  EXPECT_EQ(wide.cost, narrow.cost);
  // And the narrow engine is itself again afterwards.
  EXPECT_EQ(solve_certified(solver, {costs, Ints(30, 1), {}, {}, nullptr}).cost, narrow.cost);
  EXPECT_FALSE(solver.statistics().wide_prices);
}

TEST(Solver, PricesThatLeaveTheRangeWhileSolving) {
  // Prices just inside the 32-bit range are accepted; the first bids or paths then leave it.
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    SCOPED_TRACE(seed);
    const DenseCosts costs = random_costs(25, 25, (1 << 28) - 1, seed);
    const Ints capacity(25, 1);
    Solver solver;
    const Assignment expected = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
    const Ints price(25, -(1 << 29) + 5);
    const Assignment result = solve_certified(solver, {costs, capacity, {}, price, nullptr});
    EXPECT_TRUE(solver.statistics().wide_prices);
    EXPECT_EQ(result.cost, expected.cost);
  }
}

TEST(Solver, PricesStayAboveMinusTheLargestCost) {
  // What Assignment::price promises, on a tight and on a roomy problem.
  for (const int columns : {60, 100}) {
    SCOPED_TRACE(columns);
    const DenseCosts costs = random_costs(60, columns, (1 << 28) - 1, 8);
    Solver solver;
    const Assignment result = solve_certified(solver, {costs, Ints(columns, 1), {}, {}, nullptr});
    EXPECT_GT(*std::min_element(result.price.begin(), result.price.end()), -(1 << 28));
  }
}

template <class Failure, class Call>
std::string said_by(Call call) {
  try {
    call();
  } catch (const Failure& error) {
    return error.what();
  }
  return "nothing of this kind";
}

// All of them passed for mistakes of the user, who cannot mend any but the first.
TEST(Solver, RefusesImpossibleRequests) {
  Solver solver;
  const DenseCosts costs = random_costs(7, 3, 10, 1);
  EXPECT_NE(said_by<UsageError>([&] {
              solver.solve({costs, Ints(3, 1), {}, {}, nullptr});
            }).find("4 places are missing"),
            std::string::npos);
  EXPECT_THROW(solver.solve({costs, Ints{9, -1, 9}, {}, {}, nullptr}), std::logic_error);
  EXPECT_THROW(solver.solve({costs, Ints(4, 9), {}, {}, nullptr}), std::logic_error);
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), Ints(6), {}, nullptr}), std::logic_error);
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), {}, Ints(2), nullptr}), std::logic_error);
  RowLists lists = make_lists(costs, {}, 2);
  lists.column[3] = 3;
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), {}, {}, &lists}), std::logic_error);
  lists.column.pop_back();
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), {}, {}, &lists}), std::logic_error);
  for (const std::int32_t bad : {-1, 1 << 28}) {
    const DenseCosts out_of_range(1, 2, {5, bad});
    EXPECT_NE(said_by<std::logic_error>([&] {
                solver.solve({out_of_range, Ints(2, 1), {}, {}, nullptr});
              }).find("row 0"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace mosaic
