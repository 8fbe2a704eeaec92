// Every small shape against brute force.
#include <gtest/gtest.h>

#include "assign/support.hpp"

namespace mosaic {
namespace {

using test::brute_force_cost;
using test::draw;
using test::random_costs;
using test::solve_certified;

std::int64_t places(const std::vector<std::int32_t>& capacity) {
  std::int64_t sum = 0;
  for (const std::int32_t c : capacity) sum += c;
  return sum;
}

/// Capacities drawn until they hold the rows; 0 and exactly tight ones occur.
std::vector<std::int32_t> draw_capacity(std::mt19937& random, int rows, int columns) {
  std::vector<std::int32_t> capacity(columns);
  do {
    for (std::int32_t& c : capacity) c = draw(random, 0, 3);
  } while (places(capacity) < rows);
  return capacity;
}

struct Shape {
  int rows;
  int columns;
};

class SmallProblems : public testing::TestWithParam<Shape> {};

TEST_P(SmallProblems, EqualBruteForceColdAndWarm) {
  const auto [rows, columns] = GetParam();
  Solver solver;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("rows " + std::to_string(rows) + " columns " + std::to_string(columns) + " seed " +
                 std::to_string(seed));
    std::mt19937 random(seed);
    // Few distinct costs make ties, many make unique optima.
    const std::int32_t high = std::array{0, 2, 9, 1000, 100'000'000}[seed % 5];
    const DenseCosts costs = random_costs(rows, columns, high, seed);
    const std::vector<std::int32_t> capacity = draw_capacity(random, rows, columns);
    const std::int64_t expected = brute_force_cost(costs, capacity);

    EXPECT_EQ(solve_certified(solver, {costs, capacity, {}, {}, nullptr}).cost, expected);
    std::vector<std::int32_t> misleading(columns);
    for (std::int32_t& v : misleading) v = -draw(random, 0, 2 * high + 3);
    EXPECT_EQ(solve_certified(solver, {costs, capacity, {}, misleading, nullptr}).cost, expected);
    for (const std::vector<std::int32_t>& start : {std::vector<std::int32_t>{}, misleading}) {
      EXPECT_EQ(solve_certified(solver, {costs, capacity, {}, start, nullptr, false}).cost,
                expected);
    }
  }
}

TEST_P(SmallProblems, EqualBruteForceWithEqualRows) {
  const auto [rows, columns] = GetParam();
  Solver solver;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("rows " + std::to_string(rows) + " columns " + std::to_string(columns) + " seed " +
                 std::to_string(seed));
    std::mt19937 random(seed + 1000);
    const std::int32_t high = std::array{1, 5, 1000}[seed % 3];
    const DenseCosts distinct = random_costs(rows, columns, high, seed);
    std::vector<std::int32_t> row_class(rows);
    std::vector<std::int32_t> values;
    for (std::int32_t& c : row_class) {
      c = draw(random, 0, rows / 2);
      for (int j = 0; j < columns; ++j) values.push_back(distinct.at(c, j));
      c = 7 - 100 * c;  // class numbers are arbitrary
    }
    const DenseCosts costs(rows, columns, values);
    const std::vector<std::int32_t> capacity = draw_capacity(random, rows, columns);
    const std::int64_t expected = brute_force_cost(costs, capacity);
    const Assignment merged = solve_certified(solver, {costs, capacity, row_class, {}, nullptr});
    EXPECT_EQ(merged.cost, expected);
    EXPECT_EQ(solve_certified(solver, {costs, capacity, {}, {}, nullptr}).cost, expected);
    for (const bool patient : {true, false}) {
      const SolveRequest request{costs, capacity, row_class, merged.price, nullptr, patient};
      EXPECT_EQ(solve_certified(solver, request).cost, expected);
    }
  }
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (int rows = 1; rows <= 6; ++rows) {
    for (int columns = 1; columns <= 6; ++columns) {
      if (rows <= 3 * columns) all.push_back({rows, columns});
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(AllShapes, SmallProblems, testing::ValuesIn(shapes()),
                         [](const auto& shape) {
                           return std::to_string(shape.param.rows) + "x" +
                                  std::to_string(shape.param.columns);
                         });

}  // namespace
}  // namespace mosaic
