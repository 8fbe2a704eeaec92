// Exact phase: shortest augmenting paths over reduced costs for every place still missing.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "assign/candidates.hpp"
#include "assign/market.hpp"

namespace mosaic::assign {

// Note [The dummy row]
// There are more places than rows, and the certificate asks for v = 0 wherever places stay free.
// We add a dummy row that must take exactly the places nobody else gets, at cost 0. Then supply
// equals capacity, "v = 0 where places stay free" says that the dummy's places are tight
// (0 - v = u_dummy), and v <= 0 says that its other reduced costs are not negative: ordinary
// optimality conditions of an ordinary transportation problem, up to a common shift of all prices.
//
// So a column that lost its rows after a warm start, free but with v < 0, is not a special case
// that needs a second, price-raising algorithm with access to columns of the cost matrix: it is a
// place the dummy still misses. The dummy is a source like any class that misses a place, and the
// search from it lowers the dummy's own price level V (kept in `level_`) instead of raising the
// column's. In the whole phase prices only fall, which is what Note [Candidate bounds] needs. At
// the end V is subtracted from all prices.
//
// Invariants between searches, with u_r = min_j (c_rj - v_j) over columns with capacity:
//   v_j <= V for all j; reduced costs c_rj - v_j - u_r >= 0; every holding has reduced cost 0;
//   dummy_held_[j] > 0 only where v_j = V; free[j] counts the places of j that nobody, not even the
//   dummy, holds. sum(free) = sum(missing) + dummy_missing_.
// A search settles columns and classes in the order of their distance d from one source until a
// free place at distance R; then v_j -= R - d_j and u_r += R - d_r for all settled before R. This
// keeps all reduced costs >= 0 and makes the paths of the search tree tight, so that moving places
// along one keeps every holding tight. Each search serves at least one missing place, so the phase
// ends, and ends with a certificate.
//
// A source that misses many places (the dummy after a warm start, a letterbox class) does not stop
// at the first free place: the whole tree is tight after the price change, so every path in it that
// an earlier one has not used up serves a place too.
//
// If the dummy already holds more than it must (dummy_missing_ < 0), its surplus places are free
// places at v = V = 0. Reaching one always ends the search: V itself must not move.

/// Queue entries, ordered by distance and then by node: column, or columns + class.
template <class Price>
struct Events {
  using Event = std::pair<Price, std::int32_t>;
  static Event make(Price distance, int node) { return {distance, node}; }
  static Price distance(const Event& event) { return event.first; }
  static int node(const Event& event) { return event.second; }
};

/// Distances are >= 0, so that one unsigned comparison does.
template <>
struct Events<std::int32_t> {
  using Event = std::uint64_t;
  static Event make(std::int32_t distance, int node) {
    return static_cast<std::uint64_t>(distance) << 32 | static_cast<std::uint32_t>(node);
  }
  static std::int32_t distance(Event event) { return static_cast<std::int32_t>(event >> 32); }
  static int node(Event event) { return static_cast<int>(event & 0xffffffffU); }
};

template <class Price>
class ShortestPaths {
 public:
  ShortestPaths(Market<Price>& market, CandidateLists<Price>& lists)
      : market_(market), lists_(lists) {}

  /// Needs tight holdings (Auction::release(0)). Afterwards nothing is missing, and prices are
  /// shifted to v <= 0 with 0 where places are free.
  void run();
  /// Again after run(), when costs of `changed` classes have risen (their lists know) and what they
  /// held at a risen cost is missing.
  void run_again(std::span<const std::int32_t> changed);

  [[nodiscard]] std::int64_t augmentations() const { return augmentations_; }
  [[nodiscard]] std::int64_t scans() const { return scans_; }

 private:
  using Limits = PriceLimits<Price>;
  using Events = assign::Events<Price>;

  void open();
  void serve();
  void search(int source, std::int64_t missing);
  [[nodiscard]] bool is_surplus(int column) const {
    return dummy_held_[column] > 0 && dummy_missing_ < 0;
  }
  void settle_column(int column, Price distance);
  void settle_class(int row_class, int via, Price distance);
  void scan_blocks(int row_class, Price now);
  void scan_fetched_row(int row_class);
  void scan_dummy();
  void reach(int column, Price distance, int from, std::int32_t cost);
  void push(Price distance, int node);
  void lower_prices();
  bool augment(int source, int sink);
  void move(int row_class, int from, int to, std::int32_t cost, std::int32_t places);

  struct ColumnMark {
    std::int32_t search = 0;
    std::int32_t from = kNone;  ///< class that reached it
    std::int32_t cost = 0;      ///< of that class
    bool settled = false;
    Price distance = 0;
  };
  struct ClassMark {
    std::int32_t search = 0;
    std::int32_t via = kNone;  ///< held column through which it was settled
    std::int32_t block = 0;    ///< next block of candidates to scan
    Price distance = 0;
  };

  Market<Price>& market_;
  CandidateLists<Price>& lists_;
  int dummy_ = 0;  ///< number of the dummy class: one above all others
  Price level_ = 0;
  std::int64_t dummy_missing_ = 0;
  std::vector<std::int32_t> dummy_held_;
  std::vector<Price> row_price_;  // u
  std::vector<ColumnMark> column_mark_;
  std::vector<ClassMark> class_mark_;
  std::vector<typename Events::Event> events_;
  std::vector<std::int32_t> settled_columns_;
  std::vector<std::int32_t> settled_classes_;
  std::int32_t search_ = 0;
  bool one_sink_ = true;  ///< the search ends at the nearest free place
  Price reach_ = 0;       ///< distance at which the search ends, as far as known
  int nearest_sink_ = kNone;
  std::vector<std::int32_t> sinks_;
  std::int64_t augmentations_ = 0;
  std::int64_t scans_ = 0;
};

extern template class ShortestPaths<std::int32_t>;
extern template class ShortestPaths<std::int64_t>;

}  // namespace mosaic::assign
