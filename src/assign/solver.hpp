// Exact solver: epsilon-scaling auction, then shortest augmenting paths for what is left.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "assign/problem.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

struct SolveRequest {
  const CostSource& costs;
  std::span<const std::int32_t> capacity;  ///< per column, >= 0; their sum must reach rows()
  /// Rows with equal numbers have equal costs (letterbox bars); empty: all different.
  std::span<const std::int32_t> row_class;
  /// Prices of a similar problem (the last frame); empty: cold.
  std::span<const std::int32_t> warm_price;
  /// Lists valid at warm_price (or at 0 when that is empty); null: the solver makes its own.
  const RowLists* lists = nullptr;
  /// False: as if searches one by one had already taken too long, which rows that are nearly alike
  /// make them do. Slower for all others, and good for tests: the optimum is the same.
  bool patient = true;
  /// Every column with capacity is used at least once; the rows must suffice for that.
  bool use_all = false;
  /// Only with use_all and warm prices: these are the last duals less a constant that leaves none
  /// above 0, and this is 0 less the constant.
  std::int32_t warm_level = 0;
  /// Only with warm prices: the column that each row had in the similar problem, -1 for none;
  /// empty: not known. Where most rows do best to keep it, little is left to be solved.
  std::span<const std::int32_t> held = {};
};

struct SolveStatistics {
  std::int64_t kept_rows = 0;  ///< of `held`, that had it to begin with; 0: solved anew
  std::int64_t bids = 0;
  std::int64_t augmentations = 0;
  std::int64_t dense_rows = 0;  ///< rows fetched whole because a list ran out
  std::int64_t whole_rows = 0;  ///< looked at instead of lists, some of them more than once
  bool resettled = false;       ///< rows were too much alike for searches one by one
  bool wide_prices = false;     ///< 32-bit prices did not suffice
};

/// Serial and deterministic: the result depends on the request alone, prices and lists included;
/// among equal optima fixed rules decide (candidates are compared by value and then by their place,
/// equal rows take their columns in ascending order).
///
/// Any prices lead to the optimum, but those of an unrelated picture take two to three times as
/// long as none: start cold after a scene cut.
///
/// Keeps its buffers from call to call. Throws UsageError when capacities cannot hold all rows
/// (with the number of places missing) and when a cost is outside 0 ... 2^28 - 1.
class Solver {
 public:
  /// Throws DeviceError where the processor lacks the instruction set; the result is the same with
  /// each.
  explicit Solver(SimdChoice simd = SimdChoice::automatic);
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  Assignment solve(const SolveRequest& request);
  /// Prices near the optimal ones of a problem without prices: those that the auction leaves, at
  /// which rows have what is best for them but for a small part of what usually lies between their
  /// columns. Takes a fraction of the time of solve(). None is above 0; they exceed the range of
  /// Assignment::price by what the auction is imprecise at most. Throws as solve() does, and where
  /// the request has warm prices.
  std::vector<std::int32_t> approximate_prices(const SolveRequest& request);
  /// The optimum of the problem last solved after some of its costs have risen, from where the last
  /// one ended; nullopt where that cannot be used (a row is merged with others, or 32-bit prices do
  /// not suffice), which calls for solve(). `costs` are the new ones; capacities and classes are
  /// those of the last solve.
  std::optional<Assignment> solve_again(const CostSource& costs, std::span<const CostRise> rises);
  [[nodiscard]] const SolveStatistics& statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mosaic
