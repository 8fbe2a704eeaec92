// Rows that look nearly alike and differ in what a change costs them, as in a fade from black: what
// searches one by one would take minutes for.
#include <gtest/gtest.h>

#include <numeric>

#include "assign/support.hpp"

namespace mosaic {
namespace {

using Ints = std::vector<std::int32_t>;

TEST(AlikeRows, AreSolvedExactlyThroughAFade) {
  for (const int uses : {1, 5}) {
    const test::MosaicScene scene{
        .grid_columns = 24, .grid_rows = 13, .tiles = uses == 1 ? 601 : 107, .seed = 7};
    const Ints capacity(scene.tiles, uses);
    Solver solver;
    Assignment last{Ints(24 * 13, -1), {}, 0};
    for (int time = 0; time < 12; ++time) {
      SCOPED_TRACE(std::to_string(uses) + " uses, frame " + std::to_string(time));
      const DenseCosts costs = test::fade_costs(scene, time, last.column_of_row);
      Solver fresh;
      const Assignment cold = test::solve_certified(fresh, {costs, capacity, {}, {}, nullptr});
      last = test::solve_certified(solver, {costs, capacity, {}, last.price, nullptr, false});
      EXPECT_EQ(last.cost, cold.cost);
      EXPECT_TRUE(solver.statistics().resettled);
    }
  }
}

/// Whole classes of equal rows beside rows nearly like them.
TEST(AlikeRows, AreSolvedExactlyWhenSomeAreEqual) {
  const test::MosaicScene scene{.grid_columns = 20, .grid_rows = 11, .tiles = 61, .seed = 9};
  const Ints capacity(scene.tiles, 5);
  Ints row_class(220);
  std::iota(row_class.begin(), row_class.end(), 0);
  for (int i = 0; i < 60; ++i) row_class[i] = 0;
  const Ints nothing(220, -1);
  Solver solver;
  Ints price;
  for (int time = 0; time < 12; ++time) {
    SCOPED_TRACE(time);
    test::MosaicScene dark = scene;
    dark.light = 4 * time;
    const DenseCosts costs = test::mosaic_costs(dark, 0, 60);
    const Assignment apart = test::solve_certified(solver, {costs, capacity, {}, price, nullptr});
    const Assignment merged =
        test::solve_certified(solver, {costs, capacity, row_class, price, nullptr, false});
    EXPECT_EQ(merged.cost, apart.cost);
    price = merged.price;
  }
}

/// Note [Far searches] in shortest_paths.hpp: with places left over and with all columns used, some
/// of which have no places, and with rows that are equal.
TEST(AlikeRows, WholeRowsAreLookedAtAndTheOptimumIsExact) {
  const test::MosaicScene scene{.grid_columns = 40, .grid_rows = 25, .tiles = 613, .seed = 5};
  const Ints nothing(1000, -1);
  const DenseCosts costs = test::fade_costs(scene, 2, nothing);
  Ints row_class(1000);
  std::iota(row_class.begin(), row_class.end(), 0);
  Ints capacity(scene.tiles, 2);
  for (int j = 3; j < scene.tiles; j += 11) capacity[j] = 0;
  for (const bool use_all : {false, true}) {
    SCOPED_TRACE(use_all);
    Solver plain(SimdChoice::plain);
    SolveRequest request{costs, capacity, row_class, {}, nullptr};
    request.use_all = use_all;
    const Assignment expected = test::solve_certified(plain, request);
    const std::int64_t whole_rows = plain.statistics().whole_rows;
    EXPECT_GT(whole_rows, 0);
    request.patient = false;
    EXPECT_EQ(test::solve_certified(plain, request).cost, expected.cost);
    request.patient = true;
    for (const Isa isa : supported_isas()) {
      SCOPED_TRACE(isa_name(isa));
      Solver solver(isa == Isa::avx512 ? SimdChoice::avx512
                    : isa == Isa::avx2 ? SimdChoice::avx2
                                       : SimdChoice::plain);
      const Assignment found = solver.solve(request);
      EXPECT_EQ(found.column_of_row, expected.column_of_row);
      EXPECT_EQ(found.price, expected.price);
      EXPECT_EQ(solver.statistics().whole_rows, whole_rows);
    }
  }
}

TEST(AlikeRows, GoOnFromTheLastSolveWhenCostsRise) {
  const test::MosaicScene scene{.grid_columns = 24, .grid_rows = 13, .tiles = 107, .seed = 3};
  const Ints capacity(scene.tiles, 5);
  Solver solver;
  const Ints nothing(24 * 13, -1);
  const DenseCosts costs = test::fade_costs(scene, 2, nothing);
  const Assignment first = test::solve_certified(solver, {costs, capacity, {}, {}, nullptr, false});
  Ints values;
  std::vector<CostRise> rises;
  for (int i = 0; i < costs.rows(); ++i) {
    for (int j = 0; j < costs.columns(); ++j) values.push_back(costs.at(i, j));
    if (i % 3 != 0) continue;
    rises.push_back({i, first.column_of_row[i], 1 << 24});
    values[std::size_t(i) * costs.columns() + first.column_of_row[i]] += 1 << 24;
  }
  const DenseCosts risen(costs.rows(), costs.columns(), std::move(values));
  EXPECT_GT(solver.statistics().whole_rows, 0);
  const auto again = solver.solve_again(risen, rises);
  ASSERT_TRUE(again);
  EXPECT_GT(solver.statistics().whole_rows, 0);
  const Certificate proof = certify(risen, capacity, *again);
  EXPECT_TRUE(proof.optimal) << proof.violation;
}

}  // namespace
}  // namespace mosaic
