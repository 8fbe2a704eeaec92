// The solver on problems shaped like mosaics.
#include <gtest/gtest.h>

#include <numeric>
#include <optional>

#include "assign/certificate.hpp"
#include "assign/support.hpp"
#include "core/isa.hpp"

namespace mosaic {
namespace {

using test::make_lists;
using test::mosaic_costs;
using test::MosaicScene;
using test::random_costs;
using test::solve_certified;
using test::with_switching_price;

using Ints = std::vector<std::int32_t>;

constexpr MosaicScene kSolverScene{.grid_columns = 24, .grid_rows = 13, .tiles = 601, .seed = 5};
constexpr int kSolverCells = 24 * 13;

TEST(Solver, WarmCostsEqualColdOnesOverFrames) {
  Solver solver;
  const Ints capacity(kSolverScene.tiles, 1);
  Ints price;
  for (int time = 0; time < 5; ++time) {
    SCOPED_TRACE(time);
    const DenseCosts costs = mosaic_costs(kSolverScene, time);
    Solver fresh;
    const Assignment cold = solve_certified(fresh, {costs, capacity, {}, {}, nullptr});
    const Assignment warm = solve_certified(solver, {costs, capacity, {}, price, nullptr});
    EXPECT_EQ(warm.cost, cold.cost);
    price = warm.price;
  }
}

TEST(Solver, EveryInstructionSetTakesTheSamePath) {
  // 601 columns: a last block that is not full. Two solves, so that rows are also fetched late.
  const DenseCosts first = mosaic_costs(kSolverScene, 0);
  const DenseCosts second = mosaic_costs(kSolverScene, 1);
  const Ints capacity(kSolverScene.tiles, 1);
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
  const DenseCosts first = mosaic_costs(kSolverScene, 0);
  DenseCosts second = mosaic_costs(kSolverScene, 1);
  for (const int uses : {1, 2}) {
    SCOPED_TRACE(uses);
    const Ints capacity(kSolverScene.tiles, uses);
    Solver solver;
    EXPECT_FALSE(solver.solve_again(first, {})) << "nothing has been solved yet";
    const Assignment cold = solver.solve({first, capacity, {}, {}, nullptr});
    // Short lists run out, and rows are then read from the risen costs.
    const RowLists lists = make_lists(second, cold.price, 4);
    Assignment last =
        solver.solve({second, capacity, {}, cold.price, uses == 1 ? nullptr : &lists});
    Ints values(std::size_t(kSolverCells) * kSolverScene.tiles);
    for (int i = 0; i < kSolverCells; ++i) {
      for (int j = 0; j < kSolverScene.tiles; ++j) {
        values[std::size_t(i) * kSolverScene.tiles + j] = second.at(i, j);
      }
    }
    for (int round = 0; round < 6; ++round) {
      SCOPED_TRACE(round);
      std::vector<CostRise> rises;
      for (int i = round; i < kSolverCells; i += 7 + 20 * round) {
        rises.push_back({i, last.column_of_row[i], 1 << 26});                 // what it has
        rises.push_back({i, (i * 31 + round) % kSolverScene.tiles, 50'000});  // something else
        if (rises[rises.size() - 2].column == rises.back().column) rises.pop_back();
      }
      for (const auto [row, column, by] : rises) {
        values[std::size_t(row) * kSolverScene.tiles + column] += by;
      }
      const DenseCosts risen(kSolverCells, kSolverScene.tiles, values);
      const std::optional<Assignment> again = solver.solve_again(risen, rises);
      ASSERT_TRUE(again);
      const Certificate certificate = certify(risen, capacity, *again);
      EXPECT_TRUE(certificate.optimal) << certificate.violation;
      Solver fresh;
      EXPECT_EQ(again->cost, fresh.solve({risen, capacity, {}, {}, nullptr}).cost);
      EXPECT_LT(solver.statistics().augmentations, kSolverCells / 2);
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
  const DenseCosts costs = mosaic_costs(kSolverScene, 0);
  std::vector<char> favourite(kSolverScene.tiles, 0);
  Ints row(kSolverScene.tiles);
  for (int i = 0; i < kSolverCells; ++i) {
    costs.row(i, row);
    favourite[std::min_element(row.begin(), row.end()) - row.begin()] = 1;
  }
  EXPECT_LT(std::accumulate(favourite.begin(), favourite.end(), 0), kSolverCells / 2);
}

TEST(Solver, WarmAfterSceneCut) {
  Solver solver;
  const Ints capacity(kSolverScene.tiles, 1);
  const DenseCosts before = mosaic_costs(kSolverScene, 0);
  MosaicScene other = kSolverScene;
  other.seed = 77;
  const DenseCosts after = mosaic_costs(other, 0);
  const Ints price = solve_certified(solver, {before, capacity, {}, {}, nullptr}).price;
  const Assignment cold = solve_certified(solver, {after, capacity, {}, {}, nullptr});
  const Assignment warm = solve_certified(solver, {after, capacity, {}, price, nullptr});
  EXPECT_EQ(warm.cost, cold.cost);
}

TEST(Solver, SwitchingPriceKeepsTiles) {
  Solver solver;
  const Ints capacity(kSolverScene.tiles, 1);
  const Assignment first =
      solve_certified(solver, {mosaic_costs(kSolverScene, 0), capacity, {}, {}, nullptr});
  const DenseCosts costs =
      with_switching_price(mosaic_costs(kSolverScene, 1), first.column_of_row, 200'000);
  const Assignment warm = solve_certified(solver, {costs, capacity, {}, first.price, nullptr});
  Solver fresh;
  EXPECT_EQ(warm.cost, solve_certified(fresh, {costs, capacity, {}, {}, nullptr}).cost);
  int kept = 0;
  for (int i = 0; i < kSolverCells; ++i)
    kept += warm.column_of_row[i] == first.column_of_row[i] ? 1 : 0;
  EXPECT_GT(kept, kSolverCells / 2);
}

TEST(Solver, SameProblemAgainNeedsNoBidWar) {
  Solver solver;
  const Ints capacity(kSolverScene.tiles, 1);
  const DenseCosts costs = mosaic_costs(kSolverScene, 0);
  const Assignment first = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
  const Assignment again = solve_certified(solver, {costs, capacity, {}, first.price, nullptr});
  EXPECT_EQ(again.cost, first.cost);
  EXPECT_LT(solver.statistics().bids, 20 * kSolverCells);
}

TEST(Solver, LetterboxRowsMergedOrNot) {
  constexpr int kFlat = 110;
  const DenseCosts costs = mosaic_costs(kSolverScene, 0, kFlat);
  Ints row_class(kSolverCells);
  for (int i = 0; i < kSolverCells; ++i) row_class[i] = i < kFlat ? 0 : i;
  for (const int uses : {1, 2, 5, 200}) {
    SCOPED_TRACE(uses);
    const Ints capacity(kSolverScene.tiles, uses);
    Solver solver;
    const Assignment merged = solve_certified(solver, {costs, capacity, row_class, {}, nullptr});
    const std::int64_t merged_bids = solver.statistics().bids;
    const Assignment apart = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
    EXPECT_EQ(merged.cost, apart.cost);
    EXPECT_LE(merged_bids, solver.statistics().bids);
    const DenseCosts next = mosaic_costs(kSolverScene, 1, kFlat);
    const Assignment warm =
        solve_certified(solver, {next, capacity, row_class, merged.price, nullptr});
    EXPECT_EQ(warm.cost, solve_certified(solver, {next, capacity, {}, {}, nullptr}).cost);
  }
}

TEST(Solver, CapacitiesEqualRepeatedColumns) {
  constexpr int kTiles = 151;
  constexpr int kUses = 3;
  MosaicScene scene = kSolverScene;
  scene.tiles = kTiles;
  const DenseCosts costs = mosaic_costs(scene, 0);
  Ints repeated;
  for (int i = 0; i < kSolverCells; ++i) {
    for (int j = 0; j < kTiles * kUses; ++j) repeated.push_back(costs.at(i, j % kTiles));
  }
  const DenseCosts wide(kSolverCells, kTiles * kUses, repeated);
  Solver solver;
  const Assignment shared = solve_certified(solver, {costs, Ints(kTiles, kUses), {}, {}, nullptr});
  // The repeated form also is the case of equal columns.
  const Assignment apart =
      solve_certified(solver, {wide, Ints(kTiles * kUses, 1), {}, {}, nullptr});
  EXPECT_EQ(shared.cost, apart.cost);
}

TEST(Solver, ExactlyTightCapacity) {
  MosaicScene scene = kSolverScene;
  scene.tiles = kSolverCells / 3;
  const DenseCosts costs = mosaic_costs(scene, 0);
  const Ints capacity(scene.tiles, 3);
  Solver solver;
  const Assignment cold = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
  const DenseCosts next = mosaic_costs(scene, 1);
  const Assignment warm = solve_certified(solver, {next, capacity, {}, cold.price, nullptr});
  EXPECT_EQ(warm.cost, solve_certified(solver, {next, capacity, {}, {}, nullptr}).cost);
}

TEST(Solver, ColumnsWithoutCapacityAreNeverUsed) {
  const DenseCosts costs = mosaic_costs(kSolverScene, 0);
  Ints capacity(kSolverScene.tiles, 1);
  Ints values;
  Ints kept;
  for (int j = 0; j < kSolverScene.tiles; ++j) {
    if (j % 3 == 0) capacity[j] = 0;
    if (capacity[j] > 0) kept.push_back(j);
  }
  for (int i = 0; i < kSolverCells; ++i) {
    for (const int j : kept) values.push_back(costs.at(i, j));
  }
  const DenseCosts without(kSolverCells, static_cast<int>(kept.size()), values);
  Solver solver;
  const Assignment cold = solve_certified(solver, {costs, capacity, {}, {}, nullptr});
  EXPECT_EQ(cold.cost,
            solve_certified(solver, {without, Ints(kept.size(), 1), {}, {}, nullptr}).cost);
  const Assignment warm = solve_certified(solver, {costs, capacity, {}, cold.price, nullptr});
  EXPECT_EQ(warm.cost, cold.cost);
}

TEST(Solver, GivenListsLeadToTheSameOptimum) {
  Solver solver;
  const Ints capacity(kSolverScene.tiles, 1);
  const DenseCosts first = mosaic_costs(kSolverScene, 0);
  const Assignment cold = solve_certified(solver, {first, capacity, {}, {}, nullptr});
  const DenseCosts second = mosaic_costs(kSolverScene, 1);
  const Assignment own = solve_certified(solver, {second, capacity, {}, cold.price, nullptr});
  for (const int length : {1, 2, 17, 64, kSolverScene.tiles}) {
    SCOPED_TRACE(length);
    const RowLists lists = make_lists(second, cold.price, length);
    const Assignment given = solve_certified(solver, {second, capacity, {}, cold.price, &lists});
    EXPECT_EQ(given.cost, own.cost);
    if (length == kSolverScene.tiles) {
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
  used.solve({mosaic_costs(kSolverScene, 0), Ints(kSolverScene.tiles, 2), {}, {}, nullptr});
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

}  // namespace
}  // namespace mosaic
