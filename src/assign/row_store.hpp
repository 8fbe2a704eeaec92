// Rows of costs kept whole.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/market.hpp"
#include "assign/problem.hpp"

namespace mosaic::assign {

/// Throws std::logic_error unless all costs of `row`, which are OR-ed together in `bits`, are in
/// range.
void check_costs(std::int32_t bits, int row);

/// Rows of classes, fetched when first asked for and kept while there is room.
class RowStore {
 public:
  static constexpr std::int64_t kMostBytes = std::int64_t{256} << 20;

  /// Forgets all rows, and begins with others. Room for `most_bytes` of them.
  void open(const CostSource& costs, const RowClasses& classes,
            std::int64_t most_bytes = kMostBytes);
  /// Gives memory back; open() comes before the next row.
  void forget() { kept_ = {}; }
  /// From now on rows are fetched from here: the same costs but for those raise_cost() tells of.
  void read_from(const CostSource& costs) { costs_ = &costs; }
  void raise_cost(int row_class, int column, std::int32_t by);

  /// One cost per column; valid until the next call. Throws std::logic_error when one is out of
  /// range.
  std::span<const std::int32_t> row(int row_class);
  /// Rows fetched since open().
  [[nodiscard]] std::int64_t fetched() const { return fetched_; }
  /// The row is kept, or there is room for it.
  [[nodiscard]] bool has_room(int row_class) const {
    return rows_left_ > 0 || !kept(row_class).empty();
  }
  /// The row if it is kept, else empty.
  [[nodiscard]] std::span<const std::int32_t> kept(int row_class) const {
    return kept_.empty() ? std::span<const std::int32_t>{} : kept_[row_class];
  }

 private:
  const CostSource* costs_ = nullptr;
  const RowClasses* classes_ = nullptr;
  std::vector<std::vector<std::int32_t>> kept_;  ///< per class; empty before the first row
  std::vector<std::int32_t> passing_;            ///< the last row there was no room for
  std::int64_t rows_left_ = 0;
  std::int64_t fetched_ = 0;
};

}  // namespace mosaic::assign
