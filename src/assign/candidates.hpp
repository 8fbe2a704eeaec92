// Per class the cheapest columns at current prices, kept just long enough to be exact.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "assign/market.hpp"
#include "assign/row_store.hpp"
#include "core/isa.hpp"

namespace mosaic::assign {

// Note [Candidate bounds]
// A list of class r holds some columns with their costs, and a bound: every column that is not in
// it has c - v >= bound. The bound is exact when the list is made, at the prices of that moment.
// While prices only fall, c - v of an unlisted column only grows, so the bound stays true without
// being touched; that is the case inside an auction stage (a bid lowers a price) and in the whole
// augmenting phase (scanned columns are lowered; see Note [The dummy row] in shortest_paths.hpp for
// why nothing there has to rise). Prices rise at one place only, between two auction stages, by at
// most R each; c - v then falls by at most R, and `lift(R)` lowers every bound by R. Hence at any
// time bound - (lifts since the list was made) <= c - v for unlisted columns.
//
// So the two smallest c - v of a class are those of its list if the second is <= the bound;
// otherwise the row is fetched whole and a new list made at current prices. The same holds for
// `floor`: blocks of kBlock candidates ordered by c - v at the time of ordering, where floor[b] is
// the least c - v of blocks b and later. It ages exactly like the bound, and lets a scan stop
// early.

struct Candidate {
  std::int32_t column;
  std::int32_t cost;
};

/// The best two columns of a class. `second` is kNoValue when there is one column only.
template <class Price>
struct BestTwo {
  int column = kNone;
  std::int32_t cost = 0;
  Price best = 0;
  Price second = 0;
};

template <class Price>
class CandidateLists {
 public:
  using Limits = PriceLimits<Price>;
  static constexpr int kBlock = 16;
  /// c - v of list padding: above all real values.
  static constexpr Price kNoValue = kCostLimit - Limits::kLowest;

  /// Candidates there is room for in the list of a class of few rows, and on the average in one
  /// that has grown.
  static constexpr int room_for(int length, int columns) {
    return std::min(length + length / 4, columns);
  }
  static constexpr int most_room_for(int length, int columns) {
    return std::max(room_for(length, columns), kMostGrowth * kUsualRoom);
  }

  explicit CandidateLists(Isa isa) : isa_(isa) {}

  /// Makes room for lists of about `length` columns per class (more for a class that must hold
  /// more). Lists come into being when first used, or from `given` (may be null).
  void open(const CostSource& costs, const RowClasses& classes, const Market<Price>& market,
            int length, const RowLists* given);

  /// Exact at current prices; fetches the row when the list does not prove it.
  BestTwo<Price> best_two(int row_class);

  /// The least c - v, exact at current prices: needs less of a list than best_two().
  Price best(int row_class);

  /// The class's cost of a column where that is on its list, else kNone.
  [[nodiscard]] std::int32_t cost_of(int row_class, int column) const;

  /// Adapts bounds to prices having risen by at most `amount` (>= 0).
  void lift(Price amount) { lift_ += amount; }

  /// Difference between the candidate of the given rank and the best one, as an idea of scale.
  Price spread(int row_class, int rank);

  [[nodiscard]] int blocks(int row_class) const { return list_[row_class].blocks; }
  [[nodiscard]] Price floor(int row_class, int block) const {
    const List& list = list_[row_class];
    return aged(floor_[list.offset / kBlock + block], list);
  }
  /// Least c - v of unlisted columns; at least kNoValue when all are listed.
  [[nodiscard]] Price bound(int row_class) const {
    const List& list = list_[row_class];
    return list.bound >= kNoValue ? list.bound : aged(list.bound, list);
  }
  /// Number of candidates.
  [[nodiscard]] int listed(int row_class) const { return list_[row_class].count; }
  [[nodiscard]] bool complete(int row_class) const { return list_[row_class].bound >= kNoValue; }
  /// blocks(row_class) * kBlock candidates; padding has column == number of columns.
  [[nodiscard]] const Candidate* candidates(int row_class) const {
    return candidate_.data() + list_[row_class].offset;
  }

  /// From now on rows are fetched from here: the same costs but for those raise_cost() tells of.
  void read_from(const CostSource& costs) {
    costs_ = &costs;
    store_.read_from(costs);
  }

