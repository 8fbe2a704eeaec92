// Problems and checks shared by the tests and benchmarks of the assignment room.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "assign/certificate.hpp"
#include "assign/dense_costs.hpp"
#include "assign/solver.hpp"

namespace mosaic::test {

/// Uniform integer in [low, high]; the standard distributions differ between libraries.
inline std::int32_t draw(std::mt19937& random, std::int32_t low, std::int32_t high) {
  const auto span = static_cast<std::uint64_t>(std::int64_t{high} - low + 1);
  const std::uint64_t bits = (std::uint64_t{random()} << 32) | random();
  return static_cast<std::int32_t>(low + static_cast<std::int64_t>(bits % span));
}

DenseCosts random_costs(int rows, int columns, std::int32_t high, std::uint32_t seed);

/// Costs as mosaics have them: squared distances of 75 mean colours. A smooth picture of few hues
/// asks for the same few tiles again and again, while most tiles fit nowhere; uniform random
/// costs have neither property and are some fifty times easier.
struct MosaicScene {
  int grid_columns = 0;
  int grid_rows = 0;
  int tiles = 0;
  std::uint32_t seed = 1;
  int light = 100;  ///< of 100: less in a fade from black
};

/// Frame `time` of a slow pan over the scene. `flat_cells` leading cells are one equal black bar.
DenseCosts mosaic_costs(const MosaicScene& scene, int time, int flat_cells = 0);

/// The costs with `price` added to every column but the row's `carried` one.
DenseCosts with_switching_price(const DenseCosts& costs, std::span<const std::int32_t> carried,
                                std::int32_t price);

/// The same with a price of its own for every row.
DenseCosts with_switching_prices(const DenseCosts& costs, std::span<const std::int32_t> carried,
                                 std::span<const std::int32_t> price);

/// Frame `time` of a fade from black, whose dark cells are nearly alike, with prices that differ
/// from cell to cell as they do when tiles have been shown for different times.
DenseCosts fade_costs(const MosaicScene& scene, int time, std::span<const std::int32_t> carried);

/// Solves and insists on a valid certificate.
Assignment solve_certified(Solver& solver, const SolveRequest& request);

/// Cheapest cost by dynamic programming over all ways to use up capacities; for small problems.
/// `use_all`: of the ways that use every column with capacity.
std::int64_t brute_force_cost(const DenseCosts& costs, std::span<const std::int32_t> capacity,
                              bool use_all = false);

/// Lists of the `length` smallest cost - price per row, with their bound.
RowLists make_lists(const CostSource& costs, std::span<const std::int32_t> price, int length);

}  // namespace mosaic::test
