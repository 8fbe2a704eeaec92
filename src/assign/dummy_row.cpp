#include "assign/dummy_row.hpp"

#include <utility>

namespace mosaic::assign {

template <class Price>
void DummyRow<Price>::open(Market<Price>& market, int class_number) {
  number = class_number;
  held.assign(static_cast<std::size_t>(market.columns()), 0);
  std::int64_t wanted = 0;
  for (const std::int32_t places : market.capacity) wanted += places;
  for (const std::int32_t places : market.supply) wanted -= places;
  if (market.use_all) {
    open_with_limits(market, wanted);
    return;
  }
  level = 0;
  missing = wanted;
  for (int j = 0; j < market.columns(); ++j) {
    if (market.price[j] != level) continue;
    held[j] = market.free[j];
    missing -= market.free[j];
    market.free[j] = 0;
  }
}

/// The dummy takes the dearest places, all it may of a column before the next one, down to the
/// dearest column of which two places are taken.
template <class Price>
void DummyRow<Price>::open_with_limits(Market<Price>& market, std::int64_t wanted) {
  Price lowest = PriceLimits<Price>::kLowest;
  std::vector<std::pair<Price, std::int32_t>> order;  // the dearest first, then by number
  for (int j = 0; j < market.columns(); ++j) {
    if (market.spare_places(j) == 0) continue;
    order.emplace_back(-market.price[j], j);
    if (market.capacity[j] - market.free[j] > 1) lowest = std::max(lowest, market.price[j]);
  }
  std::ranges::sort(order);
  level = lowest;
  missing = wanted;
  for (const auto& [below, j] : order) {
    if (missing == 0 || market.price[j] < lowest) break;
    const std::int32_t room = std::min(market.free[j], market.spare_places(j));
    const auto taken = static_cast<std::int32_t>(std::min<std::int64_t>(missing, room));
    level = market.price[j];
    held[j] = taken;
    missing -= taken;
    market.free[j] -= taken;
  }
}

template struct DummyRow<std::int32_t>;
template struct DummyRow<std::int64_t>;

}  // namespace mosaic::assign
