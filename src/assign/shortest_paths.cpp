#include "assign/shortest_paths.hpp"

#include <algorithm>

namespace mosaic::assign {
namespace {

// A search looks for this fraction of the missing places. More would widen it for the sake of the
// farthest ones, and find paths that collide.
constexpr std::int64_t kSinkShare = 4;

// Classes looked at, and rows fetched for want of a list long enough, per class: what searches one
// by one may cost.
constexpr std::int64_t kEasyScans = 64;
constexpr std::int64_t kEasyFetches = 2;

// Lists made anew in one search before it goes far.
constexpr std::int64_t kFarFetches = 32;
// Or the candidates it has looked at, as so many whole rows.
constexpr std::int64_t kFarRows = 64;
// Then a row is looked at whole even where its list would do, if that holds this part of it: a
// column of a whole row takes a fraction of what a candidate does.
constexpr int kFarShare = 2;

}  // namespace

template <class Price>
void ShortestPaths<Price>::open() {
  const int columns = market_.columns();
  const int classes = market_.classes();
  search_ = 0;
  augmentations_ = 0;
  whole_rows_ = 0;
  scans_ = 0;
  column_mark_.assign(columns, {});
  class_mark_.assign(classes + 1, {});
  for (int j = 0; j < columns; ++j) market_.merge(j);
  dummy_.open(market_, classes);
  tight_.open();
}

template <class Price>
bool ShortestPaths<Price>::run(Searches how) {
  row_price_.resize(market_.classes());
  for (int r = 0; r < market_.classes(); ++r) row_price_[r] = lists_.best(r);
  return serve(how);
}

template <class Price>
bool ShortestPaths<Price>::run_again(Searches how, std::span<const std::int32_t> changed) {
  for (const int r : changed) row_price_[r] = lists_.best(r);
  return serve(how);
}

template <class Price>
bool ShortestPaths<Price>::serve(Searches how) {
  open();
  const std::int64_t classes = market_.classes();
  const std::int64_t most_fetched = lists_.rows_fetched() + kEasyFetches * classes;
  const auto go_on = [&] {
    return how == Searches::together ||
           (scans_ <= kEasyScans * classes && lists_.rows_fetched() <= most_fetched);
  };
  lacking_.clear();
  for (int r = 0; r < classes; ++r) {
    if (market_.missing[r] > 0) lacking_.push_back(r);
  }
  const auto is_served = [this](int r) { return market_.missing[r] == 0; };
  dummy_.lends = !market_.use_all;
  if (how == Searches::together) {
    while (!lacking_.empty()) {
      sources_ = lacking_;
      search();
      std::erase_if(lacking_, is_served);
    }
  } else {
    auto next = lacking_.begin();
    for (; next != lacking_.end() && go_on(); next += is_served(*next) ? 1 : 0) {
      sources_.assign(1, *next);
      search();
    }
    lacking_.erase(lacking_.begin(), next);
  }
  dummy_.lends = false;
  sources_.assign(1, dummy_.number);
  while (lacking_.empty() && dummy_.missing > 0 && go_on()) search();
  const bool served = lacking_.empty() && dummy_.missing <= 0;
  close();
  return served;
}

template <class Price>
void ShortestPaths<Price>::close() {
  for (int j = 0; j < market_.columns(); ++j) {
    market_.free[j] += dummy_.held[j];
    dummy_.held[j] = 0;
  }
  if (market_.use_all) {
    market_.level = dummy_.level;
    return;
  }
  // Back to the level 0, where the next search starts.
  for (int j = 0; j < market_.columns(); ++j) {
    if (market_.capacity[j] > 0) market_.price[j] -= dummy_.level;
  }
  for (Price& price : row_price_) price += dummy_.level;
  lists_.lift(-dummy_.level);
}

template <class Price>
void ShortestPaths<Price>::search() {
  ++search_;
  events_.clear();
  settled_columns_.clear();
  settled_classes_.clear();
  sinks_.clear();
  std::int64_t missing = 0;
  for (const int source : sources_) missing += tight_.missing(source);
  wanted_ = (missing + kSinkShare - 1) / kSinkShare;
  one_sink_ = wanted_ == 1;
  reach_ = Limits::kLongest;
  far_ = false;
  fetched_before_ = lists_.rows_fetched();
  blocks_visited_ = 0;
  nearest_sink_ = kNone;
  dummy_via_ = kNone;
  for (const int source : sources_) settle_class(source, kNone, 0);
  while (!events_.empty()) {
    const Price distance = Events::distance(events_.front());
    const int node = Events::node(events_.front());
    if (distance >= reach_) break;
    std::pop_heap(events_.begin(), events_.end(), std::greater<>());
    events_.pop_back();
    if (node == market_.columns() + dummy_.number) {
      settle_class(dummy_.number, dummy_via_, distance);
    } else if (node >= market_.columns()) {
      scan_blocks(node - market_.columns(), distance);
    } else if (!column_mark_[node].settled) {
      if (is_free(node) && take_sink(node)) break;
      settle_column(node, distance);
    }
  }
  if (one_sink_ && nearest_sink_ != kNone) sinks_.push_back(nearest_sink_);
  // Capacity suffices, so there is a path: it is too long for this type.
  if (sinks_.empty()) throw PriceOverflow{};
  reach_ = column_mark_[sinks_.back()].distance;
  lower_prices();
  for (const int sink : sinks_) {
    if (push_along_tree(sink)) ++augmentations_;
  }
  augmentations_ += tight_.push_all(sources_, row_price_);
}

/// Counts a free place for the tree that has reached it, if its source misses more than it has
/// found so far. True when the search has found enough.
template <class Price>
bool ShortestPaths<Price>::take_sink(int column) {
  const int root = class_mark_[column_mark_[column].from].root;
  const bool last = dummy_.has_surplus(column);
  if (!last && class_mark_[root].sinks == tight_.missing(root)) return false;
  ++class_mark_[root].sinks;
  sinks_.push_back(column);
  return last || std::ssize(sinks_) == wanted_;
}

template <class Price>
void ShortestPaths<Price>::settle_column(int column, Price distance) {
  column_mark_[column].settled = true;
  settled_columns_.push_back(column);
  for (int h = market_.first_held[column]; h != kNone; h = market_.holdings[h].next) {
    settle_class(market_.holdings[h].row_class, column, distance);
  }
  if (dummy_.held[column] > 0) {
    reach_dummy(column, distance + market_.price[column] - dummy_.level);
  }
}

/// Column `via` leads to the dummy, at a distance of its own where the dummy's place is not tight.
template <class Price>
void ShortestPaths<Price>::reach_dummy(int via, Price distance) {
  if (distance == column_mark_[via].distance) {
    settle_class(dummy_.number, via, distance);
    return;
  }
  const bool settled = class_mark_[dummy_.number].search == search_;
  if (settled || distance >= reach_) return;
  if (dummy_via_ != kNone && dummy_distance_ <= distance) return;
  dummy_via_ = via;
  dummy_distance_ = distance;
  push(distance, market_.columns() + dummy_.number);
}

template <class Price>
void ShortestPaths<Price>::settle_class(int row_class, int via, Price distance) {
  ClassMark& mark = class_mark_[row_class];
  if (mark.search == search_) return;
  const int root = via == kNone ? row_class : class_mark_[column_mark_[via].from].root;
  mark = {search_, via, 0, root, 0, distance};
  settled_classes_.push_back(row_class);
  ++scans_;
  if (row_class == dummy_.number) {
    scan_dummy();
  } else if (goes_far() && lists_.keeps_row(row_class) &&
             lists_.listed(row_class) * kFarShare >= market_.columns()) {
    scan_whole_row(row_class);
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
    blocks_visited_ += visited;
    // Prices have fallen since the list was made, so unlisted columns may come before listed ones.
    const Price unlisted =
        lists_.complete(row_class) ? Limits::kLongest : base + lists_.bound(row_class);
    if (unlisted <= now) {
      if (goes_far() && lists_.keeps_row(row_class)) {
        scan_whole_row(row_class);
        return;
      }
      lists_.fetch_longer(row_class);
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

/// The search has outgrown the list just made: all columns are looked at once instead.
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

/// Whether the search is far, or has to go far now.
template <class Price>
bool ShortestPaths<Price>::goes_far() {
  constexpr int kBlock = CandidateLists<Price>::kBlock;
  if (far_) return true;
  if (lists_.rows_fetched() - fetched_before_ < kFarFetches &&
      blocks_visited_ * kBlock < kFarRows * market_.columns()) {
    return false;
  }
  far_ = true;
  far_scan_.open(market_.columns());
  for (int j = 0; j < market_.columns(); ++j) {
    const ColumnMark& mark = column_mark_[j];
    const Price distance = mark.search == search_ ? mark.distance : Limits::kLongest;
    far_scan_.reached(j, market_.capacity[j] > 0 ? distance : 0);
  }
  return true;
}

template <class Price>
void ShortestPaths<Price>::scan_whole_row(int row_class) {
  const Price base = class_mark_[row_class].distance - row_price_[row_class];
  const std::span<const std::int32_t> cost = lists_.whole_row(row_class);
  ++whole_rows_;
  for (const int j : far_scan_.nearer(cost, market_.price.data(), base, reach_)) {
    // A column without places may seem nearer than 0: its price is the lowest there is.
    const Price distance = base + cost[j] - market_.price[j];
    if (distance < reach_ && market_.capacity[j] > 0) reach(j, distance, row_class, cost[j]);
  }
}

template <class Price>
void ShortestPaths<Price>::scan_dummy() {
  const Price base = class_mark_[dummy_.number].distance + dummy_.level;
  for (int j = 0; j < market_.columns(); ++j) {
    const Price distance = base - market_.price[j];
    if (distance < reach_ && dummy_.held[j] < market_.spare_places(j)) {
      reach(j, distance, dummy_.number, 0);
    }
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
  if (far_) far_scan_.reached(column, distance);
  if (one_sink_ && is_free(column)) {
    reach_ = distance;
    nearest_sink_ = column;
    return;
  }
  push(distance, column);
}

template <class Price>
void ShortestPaths<Price>::lower_prices() {
  for (const int j : settled_columns_) {
    if (follows_dummy(j) || column_mark_[j].distance >= reach_) continue;
    market_.price[j] -= reach_ - column_mark_[j].distance;
    if (market_.price[j] < Limits::kLowest) throw PriceOverflow{};
  }
  for (const int r : settled_classes_) {
    const Price by = std::max<Price>(reach_ - class_mark_[r].distance, 0);
    if (r != dummy_.number) {
      row_price_[r] += by;
    } else if (by > 0) {
      dummy_.level -= by;
      if (dummy_.level < Limits::kLowest) throw PriceOverflow{};
      for (int j = 0; j < market_.columns(); ++j) {
        if (follows_dummy(j)) market_.price[j] = dummy_.level;
      }
    }
  }
}

/// False when an earlier path of the same tree has used up what this one needs.
template <class Price>
bool ShortestPaths<Price>::push_along_tree(int sink) {
  path_.clear();
  for (int j = sink; j != kNone; j = path_.back().from) {
    const auto& [search, from, cost, settled, distance] = column_mark_[j];
    path_.push_back({from, class_mark_[from].via, j, cost});
  }
  std::ranges::reverse(path_);
  return tight_.push(path_);
}

template class ShortestPaths<std::int32_t>;
template class ShortestPaths<std::int64_t>;

}  // namespace mosaic::assign
