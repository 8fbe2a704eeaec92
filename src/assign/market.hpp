// State shared by the two phases of the solver: who holds which places at which prices.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "assign/problem.hpp"

namespace mosaic::assign {

/// Thrown inside the room when 32-bit prices do not suffice; the solver then starts again in 64.
struct PriceOverflow {};

/// Range of prices. Costs are below 2^28, so that with |v| <= 2^29 every c - v, and every sum of a
/// path length below 2^30 with a reduced cost, fits the type.
template <class Price>
struct PriceLimits;

template <>
struct PriceLimits<std::int32_t> {
  static constexpr std::int32_t kLowest = -(1 << 29);
  static constexpr std::int32_t kLongest = 1 << 30;
};

/// A price is at most a path of 2^31 arcs of 2^29 each: 2^60.
template <>
struct PriceLimits<std::int64_t> {
  static constexpr std::int64_t kLowest = -(std::int64_t{1} << 60);
  static constexpr std::int64_t kLongest = std::int64_t{1} << 61;
};

inline constexpr std::int32_t kCostLimit = 1 << 28;
inline constexpr int kNone = -1;

/// Equal rows merged: a class buys `supply` places at the costs of its first row.
struct RowClasses {
  std::vector<std::int32_t> supply;
  std::vector<std::int32_t> representative;  ///< lowest row of the class
  std::vector<std::int32_t> first_member;    ///< classes + 1 offsets into member
  std::vector<std::int32_t> member;          ///< rows, ascending inside a class

  [[nodiscard]] int count() const { return static_cast<int>(supply.size()); }
};

/// Places of one column held by one class. Entries of a column form a list through `next`.
template <class Price>
struct Holding {
  std::int32_t row_class = kNone;
  std::int32_t places = 0;
  std::int32_t cost = 0;
  std::int32_t next = kNone;
  Price price = 0;  ///< what the class bid; used by the auction only
};

// Note [Every column at least once]
// With use_all the first place of every column must be taken, and is not the dummy row's to take
// (Note [The dummy row] in shortest_paths.hpp). So the price of a column that only one place of is
// taken may lie above `level`, the price of places that nobody takes: what is above is what has to
// be paid for somebody to take it. A place above the level is for one row only, and the other
// places of its column are not to be had at that price:
//   price > level  implies  at most one place taken,
// in the auction as in the searches. Prices are <= 0 all the same (whoever opens the market shifts
// them all, level included), so that no c - v is below 0.

/// Prices and holdings. A column's price v is that of its cheapest place, the one closest to 0.
template <class Price>
class Market {
 public:
  using Limits = PriceLimits<Price>;

  /// Everything free at `start` prices (clamped to <= 0); columns without capacity are blocked by
  /// the lowest price. `start` empty means 0. `start_level` <= 0 is the level of these prices, 0
  /// without use_all_in.
  void open(std::span<const std::int32_t> capacity_in, const RowClasses& classes_in,
            std::span<const std::int32_t> start, bool use_all_in, std::int32_t start_level);

  [[nodiscard]] int columns() const { return static_cast<int>(capacity.size()); }
  [[nodiscard]] int classes() const { return static_cast<int>(missing.size()); }

  /// Places of the column that nobody needs to take.
  [[nodiscard]] std::int32_t spare_places(int column) const {
    return capacity[column] - (use_all && capacity[column] > 0 ? 1 : 0);
  }
  /// The column is for one row only at its price (Note [Every column at least once]).
  [[nodiscard]] bool is_for_one(int column) const {
    return use_all && (capacity[column] == 1 || price[column] > level);
  }

  /// Adds places to the class's holding of the column, merging equal (class, price).
  void add(int column, int row_class, std::int32_t places, std::int32_t cost, Price bid);
  /// Takes places from the holding at `link`; an emptied one is recycled. `link` is the address of
  /// the index that leads to it.
  void take(std::int32_t* link, std::int32_t places);
  /// Address of the index that leads to the class's holding, or of the kNone that ends the list.
  std::int32_t* find(int column, int row_class);
  /// Price of the cheapest held place.
  [[nodiscard]] Price highest_bid(int column) const;

  /// Merges a column's holdings of the same class (their bids no longer matter).
  void merge(int column);

  bool use_all = false;
  Price level = 0;  ///< price of places that nobody takes
  std::vector<std::int32_t> capacity;
  std::vector<std::int32_t> supply;      ///< per class
  std::vector<std::int32_t> missing;     ///< per class: places it still has to buy
  std::vector<std::int32_t> free;        ///< per column
  std::vector<std::int32_t> first_held;  ///< per column: index into holdings
  std::vector<Price> price;              ///< columns + 1; the last one pads candidate lists
  std::vector<Holding<Price>> holdings;

 private:
  std::int32_t recycled_ = kNone;
};

extern template class Market<std::int32_t>;
extern template class Market<std::int64_t>;

}  // namespace mosaic::assign
