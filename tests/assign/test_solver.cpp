// The solver on problems shaped like mosaics, and on adversarial ones.
#include <gtest/gtest.h>

#include <numeric>
#include <optional>

#include "assign/certificate.hpp"
#include "assign/support.hpp"
#include "core/isa.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using test::make_lists;
using test::mosaic_costs;
using test::MosaicScene;
using test::random_costs;
using test::solve_certified;
using test::with_switching_price;

using Ints = std::vector<std::int32_t>;

constexpr MosaicScene kScene{.grid_columns = 24, .grid_rows = 13, .tiles = 601, .seed = 5};
constexpr int kCells = 24 * 13;

TEST(Solver, WarmCostsEqualColdOnesOverFrames) {
  Solver solver;
  const Ints capacity(kScene.tiles, 1);
  Ints price;
  for (int time = 0; time < 5; ++time) {
    SCOPED_TRACE(time);
    const DenseCosts costs = mosaic_costs(kScene, time);
    Solver fresh;
    const Assignment cold = solve_certified(fresh, {costs, capacity, {}, {}, nullptr});
    const Assignment warm = solve_certified(solver, {costs, capacity, {}, price, nullptr});
    EXPECT_EQ(warm.cost, cold.cost);
    price = warm.price;
  }
}

TEST(Solver, EveryInstructionSetTakesTheSamePath) {
  // 601 columns: a last block that is not full. Two solves, so that rows are also fetched late.
  const DenseCosts first = mosaic_costs(kScene, 0);
  const DenseCosts second = mosaic_costs(kScene, 1);
  const Ints capacity(kScene.tiles, 1);
  Solver plain(SimdChoice::plain);
  const Assignment cold = plain.solve({first, capacity, {}, {}, nullptr});
  const Assignment warm = plain.solve({second, capacity, {}, cold.price, nullptr});
  const std::int64_t rows = plain.statistics().dense_rows;
  EXPECT_GT(rows, 0);
  for (const Isa isa : supported_isas()) {
    SCOPED_TRACE(isa_name(isa));
    Solver solver(isa == Isa::avx512 ? SimdChoice::avx512
                  : isa == Isa::avx2 ? SimdChoice::avx2
                                     : SimdChoice::plain);
    EXPECT_EQ(solver.solve({first, capacity, {}, {}, nullptr}).price, cold.price);
    const Assignment again = solver.solve({second, capacity, {}, cold.price, nullptr});
    EXPECT_EQ(again.price, warm.price);
    EXPECT_EQ(again.column_of_row, warm.column_of_row);
    EXPECT_EQ(solver.statistics().dense_rows, rows);
  }
}

