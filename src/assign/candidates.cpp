#include "assign/candidates.hpp"

#include <bit>
#include <string>

#include "mosaic/error.hpp"

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

}  // namespace

template <class Price>
void CandidateLists<Price>::open(const CostSource& costs, const RowClasses& classes,
                                 const Market<Price>& market, int length, const RowLists* given) {
  costs_ = &costs;
  classes_ = &classes;
  market_ = &market;
  lift_ = 0;
  rows_fetched_ = 0;
  const int columns = market.columns();
  blocked_columns_ =
      std::find(market.capacity.begin(), market.capacity.end(), 0) != market.capacity.end();
  list_.assign(classes.count(), {});
  std::int64_t offset = 0;
  for (int r = 0; r < classes.count(); ++r) {
    int room = std::max<int>(length, classes.supply[r] + 64);
    room = std::min(room + room / 4, columns);
    if (given != nullptr) room = std::max(room, given->count[classes.representative[r]]);
    list_[r].offset = offset;
    list_[r].room = round_up(room, kBlock);
    offset += list_[r].room;
  }
  column_.resize(offset);
  cost_.resize(offset);
  floor_.resize(offset / kBlock);
  row_cost_.resize(columns);
  row_value_.resize(columns);
  const std::size_t most = columns + kBlock;
  found_column_.resize(most);
  found_cost_.resize(most);
  found_value_.resize(most);
  found_bucket_.resize(most);
  ordered_value_.resize(most);
  bucket_start_.resize(kMaxBuckets + 1);
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
  order(list, count);
}

