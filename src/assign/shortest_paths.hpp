// Exact phase: shortest augmenting paths over reduced costs for every place still missing.
#pragma once

#include <cstdint>
#include <functional>
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
// A search settles columns and classes in the order of their distance d from one source until the
// first free place at distance R; then v_j -= R - d_j and u_r += R - d_r for all settled before R.
// This keeps all reduced costs >= 0 and makes the path tight, so that moving places along it keeps
// every holding tight. Each search serves at least one missing place, so the phase ends, and ends
// with a certificate.
//
// If the dummy already holds more than it must (dummy_missing_ < 0), its surplus places are free
// places at v = V = 0: reaching one ends a search without the dummy taking another.

template <class Price>
class ShortestPaths {
 public:
  ShortestPaths(Market<Price>& market, CandidateLists<Price>& lists)
      : market_(market), lists_(lists) {}

  /// Needs tight holdings (Auction::release(0)). Afterwards nothing is missing, and prices are
  /// shifted to v <= 0 with 0 where places are free.
  void run();

  [[nodiscard]] std::int64_t augmentations() const { return augmentations_; }
  [[nodiscard]] std::int64_t scans() const { return scans_; }

 private:
  using Limits = PriceLimits<Price>;
  using Event = std::pair<Price, std::int32_t>;  // distance; column, or columns + class

  void open();
  void search(int source);
  void settle_column(int column, Price distance);
  void settle_class(int row_class, int via, Price distance);
  void scan_blocks(int row_class, Price now);
  void scan_fetched_row(int row_class);
  void scan_dummy();
  void reach(int column, Price distance, int from, std::int32_t cost);
  void lower_prices();
  void augment(int source);
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
  std::vector<Event> events_;
  std::vector<std::int32_t> settled_columns_;
  std::vector<std::int32_t> settled_classes_;
  std::int32_t search_ = 0;
  Price reach_ = 0;  ///< distance of the nearest free place so far
  int sink_ = kNone;
  std::int64_t augmentations_ = 0;
  std::int64_t scans_ = 0;
};

extern template class ShortestPaths<std::int32_t>;
extern template class ShortestPaths<std::int64_t>;

}  // namespace mosaic::assign
