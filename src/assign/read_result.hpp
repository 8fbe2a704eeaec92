// What the solver gives back, read from a market whose rows have their places.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "assign/market.hpp"
#include "assign/problem.hpp"

namespace mosaic::assign {

/// What is 0 in the result: the price of places that are left, or the highest price where none is.
/// Without use_all the places left have the highest price, too.
template <class Price>
Price zero_of(const Market<Price>& market) {
  Price left = std::numeric_limits<Price>::max();
  Price highest = std::numeric_limits<Price>::min();
  Price highest_of_spare = std::numeric_limits<Price>::min();
  for (int j = 0; j < market.columns(); ++j) {
    if (market.capacity[j] == 0) continue;
    const Price price = market.price[j];
    if (market.free[j] > 0) left = std::min(left, price);
    highest = std::max(highest, price);
    if (market.spare_places(j) > 0) highest_of_spare = std::max(highest_of_spare, price);
  }
  if (left != std::numeric_limits<Price>::max()) return left;
  return highest_of_spare != std::numeric_limits<Price>::min() ? highest_of_spare : highest;
}

template <class Price>
Price highest_price(const Market<Price>& market) {
  Price highest = std::numeric_limits<Price>::min();
  for (int j = 0; j < market.columns(); ++j) {
    if (market.capacity[j] > 0) highest = std::max(highest, market.price[j]);
  }
  return highest;
}

template <class Price>
void read_prices(const Market<Price>& market, Price zero, std::vector<std::int32_t>& prices) {
  const int columns = market.columns();
  Price highest_row_price = 0;
  for (int j = 0; j < columns; ++j) {
    for (int h = market.first_held[j]; h != kNone; h = market.holdings[h].next) {
      highest_row_price =
          std::max(highest_row_price, market.holdings[h].cost - (market.price[j] - zero));
    }
  }
  // Whatever the engine's type, the optimal prices fit 32 bits: the row that holds a place of j is
  // tight there, so c_rj - v_j <= c_rk - v_k and v_k - v_j <= c_rk - c_rj < 2^28 for every k; one
  // of the v_k is 0. With use_all a row holds the column whose price is 0, too, which bounds prices
  // above 0 the same way. A column without capacity only has to be unattractive: c >= 0 makes
  // -max(u) low enough, and u = c - v < 2^29.
  prices.resize(columns);
  for (int j = 0; j < columns; ++j) {
    const Price price = market.capacity[j] > 0 ? market.price[j] - zero : -highest_row_price;
    prices[j] = static_cast<std::int32_t>(price);
  }
}

template <class Price>
void read_result(const Market<Price>& market, const RowClasses& classes, Assignment& result) {
  const int columns = market.columns();
  result.column_of_row.assign(classes.member.size(), kNone);
  result.cost = 0;
  std::vector<std::int32_t> next_member(classes.first_member);
  for (int j = 0; j < columns; ++j) {
    for (int h = market.first_held[j]; h != kNone; h = market.holdings[h].next) {
      const Holding<Price>& held = market.holdings[h];
      result.cost += std::int64_t{held.cost} * held.places;
      for (int k = 0; k < held.places; ++k) {
        result.column_of_row[classes.member[next_member[held.row_class]++]] = j;
      }
    }
  }
  read_prices(market, zero_of(market), result.price);
}

}  // namespace mosaic::assign
