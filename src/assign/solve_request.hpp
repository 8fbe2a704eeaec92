// What a request to the solver must satisfy, and its rows merged into classes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "assign/market.hpp"
#include "assign/solver.hpp"

namespace mosaic::assign {

/// Throws std::logic_error with `what` unless the condition holds: it is the program's own mistake,
/// and no option of the user's can mend it.
void require(bool condition, const std::string& what);

/// Throws like require() where arrays do not fit each other or entries are impossible, and
/// UsageError where the columns cannot hold all rows.
void check_request(const SolveRequest& request);

/// `row_class`: equal numbers for equal rows; empty: all rows differ. Classes come in the order of
/// their first rows.
void group_rows(int rows, std::span<const std::int32_t> row_class, RowClasses& classes);

}  // namespace mosaic::assign
