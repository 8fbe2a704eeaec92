// Costs in a stored matrix.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "assign/problem.hpp"

namespace mosaic {

/// Owns a row-major rows x columns matrix.
class DenseCosts final : public CostSource {
 public:
  DenseCosts(int rows, int columns, std::vector<std::int32_t> values)
      : rows_(rows), columns_(columns), values_(std::move(values)) {
    if (rows < 0 || columns < 0 || values_.size() != std::size_t(rows) * std::size_t(columns)) {
      throw std::invalid_argument("DenseCosts: the values are not rows x columns");
    }
  }

  [[nodiscard]] int rows() const override { return rows_; }
  [[nodiscard]] int columns() const override { return columns_; }
  void row(int row, std::span<std::int32_t> out) const override {
    const auto from = values_.begin() + std::ptrdiff_t{row} * columns_;
    std::copy(from, from + columns_, out.begin());
  }
  [[nodiscard]] std::int32_t at(int row, int column) const {
    return values_[std::size_t(row) * columns_ + column];
  }

 private:
  int rows_;
  int columns_;
  std::vector<std::int32_t> values_;
};

}  // namespace mosaic
