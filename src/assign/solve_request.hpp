// What a request to the solver must satisfy, and its rows merged into classes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "assign/market.hpp"
#include "assign/solver.hpp"

namespace mosaic::assign {

/// Throws UsageError with `what` unless the condition holds.
void require(bool condition, const std::string& what);

/// Throws UsageError where arrays do not fit each other, entries are impossible, or the columns
/// cannot hold all rows.
void check_request(const SolveRequest& request);

/// `row_class`: equal numbers for equal rows; empty: all rows differ. Classes come in the order of
/// their first rows.
void group_rows(int rows, std::span<const std::int32_t> row_class, RowClasses& classes);

}  // namespace mosaic::assign
