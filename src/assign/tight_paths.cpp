#include "assign/tight_paths.hpp"

#include <algorithm>

namespace mosaic::assign {

template <class Price>
void TightPaths<Price>::open() {
  mark_.assign(static_cast<std::size_t>(dummy_.number) + 1, {});
  call_ = 0;
}

template <class Price>
std::int64_t TightPaths<Price>::push_all(std::span<const std::int32_t> sources,
                                         std::span<const Price> row_price) {
  row_price_ = row_price;
  ++call_;
  std::int64_t paths = 0;
  for (const int source : sources) {
    while (missing(source) > 0 && find(source)) ++paths;
  }
  return paths;
}

template <class Price>
void TightPaths<Price>::enter(int row_class, int via) {
  Mark& mark = mark_[row_class];
  if (mark.call != call_) mark = {call_, 0, false};
  mark.seen = true;
  path_.push_back({row_class, via, kNone, 0});
}

/// One path from `source`, depth first; pushed when found.
template <class Price>
bool TightPaths<Price>::find(int source) {
  path_.clear();
  enter(source, kNone);
  while (!path_.empty()) {
    const int row_class = path_.back().row_class;
    const int column = next_tight(row_class);
    if (column == kNone) {
      path_.pop_back();
      continue;
    }
    path_.back().to = column;
    if (market_.free[column] > 0 || dummy_.has_surplus(column)) {
      // A class of one row moves, others may hold more.
      for (const Step& step : path_) {
        const bool one = step.row_class != dummy_.number && market_.supply[step.row_class] == 1;
        mark_[step.row_class].seen = one;
      }
      return push(path_);
    }
    const int holder = holder_not_seen(column);
    if (holder == kNone) {
      ++mark_[row_class].arc;
    } else {
      enter(holder, column);
    }
  }
  return false;
}

/// The next column that the class, the last of the path, could take at its own price; kNone when
/// there is no other.
template <class Price>
int TightPaths<Price>::next_tight(int row_class) {
  constexpr int kBlock = CandidateLists<Price>::kBlock;
  std::int32_t& arc = mark_[row_class].arc;
  if (row_class == dummy_.number) return next_tight_of_dummy(arc);
  const int end = lists_.blocks(row_class) * kBlock;
  const Candidate* candidate = lists_.candidates(row_class);
  const Price price = row_price_[row_class];
  for (; arc < end; ++arc) {
    // Floors rise from block to block: no later one holds a tight column either.
    if (arc % kBlock == 0 && lists_.floor(row_class, arc / kBlock) > price) break;
    const auto [column, cost] = candidate[arc];
    if (cost - market_.price[column] != price || column == market_.columns()) continue;
    path_.back().cost = cost;
    return column;
  }
  arc = end;
  return kNone;
}

template <class Price>
int TightPaths<Price>::next_tight_of_dummy(std::int32_t& arc) const {
  for (; arc < market_.columns(); ++arc) {
    if (market_.price[arc] == dummy_.level && dummy_.held[arc] < market_.spare_places(arc)) {
      return arc;
    }
  }
  return kNone;
}

template <class Price>
int TightPaths<Price>::holder_not_seen(int column) const {
  const auto seen = [this](int row_class) {
    return mark_[row_class].call == call_ && mark_[row_class].seen;
  };
  for (int h = market_.first_held[column]; h != kNone; h = market_.holdings[h].next) {
    if (!seen(market_.holdings[h].row_class)) return market_.holdings[h].row_class;
  }
  const bool tight = dummy_.held[column] > 0 && market_.price[column] == dummy_.level;
  return tight && !seen(dummy_.number) ? dummy_.number : kNone;
}

template <class Price>
std::int64_t TightPaths<Price>::room_of(std::span<const Step> path) const {
  const int sink = path.back().to;
  std::int64_t places = missing(path.front().row_class);
  places = std::min<std::int64_t>(
      places, market_.free[sink] > 0 ? market_.free[sink] : dummy_.surplus(sink));
  for (const Step& step : path) {
    if (step.row_class != dummy_.number) continue;
    places = std::min<std::int64_t>(places, market_.spare_places(step.to) - dummy_.held[step.to]);
  }
  for (const Step& step : path.subspan(1)) {
    std::int32_t held = dummy_.held[step.from];
    if (step.row_class != dummy_.number) {
      const std::int32_t link = *market_.find(step.from, step.row_class);
      held = link == kNone ? 0 : market_.holdings[link].places;
    }
    places = std::min<std::int64_t>(places, held);
  }
  return places;
}

template <class Price>
bool TightPaths<Price>::push(std::span<const Step> path) {
  const std::int64_t places = room_of(path);
  if (places <= 0) return false;
  const auto count = static_cast<std::int32_t>(places);
  const int sink = path.back().to;
  if (market_.free[sink] > 0) {
    market_.free[sink] -= count;
  } else {
    dummy_.held[sink] -= count;
    dummy_.missing += count;
  }
  for (auto step = path.rbegin(); step != path.rend(); ++step) move(*step, count);
  const int source = path.front().row_class;
  if (source == dummy_.number) {
    dummy_.missing -= count;
  } else {
    market_.missing[source] -= count;
  }
  return true;
}

template <class Price>
void TightPaths<Price>::move(const Step& step, std::int32_t places) {
  if (step.row_class == dummy_.number) {
    if (step.from != kNone) dummy_.held[step.from] -= places;
    dummy_.held[step.to] += places;
    return;
  }
  if (step.from != kNone) market_.take(market_.find(step.from, step.row_class), places);
  market_.add(step.to, step.row_class, places, step.cost, 0);
}

template class TightPaths<std::int32_t>;
template class TightPaths<std::int64_t>;

}  // namespace mosaic::assign