TEST(Solver, GoesOnWhereTheLastSolveEndedWhenCostsRise) {
  const DenseCosts first = mosaic_costs(kScene, 0);
  DenseCosts second = mosaic_costs(kScene, 1);
  for (const int uses : {1, 2}) {
    SCOPED_TRACE(uses);
    const Ints capacity(kScene.tiles, uses);
    Solver solver;
    EXPECT_FALSE(solver.solve_again(first, {})) << "nothing has been solved yet";
    const Assignment cold = solver.solve({first, capacity, {}, {}, nullptr});
    // Short lists run out, and rows are then read from the risen costs.
    const RowLists lists = make_lists(second, cold.price, 4);
    Assignment last =
        solver.solve({second, capacity, {}, cold.price, uses == 1 ? nullptr : &lists});
    Ints values(std::size_t(kCells) * kScene.tiles);
    for (int i = 0; i < kCells; ++i) {
      for (int j = 0; j < kScene.tiles; ++j) {
        values[std::size_t(i) * kScene.tiles + j] = second.at(i, j);
      }
    }
    for (int round = 0; round < 6; ++round) {
      SCOPED_TRACE(round);
      std::vector<CostRise> rises;
      for (int i = round; i < kCells; i += 7 + 20 * round) {
        rises.push_back({i, last.column_of_row[i], 1 << 26});           // what it has
        rises.push_back({i, (i * 31 + round) % kScene.tiles, 50'000});  // something else
        if (rises[rises.size() - 2].column == rises.back().column) rises.pop_back();
      }
      for (const auto [row, column, by] : rises) {
        values[std::size_t(row) * kScene.tiles + column] += by;
      }
      const DenseCosts risen(kCells, kScene.tiles, values);
      const std::optional<Assignment> again = solver.solve_again(risen, rises);
      ASSERT_TRUE(again);
      const Certificate certificate = certify(risen, capacity, *again);
      EXPECT_TRUE(certificate.optimal) << certificate.violation;
      Solver fresh;
      EXPECT_EQ(again->cost, fresh.solve({risen, capacity, {}, {}, nullptr}).cost);
      EXPECT_LT(solver.statistics().augmentations, kCells / 2);
      last = *again;
    }
  }
}

TEST(Solver, DoesNotGoOnFromMergedRows) {
  const DenseCosts costs(3, 4, {1, 2, 3, 4, 1, 2, 3, 4, 9, 1, 9, 9});
  const Ints capacity(4, 1);
  Solver solver;
  solver.solve({costs, capacity, Ints{0, 0, 2}, {}, nullptr});
  EXPECT_FALSE(solver.solve_again(costs, std::vector<CostRise>{{1, 0, 5}}));
  EXPECT_TRUE(solver.solve_again(costs, std::vector<CostRise>{{2, 2, 0}}));
}

TEST(Solver, ScenesAreContended) {
  // The generator is worth nothing if cells do not compete: count distinct favourites.
  const DenseCosts costs = mosaic_costs(kScene, 0);
  std::vector<char> favourite(kScene.tiles, 0);
  Ints row(kScene.tiles);
  for (int i = 0; i < kCells; ++i) {
    costs.row(i, row);
    favourite[std::min_element(row.begin(), row.end()) - row.begin()] = 1;
  }
  EXPECT_LT(std::accumulate(favourite.begin(), favourite.end(), 0), kCells / 2);
}

TEST(Solver, WarmAfterSceneCut) {
  Solver solver;
  const Ints capacity(kScene.tiles, 1);
  const DenseCosts before = mosaic_costs(kScene, 0);
  MosaicScene other = kScene;
  other.seed = 77;
  const DenseCosts after = mosaic_costs(other, 0);
  const Ints price = solve_certified(solver, {before, capacity, {}, {}, nullptr}).price;
  const Assignment cold = solve_certified(solver, {after, capacity, {}, {}, nullptr});
  const Assignment warm = solve_certified(solver, {after, capacity, {}, price, nullptr});
  EXPECT_EQ(warm.cost, cold.cost);
}

TEST(Solver, SwitchingPriceKeepsTiles) {
  Solver solver;
  const Ints capacity(kScene.tiles, 1);
  const Assignment first =
      solve_certified(solver, {mosaic_costs(kScene, 0), capacity, {}, {}, nullptr});
  const DenseCosts costs =
      with_switching_price(mosaic_costs(kScene, 1), first.column_of_row, 200'000);
  const Assignment warm = solve_certified(solver, {costs, capacity, {}, first.price, nullptr});
  Solver fresh;
  EXPECT_EQ(warm.cost, solve_certified(fresh, {costs, capacity, {}, {}, nullptr}).cost);
  int kept = 0;
  for (int i = 0; i < kCells; ++i) kept += warm.column_of_row[i] == first.column_of_row[i] ? 1 : 0;
  EXPECT_GT(kept, kCells / 2);
}

TEST(Solver, SameProblemAgainNeedsNoBidWar) {
  Solver solver;
  const Ints capacity(kScene.tiles, 1);
  const DenseCosts costs = mosaic_costs(kScene, 0);
  const Assignment first = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
  const Assignment again = solve_certified(solver, {costs, capacity, {}, first.price, nullptr});
  EXPECT_EQ(again.cost, first.cost);
  EXPECT_LT(solver.statistics().bids, 20 * kCells);
}

TEST(Solver, LetterboxRowsMergedOrNot) {
  constexpr int kFlat = 110;
  const DenseCosts costs = mosaic_costs(kScene, 0, kFlat);
  Ints row_class(kCells);
  for (int i = 0; i < kCells; ++i) row_class[i] = i < kFlat ? 0 : i;
  for (const int uses : {1, 2, 5, 200}) {
    SCOPED_TRACE(uses);
    const Ints capacity(kScene.tiles, uses);
    Solver solver;
    const Assignment merged = solve_certified(solver, {costs, capacity, row_class, {}, nullptr});
    const std::int64_t merged_bids = solver.statistics().bids;
    const Assignment apart = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
    EXPECT_EQ(merged.cost, apart.cost);
    EXPECT_LE(merged_bids, solver.statistics().bids);
    const DenseCosts next = mosaic_costs(kScene, 1, kFlat);
    const Assignment warm =
        solve_certified(solver, {next, capacity, row_class, merged.price, nullptr});
    EXPECT_EQ(warm.cost, solve_certified(solver, {next, capacity, {}, {}, nullptr}).cost);
  }
}

TEST(Solver, CapacitiesEqualRepeatedColumns) {
  constexpr int kTiles = 151;
  constexpr int kUses = 3;
  MosaicScene scene = kScene;
  scene.tiles = kTiles;
  const DenseCosts costs = mosaic_costs(scene, 0);
  Ints repeated;
  for (int i = 0; i < kCells; ++i) {
    for (int j = 0; j < kTiles * kUses; ++j) repeated.push_back(costs.at(i, j % kTiles));
  }
  const DenseCosts wide(kCells, kTiles * kUses, repeated);
  Solver solver;
  const Assignment shared = solve_certified(solver, {costs, Ints(kTiles, kUses), {}, {}, nullptr});
  // The repeated form also is the case of equal columns.
  const Assignment apart =
      solve_certified(solver, {wide, Ints(kTiles * kUses, 1), {}, {}, nullptr});
  EXPECT_EQ(shared.cost, apart.cost);
}

TEST(Solver, ExactlyTightCapacity) {
  MosaicScene scene = kScene;
  scene.tiles = kCells / 3;
  const DenseCosts costs = mosaic_costs(scene, 0);
  const Ints capacity(scene.tiles, 3);
  Solver solver;
  const Assignment cold = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
  const DenseCosts next = mosaic_costs(scene, 1);
  const Assignment warm = solve_certified(solver, {next, capacity, {}, cold.price, nullptr});
  EXPECT_EQ(warm.cost, solve_certified(solver, {next, capacity, {}, {}, nullptr}).cost);
}

TEST(Solver, ColumnsWithoutCapacityAreNeverUsed) {
  const DenseCosts costs = mosaic_costs(kScene, 0);
  Ints capacity(kScene.tiles, 1);
  Ints values;
  Ints kept;
  for (int j = 0; j < kScene.tiles; ++j) {
    if (j % 3 == 0) capacity[j] = 0;
    if (capacity[j] > 0) kept.push_back(j);
  }
  for (int i = 0; i < kCells; ++i) {
    for (const int j : kept) values.push_back(costs.at(i, j));
  }
  const DenseCosts without(kCells, static_cast<int>(kept.size()), values);
  Solver solver;
  const Assignment cold = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
  EXPECT_EQ(cold.cost,
            solve_certified(solver, {without, Ints(kept.size(), 1), {}, {}, nullptr}).cost);
  const Assignment warm = solve_certified(solver, {costs, capacity, {}, cold.price, nullptr});
  EXPECT_EQ(warm.cost, cold.cost);
}

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

TEST(Solver, GivenListsLeadToTheSameOptimum) {
  Solver solver;
  const Ints capacity(kScene.tiles, 1);
  const DenseCosts first = mosaic_costs(kScene, 0);
  const Assignment cold = solve_certified(solver, {first, capacity, {}, {}, nullptr});
  const DenseCosts second = mosaic_costs(kScene, 1);
  const Assignment own = solve_certified(solver, {second, capacity, {}, cold.price, nullptr});
  for (const int length : {1, 2, 17, 64, kScene.tiles}) {
    SCOPED_TRACE(length);
    const RowLists lists = make_lists(second, cold.price, length);
    const Assignment given = solve_certified(solver, {second, capacity, {}, cold.price, &lists});
    EXPECT_EQ(given.cost, own.cost);
    if (length == kScene.tiles) {
      EXPECT_EQ(solver.statistics().dense_rows, 0);
    }
    const RowLists at_zero = make_lists(second, {}, length);
    EXPECT_EQ(solve_certified(solver, {second, capacity, {}, {}, &at_zero}).cost, own.cost);
  }
}

TEST(Solver, ResultDependsOnTheRequestOnly) {
  const DenseCosts costs = random_costs(120, 300, 20, 9);  // many ties
  const Ints capacity(300, 1);
  Solver fresh;
  const Assignment expected = fresh.solve({costs, capacity, {}, {}, nullptr});
  Solver used;
  used.solve({mosaic_costs(kScene, 0), Ints(kScene.tiles, 2), {}, {}, nullptr});
  used.solve({costs, capacity, {}, expected.price, nullptr});
  const Assignment again = used.solve({costs, capacity, {}, {}, nullptr});
  EXPECT_EQ(again.column_of_row, expected.column_of_row);
  EXPECT_EQ(again.price, expected.price);
  // Class numbers are names: other names, the same result.
  Ints names(120);
  for (int i = 0; i < 120; ++i) names[i] = 1000 - 3 * i;
  const Assignment renamed = used.solve({costs, capacity, names, {}, nullptr});
  EXPECT_EQ(renamed.column_of_row, expected.column_of_row);
}

template <class Call>
std::string usage_error_of(Call call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no UsageError";
}

TEST(Solver, RefusesImpossibleRequests) {
  Solver solver;
  const DenseCosts costs = random_costs(7, 3, 10, 1);
  EXPECT_NE(usage_error_of([&] {
              solver.solve({costs, Ints(3, 1), {}, {}, nullptr});
            }).find("4 places are missing"),
            std::string::npos);
  EXPECT_THROW(solver.solve({costs, Ints{9, -1, 9}, {}, {}, nullptr}), UsageError);
  EXPECT_THROW(solver.solve({costs, Ints(4, 9), {}, {}, nullptr}), UsageError);
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), Ints(6), {}, nullptr}), UsageError);
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), {}, Ints(2), nullptr}), UsageError);
  RowLists lists = make_lists(costs, {}, 2);
  lists.column[3] = 3;
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), {}, {}, &lists}), UsageError);
  lists.column.pop_back();
  EXPECT_THROW(solver.solve({costs, Ints(3, 9), {}, {}, &lists}), UsageError);
  for (const std::int32_t bad : {-1, 1 << 28}) {
    const DenseCosts out_of_range(1, 2, {5, bad});
    EXPECT_NE(usage_error_of([&] {
                solver.solve({out_of_range, Ints(2, 1), {}, {}, nullptr});
              }).find("row 0"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace mosaic
