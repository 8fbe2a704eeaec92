#include "assign/row_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "assign/solver_memory.hpp"

namespace mosaic::assign {

void check_costs(std::int32_t bits, int row) {
  if (bits >= 0 && bits < kCostLimit) return;
  throw std::logic_error("assignment: a cost of row " + std::to_string(row) +
                         " is outside 0 ... 2^28 - 1");
}

void RowStore::open(const CostSource& costs, const RowClasses& classes, std::int64_t most_bytes) {
  costs_ = &costs;
  classes_ = &classes;
  forget();
  const std::int64_t bytes = std::int64_t{std::max(costs.columns(), 1)} * sizeof(std::int32_t);
  rows_left_ = most_bytes / bytes;
  fetched_ = 0;
}

void RowStore::raise_cost(int row_class, int column, std::int32_t by) {
  if (!kept(row_class).empty()) kept_[row_class][column] += by;
}

std::span<const std::int32_t> RowStore::row(int row_class) {
  if (!kept(row_class).empty()) return kept_[row_class];
  if (kept_.empty()) kept_.resize(classes_->count());
  ++fetched_;
  const int row = classes_->representative[row_class];
  passing_.resize(costs_->columns());
  costs_->row(row, passing_);
  std::int32_t bits = 0;
  for (const std::int32_t cost : passing_) bits |= cost;
  check_costs(bits, row);
  if (rows_left_ <= 0) return passing_;
  --rows_left_;
  kept_[row_class].swap(passing_);
  return kept_[row_class];
}

}  // namespace mosaic::assign

namespace mosaic {

std::int64_t kept_row_bytes(std::int64_t rows, std::int64_t columns) {
  return std::min(rows * columns * std::int64_t{sizeof(std::int32_t)},
                  assign::RowStore::kMostBytes);
}

}  // namespace mosaic
