#include "assign/market.hpp"

#include <algorithm>

namespace mosaic::assign {

template <class Price>
void Market<Price>::open(std::span<const std::int32_t> capacity_in, const RowClasses& classes_in,
                         std::span<const std::int32_t> start, bool use_all_in,
                         std::int32_t start_level) {
  use_all = use_all_in;
  level = start_level;
  capacity.assign(capacity_in.begin(), capacity_in.end());
  supply = classes_in.supply;
  missing = supply;
  free = capacity;
  first_held.assign(capacity.size(), kNone);
  holdings.clear();
  recycled_ = kNone;
  price.assign(capacity.size() + 1, 0);
  price.back() = Limits::kLowest;
  for (std::size_t j = 0; j < capacity.size(); ++j) {
    if (capacity[j] == 0) {
      price[j] = Limits::kLowest;
    } else if (!start.empty()) {
      price[j] = std::min<Price>(start[j], 0);
      if (price[j] < Limits::kLowest) throw PriceOverflow{};
    }
  }
}

template <class Price>
void Market<Price>::add(int column, int row_class, std::int32_t places, std::int32_t cost,
                        Price bid) {
  for (int h = first_held[column]; h != kNone; h = holdings[h].next) {
    if (holdings[h].row_class == row_class && holdings[h].price == bid) {
      holdings[h].places += places;
      return;
    }
  }
  int h = recycled_;
  if (h == kNone) {
    h = static_cast<int>(holdings.size());
    holdings.emplace_back();
  } else {
    recycled_ = holdings[h].next;
  }
  holdings[h] = {row_class, places, cost, first_held[column], bid};
  first_held[column] = h;
}

template <class Price>
void Market<Price>::take(std::int32_t* link, std::int32_t places) {
  const int h = *link;
  holdings[h].places -= places;
  if (holdings[h].places > 0) return;
  *link = holdings[h].next;
  holdings[h].next = recycled_;
  recycled_ = h;
}

template <class Price>
std::int32_t* Market<Price>::find(int column, int row_class) {
  std::int32_t* link = &first_held[column];
  while (*link != kNone && holdings[*link].row_class != row_class) {
    link = &holdings[*link].next;
  }
  return link;
}

template <class Price>
Price Market<Price>::highest_bid(int column) const {
  Price highest = std::numeric_limits<Price>::min();
  for (int h = first_held[column]; h != kNone; h = holdings[h].next) {
    highest = std::max(highest, holdings[h].price);
  }
  return highest;
}

template <class Price>
void Market<Price>::merge(int column) {
  for (int h = first_held[column]; h != kNone; h = holdings[h].next) {
    holdings[h].price = 0;
    std::int32_t* link = &holdings[h].next;
    while (*link != kNone) {
      if (holdings[*link].row_class == holdings[h].row_class) {
        holdings[h].places += holdings[*link].places;
        take(link, holdings[*link].places);
      } else {
        link = &holdings[*link].next;
      }
    }
  }
}

template class Market<std::int32_t>;
template class Market<std::int64_t>;

}  // namespace mosaic::assign