  /// The class's cost of a column has become higher.
  void raise_cost(int row_class, int column, std::int32_t by);

  /// To be called before blocks are visited in order: makes the first list, and reorders a list
  /// whose order has aged.
  void prepare(int row_class) {
    const List& list = list_[row_class];
    if (list.blocks == 0) {
      fetch(row_class);
    } else if (list.debt > kDebtPerBlock * list.blocks) {
      reorder(row_class);
    }
  }
  /// Books work done on blocks that a fresh order would have spared.
  void book(int row_class, int visited) { list_[row_class].debt += visited; }

  /// Fetches the whole row and makes the list anew at current prices.
  void fetch(int row_class);
  /// The same, with room for kGrowth times as many columns while there is any to give: a search
  /// that has outgrown a list will do so again.
  void fetch_longer(int row_class);
  /// Costs of the row that fetch() has just fetched, one per column.
  [[nodiscard]] std::span<const std::int32_t> fetched_row() const { return row_cost_; }

  [[nodiscard]] std::int64_t rows_fetched() const { return rows_fetched_ + store_.fetched(); }

  /// Gives the memory of whole_row() back.
  void forget_rows() { store_.forget(); }
  /// All costs of a class, one per column, without a list being made; valid until the next call.
  std::span<const std::int32_t> whole_row(int row_class) { return store_.row(row_class); }
  /// whole_row() is at hand, or will be kept.
  [[nodiscard]] bool keeps_row(int row_class) const { return store_.has_room(row_class); }

 private:
  static constexpr int kDebtPerBlock = 6;
  static constexpr int kGrowth = 4;
  static constexpr int kUsualRoom = 320;  ///< of a list
  static constexpr int kMostGrowth = 2;   ///< of lists of that room, all together

  struct List {
    std::int64_t offset = 0;  ///< of its room, in candidates
    int room = 0;             ///< in candidates, a multiple of kBlock
    int blocks = 0;           ///< 0: not made yet
    int count = 0;
    int debt = 0;
    Price bound = 0;
    std::int64_t lift = 0;  ///< lift_ when floors and bound were computed
  };

  /// A floor or bound after the lifts since it was computed. No c - v is below 0, and the sum of
  /// many lifts need not fit a Price.
  [[nodiscard]] Price aged(Price value, const List& list) const {
    return static_cast<Price>(std::max<std::int64_t>(value - (lift_ - list.lift), 0));
  }

  void reorder(int row_class);
  void take_given(const RowLists& given, int row_class, int row);
  Price sampled_threshold(int wanted);
  int filter(Price threshold);
  void keep(int from, int to) {
    found_column_[to] = found_column_[from];
    found_cost_[to] = found_cost_[from];
    found_value_[to] = found_value_[from];
  }
  int choose(int row_class, Price least);
  void cut(List& list, int count);
  void store(List& list, int count, bool ordered);
  void put_in_order(int count, Candidate* to);

  Isa isa_;
  const CostSource* costs_ = nullptr;
  const RowClasses* classes_ = nullptr;
  const Market<Price>* market_ = nullptr;
  RowStore store_;
  std::vector<List> list_;
  std::vector<Candidate> candidate_;
  std::vector<Price> floor_;
  std::int64_t lift_ = 0;
  std::int64_t rows_fetched_ = 0;     ///< for lists
  std::int64_t most_candidates_ = 0;  ///< that lists may grow to
  bool blocked_columns_ = false;

  Price usual_reach_ = 0;  ///< threshold - best that lately gave about the wanted number

  std::vector<std::int32_t> row_cost_;  // columns: the row just fetched
  std::vector<Price> row_value_;        // columns: its c - v
  std::vector<Price> sample_;
  // Candidates about to be put in order: column, cost and c - v.
  std::vector<std::int32_t> found_column_;
  std::vector<std::int32_t> found_cost_;
  std::vector<Price> found_value_;
  std::vector<std::uint16_t> found_bucket_;
  std::vector<Price> ordered_value_;
  std::vector<std::int32_t> bucket_start_;
  std::vector<std::pair<Price, std::int32_t>> cut_;
};

extern template class CandidateLists<std::int32_t>;
extern template class CandidateLists<std::int64_t>;

}  // namespace mosaic::assign
