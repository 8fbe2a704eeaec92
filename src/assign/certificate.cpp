#include "assign/certificate.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "core/simd_dispatch.hpp"

namespace mosaic {
namespace {

// A cost less a price fits 32 bits within these.
constexpr std::int32_t kMostPrice = 1 << 29;  // in magnitude
constexpr std::uint32_t kCostBits = (1U << 28) - 1;

std::string at(const char* what, std::size_t index) {
  return std::string(what) + " " + std::to_string(index);
}

/// Shape, capacities, signs of prices and their range; fills `used`. Empty when all is well.
std::string check_columns(const CostSource& costs, std::span<const std::int32_t> capacity,
                          const Assignment& assignment, bool use_all,
                          std::vector<std::int64_t>& used) {
  const int columns = costs.columns();
  if (std::ssize(assignment.column_of_row) != costs.rows() ||
      std::ssize(assignment.price) != columns || std::ssize(capacity) != columns) {
    return "assignment, prices or capacities are not of the problem's shape";
  }
  used.assign(columns, 0);
  for (std::size_t i = 0; i < assignment.column_of_row.size(); ++i) {
    const std::int32_t j = assignment.column_of_row[i];
    if (j < 0 || j >= columns) return at("row", i) + " has no valid column";
    ++used[j];
  }
  for (int j = 0; j < columns; ++j) {
    if (used[j] > capacity[j]) {
      return at("column", j) + " is used " + std::to_string(used[j]) + " times, capacity " +
             std::to_string(capacity[j]);
    }
  }
  for (int j = 0; j < columns; ++j) {
    if (use_all && capacity[j] > 0 && used[j] == 0) return at("column", j) + " is not used";
    // What must be used, and is not used more than that, may have any price above 0.
    const bool only_once = use_all && used[j] == 1;
    if (assignment.price[j] > 0 && !only_once) return at("column", j) + " has a positive price";
    if (assignment.price[j] > kMostPrice || assignment.price[j] < -kMostPrice) {
      return at("column", j) + " has price " + std::to_string(assignment.price[j]);
    }
    if (used[j] < capacity[j] && assignment.price[j] < 0) {
      return at("column", j) + " has capacity left and price " +
             std::to_string(assignment.price[j]);
    }
  }
  return {};
}

MOSAIC_ALWAYS_INLINE void least_reduced(const std::int32_t* __restrict cost,
                                        const std::int32_t* __restrict price, int count,
                                        std::int32_t* least, std::uint32_t* bits) {
  std::int32_t so_far = std::numeric_limits<std::int32_t>::max();
  std::uint32_t seen = 0;
  for (int j = 0; j < count; ++j) {
    // In unsigned: a cost out of range must not be undefined before it is seen to be one.
    const auto one = static_cast<std::uint32_t>(cost[j]);
    seen |= one;
    so_far =
        std::min(so_far, static_cast<std::int32_t>(one - static_cast<std::uint32_t>(price[j])));
  }
  *least = so_far;
  *bits = seen;
}

/// What rows add to both sums, and what is wrong with the first that something is wrong with.
struct RowSums {
  std::int64_t primal = 0;
  std::int64_t dual = 0;
  int bad_row = -1;
  std::string violation;

  void add(const RowSums& other) {
    primal += other.primal;
    dual += other.dual;
    if (other.bad_row >= 0) blame(other.bad_row, other.violation);
  }
  void blame(int row, const std::string& why) {
    if (bad_row >= 0 && bad_row < row) return;
    bad_row = row;
    violation = why;
  }
};

/// Of the rows [first, last).
RowSums sum_rows(const CostSource& costs, const Assignment& assignment, int first, int last,
                 Isa isa) {
  RowSums sums;
  std::vector<std::int32_t> row(static_cast<std::size_t>(costs.columns()));
  for (int i = first; i < last; ++i) {
    costs.row(i, row);
    std::int32_t least = 0;
    std::uint32_t bits = 0;
    dispatch<least_reduced>(isa, row.data(), assignment.price.data(), costs.columns(), &least,
                            &bits);
    if ((bits & ~kCostBits) != 0) {
      sums.blame(i, at("row", static_cast<std::size_t>(i)) + " has a cost out of range");
      continue;
    }
    const std::int32_t chosen = assignment.column_of_row[static_cast<std::size_t>(i)];
    const std::int32_t cost = row[static_cast<std::size_t>(chosen)];
    sums.primal += cost;
    sums.dual += least;
    const std::int64_t slack =
        std::int64_t{cost} - assignment.price[static_cast<std::size_t>(chosen)] - least;
    if (slack != 0) {
      sums.blame(i, at("row", static_cast<std::size_t>(i)) + " prefers another column by " +
                        std::to_string(slack));
    }
  }
  return sums;
}

/// Rows one thread looks at in a go.
constexpr std::size_t kRowGrain = 32;

RowSums sum_all_rows(const CostSource& costs, const Assignment& assignment, ThreadPool* pool,
                     Isa isa) {
  if (pool == nullptr) return sum_rows(costs, assignment, 0, costs.rows(), isa);
  RowSums sums;
  std::mutex mutex;
  pool->parallel_for(
      static_cast<std::size_t>(costs.rows()), kRowGrain, [&](std::size_t begin, std::size_t end) {
        const RowSums part =
            sum_rows(costs, assignment, static_cast<int>(begin), static_cast<int>(end), isa);
        const std::scoped_lock lock(mutex);
        sums.add(part);
      });
  return sums;
}

}  // namespace

Certificate certify(const CostSource& costs, std::span<const std::int32_t> capacity,
                    const Assignment& assignment, bool use_all, ThreadPool* pool, Isa isa) {
  Certificate result;
  std::vector<std::int64_t> used;
  result.violation = check_columns(costs, capacity, assignment, use_all, used);
  if (!result.violation.empty()) return result;

  for (int j = 0; j < costs.columns(); ++j) {
    const std::int64_t places = assignment.price[j] > 0 ? 1 : capacity[j];
    result.dual += places * assignment.price[j];
  }
  const RowSums rows = sum_all_rows(costs, assignment, pool, isa);
  result.primal = rows.primal;
  result.dual += rows.dual;
  if (rows.bad_row >= 0) {
    result.violation = rows.violation;
  } else if (result.primal != assignment.cost) {
    result.violation = "the stated cost " + std::to_string(assignment.cost) + " is not the sum " +
                       std::to_string(result.primal);
  }
  result.optimal = result.violation.empty() && result.primal == result.dual;
  if (!result.optimal && result.violation.empty()) {
    result.violation = "primal " + std::to_string(result.primal) + " and dual " +
                       std::to_string(result.dual) + " differ";
  }
  return result;
}

}  // namespace mosaic
