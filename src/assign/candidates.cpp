#include "assign/candidates.hpp"

#include <bit>

#include "assign/row_kernels.hpp"

namespace mosaic::assign {
namespace {

constexpr int round_up(int value, int step) { return (value + step - 1) / step * step; }

// Buckets of eight per octave: fine near the best candidate, where order saves work, and coarse
// far from it, so that one pass orders any range of values.
constexpr int kMaxBuckets = 512;
template <class Price>
int bucket_of(Price distance) {
  const auto d = static_cast<std::uint64_t>(distance);
  if (d < 8) return static_cast<int>(d);
  const int octave = std::bit_width(d) - 4;
  return octave * 8 + static_cast<int>(d >> octave);
}

// Longer lists (cold starts) are put in order when they have been scanned often enough.
constexpr int kOrderAtOnce = 512;

}  // namespace

template <class Price>
void CandidateLists<Price>::open(const CostSource& costs, const RowClasses& classes,
                                 const Market<Price>& market, int length, const RowLists* given) {
  costs_ = &costs;
  classes_ = &classes;
  market_ = &market;
  store_.open(costs, classes);
  lift_ = 0;
  rows_fetched_ = 0;
  const int columns = market.columns();
  blocked_columns_ =
      std::find(market.capacity.begin(), market.capacity.end(), 0) != market.capacity.end();
  list_.assign(classes.count(), {});
  std::int64_t offset = 0;
  for (int r = 0; r < classes.count(); ++r) {
    int room = room_for(std::max<int>(length, classes.supply[r] + 64), columns);
    if (given != nullptr) room = std::max(room, given->count[classes.representative[r]]);
    list_[r].offset = offset;
    list_[r].room = round_up(room, kBlock);
    offset += list_[r].room;
  }
  // Cold lists are long as it is.
  most_candidates_ = std::max(offset, std::int64_t{kMostGrowth} * kUsualRoom * classes.count());
  candidate_.resize(offset);
  floor_.resize(offset / kBlock);
  row_cost_.resize(columns);
  row_value_.resize(columns);
  const std::size_t most = columns + kBlock;
  found_column_.resize(most);
  found_cost_.resize(most);
  found_value_.resize(most);
  found_bucket_.resize(most);
  ordered_value_.resize(most);
  bucket_start_.resize(kMaxBuckets + 2);
  usual_reach_ = 0;
  if (given != nullptr) {
    for (int r = 0; r < classes.count(); ++r) take_given(*given, r, classes.representative[r]);
  }
}

template <class Price>
void CandidateLists<Price>::take_given(const RowLists& given, int row_class, int row) {
  List& list = list_[row_class];
  const std::int64_t from = std::int64_t{row} * given.length;
  int count = 0;
  for (int k = 0; k < given.count[row]; ++k) {
    const int column = given.column[from + k];
    if (market_->capacity[column] == 0) continue;
    found_column_[count] = column;
    found_cost_[count] = given.cost[from + k];
    found_value_[count] = given.cost[from + k] - market_->price[column];
    ++count;
  }
  list.bound = given.bound[row];
  store(list, count, true);
}

template <class Price>
BestTwo<Price> CandidateLists<Price>::best_two(int row_class) {
  prepare(row_class);
  const Price* price = market_->price.data();
  for (;;) {
    List& list = list_[row_class];
    const std::int64_t age = lift_ - list.lift;
    const Candidate* candidate = candidate_.data() + list.offset;
    const Price* floor = floor_.data() + list.offset / kBlock;
    Price best = kNoValue;
    Price second = kNoValue;
    int at = 0;
    int b = 0;
    for (; b < list.blocks && floor[b] - age < second; ++b) {
      for (int k = b * kBlock; k < (b + 1) * kBlock; ++k) {
        const Price value = candidate[k].cost - price[candidate[k].column];
        if (value >= second) continue;
        if (value < best) {
          second = best;
          best = value;
          at = k;
        } else {
          second = value;
        }
      }
    }
    list.debt += b;
    if (second <= bound(row_class)) {
      return {best < kNoValue ? candidate[at].column : kNone, candidate[at].cost, best, second};
    }
    fetch(row_class);
  }
}

template <class Price>
std::int32_t CandidateLists<Price>::cost_of(int row_class, int column) const {
  const std::span list(candidates(row_class), static_cast<std::size_t>(list_[row_class].count));
  const auto at = std::ranges::find(list, column, &Candidate::column);
  return at == list.end() ? kNone : at->cost;
}

template <class Price>
Price CandidateLists<Price>::best(int row_class) {
  prepare(row_class);
  const Price* price = market_->price.data();
  for (;;) {
    List& list = list_[row_class];
    const std::int64_t age = lift_ - list.lift;
    const Candidate* candidate = candidate_.data() + list.offset;
    const Price* floor = floor_.data() + list.offset / kBlock;
    Price least = kNoValue;
    int b = 0;
    for (; b < list.blocks && floor[b] - age < least; ++b) {
      for (int k = b * kBlock; k < (b + 1) * kBlock; ++k) {
        least = std::min(least, candidate[k].cost - price[candidate[k].column]);
      }
    }
    list.debt += b;
    if (least <= bound(row_class)) return least;
    fetch(row_class);
  }
}

template <class Price>
void CandidateLists<Price>::raise_cost(int row_class, int column, std::int32_t by) {
  store_.raise_cost(row_class, column, by);
  const List& list = list_[row_class];
  Candidate* first = candidate_.data() + list.offset;
  for (Candidate* one = first; one < first + list.count; ++one) {
    if (one->column == column) one->cost += by;
  }
}

template <class Price>
Price CandidateLists<Price>::spread(int row_class, int rank) {
  prepare(row_class);
  const List& list = list_[row_class];
  if (list.count == 0) return 0;
  const Candidate* candidate = candidate_.data() + list.offset;
  sample_.clear();
  for (int k = 0; k < list.count; ++k) {
    sample_.push_back(candidate[k].cost - market_->price[candidate[k].column]);
  }
  const auto at = sample_.begin() + std::min(rank, list.count - 1);
  std::nth_element(sample_.begin(), at, sample_.end());
  return *at - *std::min_element(sample_.begin(), at + 1);
}

template <class Price>
void CandidateLists<Price>::fetch(int row_class) {
  ++rows_fetched_;
  List& list = list_[row_class];
  const int columns = market_->columns();
  const int row = classes_->representative[row_class];
  if (const std::span<const std::int32_t> kept = store_.kept(row_class); !kept.empty()) {
    std::ranges::copy(kept, row_cost_.begin());
  } else {
    costs_->row(row, row_cost_);
  }
  std::int32_t bits = 0;
  Price least = kNoValue;
  subtract_prices(isa_, row_cost_.data(), market_->price.data(), columns, row_value_.data(), least,
                  bits);
  check_costs(bits, row);
  const int count = choose(row_class, least);
  store(list, count, count <= kOrderAtOnce);
}

template <class Price>
void CandidateLists<Price>::fetch_longer(int row_class) {
  List& list = list_[row_class];
  const int room = round_up(std::min(kGrowth * list.room, market_->columns()), kBlock);
  const auto end = static_cast<std::int64_t>(candidate_.size());
  if (room > list.room && end + room <= most_candidates_) {
    candidate_.resize(end + room);
    floor_.resize((end + room) / kBlock);
    list.offset = end;
    list.room = room;
  }
  fetch(row_class);
}

/// Finds about as many of the best columns as the list wants, at least two more than the class may
/// hold, and sets the bound for the others.
template <class Price>
int CandidateLists<Price>::choose(int row_class, Price least) {
  List& list = list_[row_class];
  const int wanted = list.room - list.room / 5;
  const int enough = std::max(wanted / 2, classes_->supply[row_class] + 2);
  if (list.room >= market_->columns()) {
    list.bound = kNoValue;
    return filter(kNoValue);
  }
  // Rows are alike: the reach that fitted the last row is the first guess.
  Price threshold = least + usual_reach_;
  int count = usual_reach_ > 0 ? filter(threshold) : 0;
  if (count < enough || count > list.room) {
    threshold = sampled_threshold(wanted);
    count = filter(threshold);
  }
  // The sample may mislead (equal costs, structured columns). Too many are cut later.
  while (count < enough && threshold < kNoValue) {
    const Price reach = std::max<Price>(threshold - least, 64);
    threshold = reach > (kNoValue - threshold) / 2 ? kNoValue : threshold + 2 * reach;
    count = filter(threshold);
  }
  usual_reach_ = threshold - least;
  if (count < wanted - wanted / 8) usual_reach_ += usual_reach_ / 8;
  if (count > wanted + wanted / 8) usual_reach_ -= usual_reach_ / 8;
  list.bound = threshold;
  return count;
}

/// Value below which about `wanted` of the row's values lie, from an evenly spaced sample.
template <class Price>
Price CandidateLists<Price>::sampled_threshold(int wanted) {
  const int columns = market_->columns();
  const int step = std::max(columns / 256, 1) | 1;  // odd: variants of a photo lie 2^k apart
  sample_.clear();
  for (int j = 0; j < columns; j += step) sample_.push_back(row_value_[j]);
  const auto at =
      sample_.begin() + std::min<std::ptrdiff_t>(wanted / step, std::ssize(sample_) - 1);
  std::nth_element(sample_.begin(), at, sample_.end());
  return *at;
}

/// Collects the columns with capacity and c - v < threshold.
template <class Price>
int CandidateLists<Price>::filter(Price threshold) {
  const int count =
      columns_below(isa_, row_value_.data(), row_cost_.data(), market_->columns(), threshold,
                    found_column_.data(), found_cost_.data(), found_value_.data());
  if (!blocked_columns_) return count;
  int kept = 0;
  for (int k = 0; k < count; ++k) {
    if (market_->capacity[found_column_[k]] == 0) continue;
    keep(k, kept++);
  }
  return kept;
}

template <class Price>
void CandidateLists<Price>::reorder(int row_class) {
  List& list = list_[row_class];
  for (int k = 0; k < list.count; ++k) {
    const auto [column, cost] = candidate_[list.offset + k];
    found_column_[k] = column;
    found_cost_[k] = cost;
    found_value_[k] = cost - market_->price[column];
  }
  list.bound = bound(row_class);
  store(list, list.count, true);
}

/// Keeps the `room` smallest of the found candidates and lowers the bound to the first one cut.
/// Exact, not by bucket: the two best columns must survive, or fetching would not end.
template <class Price>
void CandidateLists<Price>::cut(List& list, int count) {
  cut_.resize(count);
  for (int k = 0; k < count; ++k) cut_[k] = {found_value_[k], found_column_[k]};
  const auto first_cut = cut_.begin() + list.room;
  std::nth_element(cut_.begin(), first_cut, cut_.end());
  list.bound = std::min(list.bound, first_cut->first);
  int kept = 0;
  for (int k = 0; k < count; ++k) {
    if (std::pair(found_value_[k], found_column_[k]) >= *first_cut) continue;
    keep(k, kept++);
  }
}

/// Writes the found candidates into the list, best buckets first or as they come, with floors.
/// list.bound covers the columns that were not found.
template <class Price>
void CandidateLists<Price>::store(List& list, int count, bool ordered) {
  if (count > list.room) {
    cut(list, count);
    count = list.room;
  }
  list.count = count;
  list.blocks = std::max(round_up(count, kBlock) / kBlock, 1);
  list.lift = lift_;
  list.debt = 0;
  Candidate* to = candidate_.data() + list.offset;
  const Price* value = found_value_.data();
  if (ordered) {
    put_in_order(count, to);
    value = ordered_value_.data();
  } else {
    for (int k = 0; k < count; ++k) to[k] = {found_column_[k], found_cost_[k]};
  }
  for (int k = count; k < list.blocks * kBlock; ++k) to[k] = {market_->columns(), kCostLimit};
  Price* floor = floor_.data() + list.offset / kBlock;
  Price least = kNoValue;
  for (int b = list.blocks - 1; b >= 0; --b) {
    const int end = std::min(count, (b + 1) * kBlock);
    for (int k = b * kBlock; k < end; ++k) least = std::min(least, value[k]);
    floor[b] = least;
  }
}

/// Writes the found candidates to `to`, best buckets first, and their values to ordered_value_.
template <class Price>
void CandidateLists<Price>::put_in_order(int count, Candidate* to) {
  const Price* value = found_value_.data();
  std::uint16_t* bucket = found_bucket_.data();
  std::int32_t* start = bucket_start_.data();
  Price least = kNoValue;
  for (int k = 0; k < count; ++k) least = std::min(least, value[k]);
  int last = 0;
  for (int k = 0; k < count; ++k) {
    const int its = bucket_of<Price>(value[k] - least);
    bucket[k] = static_cast<std::uint16_t>(its);
    last = std::max(last, its);
  }
  std::fill(start, start + last + 2, 0);
  for (int k = 0; k < count; ++k) ++start[bucket[k] + 1];
  for (int b = 0; b < last; ++b) start[b + 1] += start[b];
  Price* ordered = ordered_value_.data();
  for (int k = 0; k < count; ++k) {
    const int at = start[bucket[k]]++;
    to[at] = {found_column_[k], found_cost_[k]};
    ordered[at] = value[k];
  }
}

template class CandidateLists<std::int32_t>;
template class CandidateLists<std::int64_t>;

}  // namespace mosaic::assign
