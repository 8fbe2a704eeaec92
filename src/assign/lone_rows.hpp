// Rows that are solved by themselves although others are equal to them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/spacing.hpp"

namespace mosaic {

/// Note [Apart from their equals]
/// Rows that are equal are solved as one class, until bans tell them apart. A solve can go on from
/// where the last one ended only where a ban meets a class of one row (Solver::solve_again()). So
/// who is banned from something is a class of its own from then on, and so are its equals, which
/// are often the next; but not where they are more than kFew, as in black bars: apart they would
/// bid against each other.
class LoneRows {
 public:
  static constexpr std::int32_t kFew = 64;

  explicit LoneRows(std::size_t rows) : lone_(rows) {}

  /// `row_class`: per row, the first row of its class.
  void add(std::span<const Ban> bans, std::span<const std::int32_t> row_class);
  /// Takes the rows added so far out of their classes.
  void part(std::span<std::int32_t> row_class) const;

 private:
  std::vector<char> lone_;
};

}  // namespace mosaic
