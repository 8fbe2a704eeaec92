#include "assign/shortest_paths.hpp"

#include <algorithm>

namespace mosaic::assign {
namespace {

// A source looks for this fraction of its missing places in one search. More would widen the
// search for paths that then turn out to collide.
constexpr std::int64_t kSinkShare = 4;

}  // namespace

template <class Price>
void ShortestPaths<Price>::open() {
  const int columns = market_.columns();
  const int classes = market_.classes();
  dummy_ = classes;
  level_ = 0;
  search_ = 0;
  augmentations_ = 0;
  scans_ = 0;
  dummy_held_.assign(columns, 0);
  column_mark_.assign(columns, {});
  class_mark_.assign(classes + 1, {});
  std::int64_t missing = 0;
  for (int r = 0; r < classes; ++r) missing += market_.missing[r];
  std::int64_t unclaimed = 0;
  for (int j = 0; j < columns; ++j) {
    market_.merge(j);
    if (market_.price[j] == level_) {
      dummy_held_[j] = market_.free[j];
      market_.free[j] = 0;
    }
    unclaimed += market_.free[j];
  }
  dummy_missing_ = unclaimed - missing;
}

template <class Price>
void ShortestPaths<Price>::run() {
  row_price_.resize(market_.classes());
  for (int r = 0; r < market_.classes(); ++r) row_price_[r] = lists_.best(r);
  serve();
}

template <class Price>
void ShortestPaths<Price>::run_again(std::span<const std::int32_t> changed) {
  for (const int r : changed) row_price_[r] = lists_.best(r);
  serve();
}

template <class Price>
void ShortestPaths<Price>::serve() {
  open();
  for (int r = 0; r < market_.classes(); ++r) {
    while (market_.missing[r] > 0) search(r, market_.missing[r]);
  }
  while (dummy_missing_ > 0) search(dummy_, dummy_missing_);
  for (int j = 0; j < market_.columns(); ++j) {
    market_.free[j] += dummy_held_[j];
    dummy_held_[j] = 0;
  }
  // Back to the level 0, where the next search starts.
  for (int j = 0; j < market_.columns(); ++j) {
    if (market_.capacity[j] > 0) market_.price[j] -= level_;
  }
  for (Price& price : row_price_) price += level_;
  lists_.lift(-level_);
}

template <class Price>
void ShortestPaths<Price>::search(int source, std::int64_t missing) {
  ++search_;
  events_.clear();
  settled_columns_.clear();
  settled_classes_.clear();
  sinks_.clear();
  const std::int64_t wanted = (missing + kSinkShare - 1) / kSinkShare;
  one_sink_ = wanted == 1;
  reach_ = Limits::kLongest;
  nearest_sink_ = kNone;
  settle_class(source, kNone, 0);
  while (!events_.empty()) {
    const Price distance = Events::distance(events_.front());
    const int node = Events::node(events_.front());
    if (distance >= reach_) break;
    std::pop_heap(events_.begin(), events_.end(), std::greater<>());
    events_.pop_back();
    if (node >= market_.columns()) {
      scan_blocks(node - market_.columns(), distance);
    } else if (!column_mark_[node].settled) {
      if (market_.free[node] > 0 || is_surplus(node)) {
        sinks_.push_back(node);
        if (std::ssize(sinks_) == wanted || is_surplus(node)) {
          reach_ = distance;
          break;
        }
      }
      settle_column(node, distance);
    }
  }
  if (one_sink_ && nearest_sink_ != kNone) sinks_.push_back(nearest_sink_);
  // Capacity suffices, so there is a path: it is too long for this type.
  if (sinks_.empty()) throw PriceOverflow{};
  reach_ = column_mark_[sinks_.back()].distance;
  lower_prices();
  for (const int sink : sinks_) {
    if (augment(source, sink)) ++augmentations_;
  }
}

template <class Price>
void ShortestPaths<Price>::settle_column(int column, Price distance) {
  column_mark_[column].settled = true;
  settled_columns_.push_back(column);
  for (int h = market_.first_held[column]; h != kNone; h = market_.holdings[h].next) {
    settle_class(market_.holdings[h].row_class, column, distance);
  }
  if (dummy_held_[column] > 0) settle_class(dummy_, column, distance);
}

template <class Price>
void ShortestPaths<Price>::settle_class(int row_class, int via, Price distance) {
  ClassMark& mark = class_mark_[row_class];
  if (mark.search == search_) return;
  mark = {search_, via, 0, distance};
  settled_classes_.push_back(row_class);
  ++scans_;
  if (row_class == dummy_) {
    scan_dummy();
  } else {
    lists_.prepare(row_class);
    scan_blocks(row_class, distance);
  }
}

/// Scans the blocks of candidates that may hold columns at distance `now`, and leaves an event at
/// the distance where the next block may matter.
template <class Price>
void ShortestPaths<Price>::scan_blocks(int row_class, Price now) {
  constexpr int kBlock = CandidateLists<Price>::kBlock;
  ClassMark& mark = class_mark_[row_class];
  const Price base = mark.distance - row_price_[row_class];
  for (;;) {
    const int blocks = lists_.blocks(row_class);
    const Candidate* candidate = lists_.candidates(row_class);
    int visited = 0;
    Price next = Limits::kLongest;
    for (; mark.block < blocks; ++mark.block, ++visited) {
      next = base + lists_.floor(row_class, mark.block);
      if (next > now) break;
      for (int k = mark.block * kBlock; k < (mark.block + 1) * kBlock; ++k) {
        const auto [column, cost] = candidate[k];
        const Price distance = base + cost - market_.price[column];
        if (distance < reach_) reach(column, distance, row_class, cost);
      }
    }
    lists_.book(row_class, visited);
    // Prices have fallen since the list was made, so unlisted columns may come before listed ones.
    const Price unlisted =
        lists_.complete(row_class) ? Limits::kLongest : base + lists_.bound(row_class);
    if (unlisted <= now) {
      lists_.fetch(row_class);
      mark.block = 0;
      if (lists_.complete(row_class) || base + lists_.bound(row_class) > now) continue;
      scan_fetched_row(row_class);
      return;
    }
    if (mark.block == blocks) next = Limits::kLongest;
    next = std::min(next, unlisted);
    if (next < reach_) {
      push(next, market_.columns() + row_class);
    }
    return;
  }
}

/// The search has outgrown the list: prices stand still during a search, so a new list would reach
/// no further, and all columns are looked at once instead.
template <class Price>
void ShortestPaths<Price>::scan_fetched_row(int row_class) {
  const Price base = class_mark_[row_class].distance - row_price_[row_class];
  const std::span<const std::int32_t> cost = lists_.fetched_row();
  for (int j = 0; j < market_.columns(); ++j) {
    if (market_.capacity[j] == 0) continue;
    const Price distance = base + cost[j] - market_.price[j];
    if (distance < reach_) reach(j, distance, row_class, cost[j]);
  }
}

template <class Price>
void ShortestPaths<Price>::scan_dummy() {
  const Price base = class_mark_[dummy_].distance + level_;
  for (int j = 0; j < market_.columns(); ++j) {
    const Price distance = base - market_.price[j];
    if (distance < reach_ && dummy_held_[j] < market_.capacity[j]) reach(j, distance, dummy_, 0);
  }
}

template <class Price>
void ShortestPaths<Price>::push(Price distance, int node) {
  events_.push_back(Events::make(distance, node));
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

template <class Price>
void ShortestPaths<Price>::reach(int column, Price distance, int from, std::int32_t cost) {
  if (column == market_.columns()) return;
  ColumnMark& mark = column_mark_[column];
  if (mark.search == search_ && mark.distance <= distance) return;
  mark = {search_, from, cost, false, distance};
  if (one_sink_ && (market_.free[column] > 0 || is_surplus(column))) {
    reach_ = distance;
    nearest_sink_ = column;
    return;
  }
  push(distance, column);
}

template <class Price>
void ShortestPaths<Price>::lower_prices() {
  for (const int j : settled_columns_) {
    if (dummy_held_[j] > 0 || column_mark_[j].distance >= reach_) continue;
    market_.price[j] -= reach_ - column_mark_[j].distance;
    if (market_.price[j] < Limits::kLowest) throw PriceOverflow{};
  }
  for (const int r : settled_classes_) {
    const Price by = std::max<Price>(reach_ - class_mark_[r].distance, 0);
    if (r != dummy_) {
      row_price_[r] += by;
    } else if (by > 0) {
      level_ -= by;
      if (level_ < Limits::kLowest) throw PriceOverflow{};
      for (int j = 0; j < market_.columns(); ++j) {
        if (dummy_held_[j] > 0) market_.price[j] = level_;
      }
    }
  }
}

/// Moves as many places as the path allows from the sink back to the source. False when an earlier
/// path of the same tree has used up what this one needs.
template <class Price>
bool ShortestPaths<Price>::augment(int source, int sink) {
  const bool from_surplus = market_.free[sink] == 0;
  std::int64_t places = source == dummy_ ? dummy_missing_ : market_.missing[source];
  places = std::min<std::int64_t>(
      places, from_surplus ? std::min<std::int64_t>(dummy_held_[sink], -dummy_missing_)
                           : market_.free[sink]);
  for (int j = sink; places > 0;) {
    const int r = column_mark_[j].from;
    if (r == source) break;
    j = class_mark_[r].via;
    const std::int32_t link = r == dummy_ ? kNone : *market_.find(j, r);
    const std::int32_t held = link == kNone ? 0 : market_.holdings[link].places;
    places = std::min<std::int64_t>(places, r == dummy_ ? dummy_held_[j] : held);
  }
  if (places <= 0) return false;
  const auto count = static_cast<std::int32_t>(places);
  if (from_surplus) {
    dummy_held_[sink] -= count;
    dummy_missing_ += count;
  } else {
    market_.free[sink] -= count;
  }
  for (int j = sink;;) {
    const int r = column_mark_[j].from;
    const int from = r == source ? kNone : class_mark_[r].via;
    move(r, from, j, column_mark_[j].cost, count);
    if (r == source) break;
    j = from;
  }
  if (source == dummy_) {
    dummy_missing_ -= count;
  } else {
    market_.missing[source] -= count;
  }
  return true;
}

template <class Price>
void ShortestPaths<Price>::move(int row_class, int from, int to, std::int32_t cost,
                                std::int32_t places) {
  if (row_class == dummy_) {
    if (from != kNone) dummy_held_[from] -= places;
    dummy_held_[to] += places;
    return;
  }
  if (from != kNone) market_.take(market_.find(from, row_class), places);
  market_.add(to, row_class, places, cost, 0);
}

template class ShortestPaths<std::int32_t>;
template class ShortestPaths<std::int64_t>;

}  // namespace mosaic::assign
