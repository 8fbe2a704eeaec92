// The row that takes the places which nobody else gets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "assign/market.hpp"

namespace mosaic::assign {

/// The row that takes what nobody else does; see Note [The dummy row] in shortest_paths.hpp.
template <class Price>
struct DummyRow {
  int number = 0;                  ///< as a class: one above all others
  Price level = 0;                 ///< V, the price of every column it holds places of
  std::int64_t missing = 0;        ///< places; below 0: it holds more than it must
  std::vector<std::int32_t> held;  ///< per column: places
  bool lends = false;              ///< gives up places at its level though it will miss them

  /// Takes the market's free places at its level: all of them, even more than it misses, or with
  /// use_all what it misses of what it may hold. `class_number` is its own.
  void open(Market<Price>& market, int class_number);

  /// Places of the column that others may have.
  [[nodiscard]] std::int64_t surplus(int column) const {
    if (lends) return held[column];
    return missing < 0 ? std::min<std::int64_t>(held[column], -missing) : 0;
  }
  [[nodiscard]] bool has_surplus(int column) const { return surplus(column) > 0; }

 private:
  void open_with_limits(Market<Price>& market, std::int64_t wanted);
};

extern template struct DummyRow<std::int32_t>;
extern template struct DummyRow<std::int64_t>;

}  // namespace mosaic::assign
