// Time of the solver on mosaic-shaped problems. Sizes are cells x tiles; see
// tests/assign/support.hpp for how the costs are made. Counters: bids, augmenting paths and rows
// fetched per solve.
#include <benchmark/benchmark.h>

#include "assign/support.hpp"

namespace mosaic {
namespace {

struct Size {
  int grid_columns;
  int grid_rows;
  int tiles;
  int uses;
};

constexpr Size kSizes[] = {
    {30, 17, 1000, 1}, {60, 34, 4000, 1}, {53, 30, 1000, 5}, {120, 68, 15000, 1}};

test::MosaicScene scene_of(const Size& size) {
  return {size.grid_columns, size.grid_rows, size.tiles, 11};
}

void report(benchmark::State& state, const Solver& solver, const Size& size) {
  state.SetLabel(std::to_string(size.grid_columns * size.grid_rows) + "x" +
                 std::to_string(size.tiles) + " u" + std::to_string(size.uses));
  state.counters["bids"] = static_cast<double>(solver.statistics().bids);
  state.counters["paths"] = static_cast<double>(solver.statistics().augmentations);
  state.counters["rows"] = static_cast<double>(solver.statistics().dense_rows);
}

void cold(benchmark::State& state) {
  const Size& size = kSizes[state.range(0)];
  const DenseCosts costs = test::mosaic_costs(scene_of(size), 0);
  const std::vector<std::int32_t> capacity(size.tiles, size.uses);
  Solver solver;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(solver.solve({costs, capacity, {}, {}, nullptr}).cost);
  }
  report(state, solver, size);
}

/// The next frame from the prices of the last one; range(1) is the switching price.
void warm(benchmark::State& state) {
  const Size& size = kSizes[state.range(0)];
  const std::vector<std::int32_t> capacity(size.tiles, size.uses);
  Solver solver;
  Assignment last;
  {
    const DenseCosts first = test::mosaic_costs(scene_of(size), 0);
    last = solver.solve({first, capacity, {}, {}, nullptr});
  }
  const auto price = static_cast<std::int32_t>(state.range(1));
  const DenseCosts costs = price == 0
                               ? test::mosaic_costs(scene_of(size), 1)
                               : test::with_switching_price(test::mosaic_costs(scene_of(size), 1),
                                                            last.column_of_row, price);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(solver.solve({costs, capacity, {}, last.price, nullptr}).cost);
  }
  report(state, solver, size);
}

/// A quarter of the cells is one equal black bar.
void letterbox(benchmark::State& state) {
  const Size& size = kSizes[state.range(0)];
  const int cells = size.grid_columns * size.grid_rows;
  const DenseCosts costs = test::mosaic_costs(scene_of(size), 0, cells / 4);
  std::vector<std::int32_t> row_class(cells);
  for (int i = 0; i < cells; ++i) row_class[i] = i < cells / 4 ? 0 : i;
  const std::vector<std::int32_t> capacity(size.tiles, size.uses);
  Solver solver;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(solver.solve({costs, capacity, row_class, {}, nullptr}).cost);
  }
  report(state, solver, size);
}

BENCHMARK(cold)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(warm)->ArgsProduct({{0, 1, 2, 3}, {0, 20'000}})->Unit(benchmark::kMillisecond);
BENCHMARK(letterbox)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mosaic