template <class Price>
BestTwo<Price> CandidateLists<Price>::best_two(int row_class) {
  prepare(row_class);
  const Price* price = market_->price.data();
  for (;;) {
    List& list = list_[row_class];
    const Price age = lift_ - list.lift;
    const std::int32_t* column = column_.data() + list.offset;
    const std::int32_t* cost = cost_.data() + list.offset;
    const Price* floor = floor_.data() + list.offset / kBlock;
    Price best = kNoValue;
    Price second = kNoValue;
    int at = 0;
    int b = 0;
    for (; b < list.blocks && floor[b] - age < second; ++b) {
      for (int k = b * kBlock; k < (b + 1) * kBlock; ++k) {
        const Price value = cost[k] - price[column[k]];
        if (value >= second) continue;
        if (value < best || (value == best && column[k] < column[at])) {
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
      return {best < kNoValue ? column[at] : kNone, cost[at], best, second};
    }
    fetch(row_class);
  }
}

template <class Price>
Price CandidateLists<Price>::spread(int row_class, int rank) {
  prepare(row_class);
  const List& list = list_[row_class];
  if (list.count == 0) return 0;
  const std::int64_t k = list.offset + std::min(rank, list.count - 1);
  const Price least = floor_[list.offset / kBlock];
  return std::max<Price>(cost_[k] - market_->price[column_[k]] - least, 0);
}

template <class Price>
void CandidateLists<Price>::fetch(int row_class) {
  ++rows_fetched_;
  List& list = list_[row_class];
  const int columns = market_->columns();
  const int row = classes_->representative[row_class];
  costs_->row(row, row_cost_);
  std::int32_t bits = 0;
  const Price* price = market_->price.data();
  for (int j = 0; j < columns; ++j) {
    bits |= row_cost_[j];
    row_value_[j] = row_cost_[j] - price[j];
  }
  if (bits < 0 || bits >= kCostLimit) {
    throw UsageError(
        "cost outside 0 ... 2^28 - 1 in row " + std::to_string(row) + " of the assignment problem",
        "scale or shift the costs into this range");
  }
  // The sample may mislead (equal costs, structured columns): too many are cut when they are
  // ordered, too few are answered by a wider threshold.
  const int wanted = list.room - list.room / 5;
  Price threshold = list.room >= columns ? kNoValue : sampled_threshold(wanted);
  int count = filter(threshold);
  const int enough = std::max(wanted / 2, classes_->supply[row_class] + 2);
  while (count < enough && threshold < kNoValue) {
    const Price least = *std::min_element(row_value_.begin(), row_value_.end());
    const Price reach = std::max<Price>(threshold - least, 64);
    threshold = reach > (kNoValue - threshold) / 2 ? kNoValue : threshold + 2 * reach;
    count = filter(threshold);
  }
  list.bound = threshold;
  order(list, count);
}

/// Value below which about `wanted` of the row's values lie, from an evenly spaced sample.
template <class Price>
Price CandidateLists<Price>::sampled_threshold(int wanted) {
  const int columns = market_->columns();
  const int step = std::max(columns / 256, 1) | 1;  // odd: variants of a photo lie 2^k apart
  sample_.clear();
  for (int j = 0; j < columns; j += step) sample_.push_back(row_value_[j]);
  const auto rank = static_cast<std::int64_t>(sample_.size()) * wanted / columns;
  const auto at = sample_.begin() + std::min<std::int64_t>(rank, std::ssize(sample_) - 1);
  std::nth_element(sample_.begin(), at, sample_.end());
  return *at;
}

/// Collects the columns with capacity and c - v < threshold.
template <class Price>
int CandidateLists<Price>::filter(Price threshold) {
  const int columns = market_->columns();
  int count = 0;
  for (int j = 0; j < columns; ++j) {
    found_column_[count] = j;
    count += row_value_[j] < threshold ? 1 : 0;
  }
  if (blocked_columns_) {
    const auto end = std::remove_if(found_column_.begin(), found_column_.begin() + count,
                                    [this](int j) { return market_->capacity[j] == 0; });
    count = static_cast<int>(end - found_column_.begin());
  }
  for (int k = 0; k < count; ++k) {
    found_cost_[k] = row_cost_[found_column_[k]];
    found_value_[k] = row_value_[found_column_[k]];
  }
  return count;
}

template <class Price>
void CandidateLists<Price>::reorder(int row_class) {
  List& list = list_[row_class];
  for (int k = 0; k < list.count; ++k) {
    const int column = column_[list.offset + k];
    found_column_[k] = column;
    found_cost_[k] = cost_[list.offset + k];
    found_value_[k] = found_cost_[k] - market_->price[column];
  }
  list.bound = bound(row_class);
  order(list, list.count);
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
    found_value_[kept] = found_value_[k];
    found_column_[kept] = found_column_[k];
    found_cost_[kept] = found_cost_[k];
    ++kept;
  }
}

/// Writes the found candidates into the list in bucket order, with floors. list.bound covers the
/// columns that were not found.
template <class Price>
void CandidateLists<Price>::order(List& list, int count) {
  if (count > list.room) {
    cut(list, count);
    count = list.room;
  }
  std::fill(bucket_start_.begin(), bucket_start_.end(), 0);
  Price least = kNoValue;
  for (int k = 0; k < count; ++k) least = std::min(least, found_value_[k]);
  for (int k = 0; k < count; ++k) {
    const int bucket = bucket_of<Price>(found_value_[k] - least);
    found_bucket_[k] = static_cast<std::uint16_t>(bucket);
    ++bucket_start_[bucket + 1];
  }
  for (int b = 0; b < kMaxBuckets; ++b) bucket_start_[b + 1] += bucket_start_[b];

  list.count = count;
  list.blocks = std::max(round_up(list.count, kBlock) / kBlock, 1);
  list.lift = lift_;
  list.debt = 0;
  for (int k = 0; k < count; ++k) {
    const int to = bucket_start_[found_bucket_[k]]++;
    column_[list.offset + to] = found_column_[k];
    cost_[list.offset + to] = found_cost_[k];
    ordered_value_[to] = found_value_[k];
  }
  for (int k = list.count; k < list.blocks * kBlock; ++k) {
    column_[list.offset + k] = market_->columns();
    cost_[list.offset + k] = kCostLimit;
    ordered_value_[k] = kNoValue;
  }
  Price below = kNoValue;
  for (int b = list.blocks - 1; b >= 0; --b) {
    for (int k = b * kBlock; k < (b + 1) * kBlock; ++k) below = std::min(below, ordered_value_[k]);
    floor_[list.offset / kBlock + b] = below;
  }
}

template class CandidateLists<std::int32_t>;
template class CandidateLists<std::int64_t>;

}  // namespace mosaic::assign
