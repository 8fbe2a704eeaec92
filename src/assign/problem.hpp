// The assignment problem of one frame: rows (cells) take columns (photos), each column at most
// `capacity` times, and at least once where all are to be used, at least total cost.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mosaic {

/// An int32 cost matrix that need not be stored. Costs are >= 0 and < 2^28.
class CostSource {
 public:
  virtual ~CostSource() = default;
  [[nodiscard]] virtual int rows() const = 0;
  [[nodiscard]] virtual int columns() const = 0;
  /// Writes the columns() costs of a row. Thread-safe.
  virtual void row(int row, std::span<std::int32_t> out) const = 0;
};

/// Per-row lists of the cheapest columns at given prices, where somebody already has them.
/// Row i owns entries [i*length, i*length + count(i)); any order. Every column that is not listed
/// has cost - price >= bound[i].
struct RowLists {
  int length = 0;
  std::vector<std::int32_t> count;   ///< rows
  std::vector<std::int32_t> column;  ///< rows x length, each column at most once per row
  std::vector<std::int32_t> cost;    ///< rows x length: full cost, price not subtracted
  std::vector<std::int32_t> bound;   ///< rows
};

/// One entry of the matrix has become higher.
struct CostRise {
  std::int32_t row = 0;
  std::int32_t column = 0;
  std::int32_t by = 0;
};

struct Assignment {
  std::vector<std::int32_t> column_of_row;
  /// Column duals v_j <= 0; 0 where capacity is left over. Above -2^28, or above -2^29 for columns
  /// without capacity, so that a cost minus a price fits 32 bits. Where all columns are to be used:
  /// below 2^28, and above 0 only in columns that are used once, which need not be full.
  std::vector<std::int32_t> price;
  std::int64_t cost = 0;
};

}  // namespace mosaic
