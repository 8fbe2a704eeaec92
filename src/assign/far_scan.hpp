// Whole rows looked at in far searches; see Note [Far searches] in shortest_paths.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/row_kernels.hpp"
#include "core/isa.hpp"

namespace mosaic::assign {

template <class Price>
class FarScan {
 public:
  explicit FarScan(Isa isa) : isa_(isa) {}

  void open(int columns) {
    const auto count = static_cast<std::size_t>(columns);
    nearest_.resize(count);
    gap_.resize(count);
    found_column_.resize(count + kColumnsAtOnce);
    found_cost_.resize(count + kColumnsAtOnce);
    found_gap_.resize(count + kColumnsAtOnce);
  }

  /// The search has reached the column at this distance, which is 0 at least.
  void reached(int column, Price distance) { nearest_[column] = distance; }

  /// Columns, ascending, at base + cost - price below `reach` and below what reached() was told.
  /// One cost and price per column; valid until the next call.
  std::span<const std::int32_t> nearer(std::span<const std::int32_t> cost, const Price* price,
                                       Price base, Price reach) {
    const auto columns = static_cast<int>(cost.size());
    gaps(isa_, cost.data(), price, nearest_.data(), base, reach, columns, gap_.data());
    const int found = columns_below(isa_, gap_.data(), cost.data(), columns, Price{0},
                                    found_column_.data(), found_cost_.data(), found_gap_.data());
    return std::span(found_column_).first(static_cast<std::size_t>(found));
  }

 private:
  Isa isa_;
  std::vector<Price> nearest_;
  std::vector<Price> gap_;
  std::vector<std::int32_t> found_column_;
  std::vector<std::int32_t> found_cost_;
  std::vector<Price> found_gap_;
};

}  // namespace mosaic::assign
