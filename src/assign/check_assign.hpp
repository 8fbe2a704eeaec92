// The solver as a tool: `mosaic-temporal check assign`.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

namespace mosaic {

struct CheckAssignOptions {
  std::filesystem::path costs;  ///< raw little-endian int32, rows x columns, row-major
  int rows = 0;
  int columns = 0;
  std::optional<int> max_uses;                      ///< capacity of every column; 1 when unset
  int repeat = 1;                                   ///< solves to take the median time of
  std::optional<std::filesystem::path> assignment;  ///< written: the column of each row, one a line
  bool force = false;                               ///< replace an existing assignment file
};

/// Solves the problem cold and again from its own prices, checks both certificates and prints the
/// optimum, the verdict and the median times. Costs may be negative: a constant is added to all of
/// them for the solver and taken off the printed sums. Throws InputError when the file is missing
/// or not of the stated size, UsageError for impossible options, OutputError when the assignment
/// cannot be written, VerifyError when a certificate fails or cold and warm optimum differ.
void check_assign(const CheckAssignOptions& options, std::ostream& out);

}  // namespace mosaic
