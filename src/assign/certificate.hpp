// Proof of optimality that anybody can check without knowing how the solver works.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "assign/problem.hpp"
#include "core/isa.hpp"
#include "core/parallel_for.hpp"

namespace mosaic {

/// Linear-programming duality. With u_i = min_j (c_ij - v_j), v <= 0, the assignment is optimal
/// when every row's pair is tight, no column is over capacity, and v_j = 0 where capacity is left:
/// then sum c = sum u + sum capacity_j v_j. Where every column has to be used at least once, v_j
/// may be above 0 in columns that are used once, which adds v_j to the sum.
struct Certificate {
  bool optimal = false;
  std::int64_t primal = 0;
  std::int64_t dual = 0;
  std::string violation;  ///< first one found, empty when optimal
};

/// Evaluates every one of the rows x columns costs; integer arithmetic only. `use_all`: proves the
/// optimum among the assignments that use every column with capacity. Rows are shared out to `pool`
/// if there is one; the result is the same.
Certificate certify(const CostSource& costs, std::span<const std::int32_t> capacity,
                    const Assignment& assignment, bool use_all = false, ThreadPool* pool = nullptr,
                    Isa isa = fastest_isa());

}  // namespace mosaic
