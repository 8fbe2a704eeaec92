// Exact phase: shortest augmenting paths over reduced costs for every place still missing.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "assign/candidates.hpp"
#include "assign/far_scan.hpp"
#include "assign/market.hpp"
#include "assign/tight_paths.hpp"

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
// search from it lowers the dummy's own price level V (DummyRow) instead of raising the column's.
// In the whole phase prices only fall, which is what Note [Candidate bounds] needs. At the end V is
// subtracted from all prices.
//
// Invariants between searches, with u_r = min_j (c_rj - v_j) over columns with capacity:
//   v_j <= V for all j; reduced costs c_rj - v_j - u_r >= 0; every holding has reduced cost 0;
//   the dummy holds places only where v_j = V; free[j] counts the places of j that nobody, not even
//   the dummy, holds. sum(free) = sum(missing) + what the dummy misses.
// A search settles columns and classes in the order of their distance d from the nearest of its
// sources until a free place at distance R; then v_j -= R - d_j and u_r += R - d_r for all settled
// before R. This keeps all reduced costs >= 0 and makes the paths of the search trees tight, so
// that moving places along one keeps every holding tight. Each search serves at least one missing
// place, so the phase ends, and ends with a certificate.
//
// A source that misses many places (the dummy after a warm start, a letterbox class) does not stop
// at the first free place: the whole tree is tight after the price change, so every path in it that
// an earlier one has not used up serves a place too, and then what else is tight (Note [Many paths
// at the same prices] in tight_paths.hpp).
//
// If the dummy already holds more than it must (it misses less than 0), its surplus places are free
// places at v = V = 0. Reaching one always ends the search: V itself must not move.
//
// While rows still miss places the dummy lends: all it holds counts as surplus, and what is taken
// from it is missed by it afterwards. A row then ends its search at the first column that has a
// place to spare. If the dummy kept what it holds, every search would pass through it, to all
// columns at its level and all their holders, in quest of a place left behind somewhere else.
// (Not with use_all, where it may hold places above its level.)
//
// With Note [Every column at least once] (market.hpp) the dummy may hold all places of a column but
// one. Where it holds all it may, v_j >= V instead of v_j <= V, and its place there has the reduced
// cost v_j - V: a search that arrives at the column goes on to the dummy only after that distance.
// A column is then free, as before, where a place is held by nobody: its first, at whatever price,
// or another at v_j <= V. Such a market is opened with V as low as the places allow that the dummy
// must hold, so that it never holds more than it must, and it keeps its level from call to call.

// Note [One source or all]
// Usually a place is missing here and there, and a search from it looks at a few classes. Where
// many cells look nearly alike every search goes over all of them, beyond what their lists hold.
// Then all classes that miss places become sources of one search, whose trees do not collide; and
// before that the solver tries for better prices (Note [Places left behind] in auction.hpp).

// Note [Far searches]
// Prices stand still during a search, so that a list which it has outgrown could only be made anew
// to be outgrown again. Once that has happened to a few classes, or very many candidates have been
// looked at, the search is far: where another list is outgrown, or is half as long as the row, it
// looks at the whole row instead. That is a comparison per column with the distance it has been
// reached at, and the class is done with. Such rows are kept for other searches; where there is no
// more room for them, lists are made anew.

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

enum class Searches : std::uint8_t { one_by_one, together };

template <class Price>
class ShortestPaths {
 public:
  ShortestPaths(Market<Price>& market, CandidateLists<Price>& lists, Isa isa)
      : market_(market), lists_(lists), tight_(market, lists, dummy_), far_scan_(isa) {}
  ShortestPaths(const ShortestPaths&) = delete;
  ShortestPaths& operator=(const ShortestPaths&) = delete;

  /// Needs tight holdings (Auction::release(0)). True: nothing is missing now, and prices are
  /// v <= 0 with 0 where places are free. False, of searches one by one only: they have become many
  /// and long (Note [One source or all]); holdings are still tight.
  bool run(Searches how);
  /// Again after run(), when costs of `changed` classes have risen (their lists know) and what they
  /// held at a risen cost is missing.
  bool run_again(Searches how, std::span<const std::int32_t> changed);

  [[nodiscard]] std::int64_t augmentations() const { return augmentations_; }
  [[nodiscard]] std::int64_t whole_rows() const { return whole_rows_; }

 private:
  using Limits = PriceLimits<Price>;
  using Events = assign::Events<Price>;

  void open();
  bool serve(Searches how);
  void close();
  void search();
  /// The column's price is the dummy's.
  [[nodiscard]] bool follows_dummy(int column) const {
    return dummy_.held[column] > 0 &&
           (!market_.use_all || dummy_.held[column] < market_.spare_places(column));
  }
  [[nodiscard]] bool is_free(int column) const {
    return market_.free[column] > 0 || dummy_.has_surplus(column);
  }
  bool take_sink(int column);
  void settle_column(int column, Price distance);
  void reach_dummy(int via, Price distance);
  void settle_class(int row_class, int via, Price distance);
  void scan_blocks(int row_class, Price now);
  void scan_fetched_row(int row_class);
  bool goes_far();
  void scan_whole_row(int row_class);
  void scan_dummy();
  void reach(int column, Price distance, int from, std::int32_t cost);
  void push(Price distance, int node);
  void lower_prices();
  bool push_along_tree(int sink);

  struct ColumnMark {
    std::int32_t search = 0;
    std::int32_t from = kNone;  ///< class that reached it
    std::int32_t cost = 0;      ///< of that class
    bool settled = false;
    Price distance = 0;
  };
  struct ClassMark {
    std::int32_t search = 0;
    std::int32_t via = kNone;   ///< held column through which it was settled
    std::int32_t block = 0;     ///< next block of candidates to scan
    std::int32_t root = kNone;  ///< source of its tree
    std::int32_t sinks = 0;     ///< of a source: free places found in its tree
    Price distance = 0;
  };

  Market<Price>& market_;
  CandidateLists<Price>& lists_;
  DummyRow<Price> dummy_;
  TightPaths<Price> tight_;
  std::vector<Price> row_price_;  // u
  std::vector<ColumnMark> column_mark_;
  std::vector<ClassMark> class_mark_;
  std::vector<typename Events::Event> events_;
  std::vector<std::int32_t> settled_columns_;
  std::vector<std::int32_t> settled_classes_;
  std::vector<std::int32_t> lacking_;  ///< classes that miss places
  std::vector<std::int32_t> sources_;
  std::int32_t search_ = 0;
  std::int64_t wanted_ = 0;  ///< free places the search looks for
  bool one_sink_ = true;     ///< the search ends at the nearest free place
  bool far_ = false;         ///< Note [Far searches]
  std::int64_t fetched_before_ = 0;
  std::int64_t blocks_visited_ = 0;
  Price reach_ = 0;  ///< distance at which the search ends, as far as known
  int nearest_sink_ = kNone;
  int dummy_via_ = kNone;  ///< column through which the dummy is reached first
  Price dummy_distance_ = 0;
  std::vector<std::int32_t> sinks_;
  FarScan<Price> far_scan_;
  std::vector<typename TightPaths<Price>::Step> path_;
  std::int64_t augmentations_ = 0;
  std::int64_t whole_rows_ = 0;  ///< looked at
  std::int64_t scans_ = 0;
};

extern template class ShortestPaths<std::int32_t>;
extern template class ShortestPaths<std::int64_t>;

}  // namespace mosaic::assign
