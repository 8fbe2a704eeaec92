// Places moved along paths of tight arcs, and all such paths that can be found at given prices.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/candidates.hpp"
#include "assign/dummy_row.hpp"
#include "assign/market.hpp"

namespace mosaic::assign {

// Note [Many paths at the same prices]
// A search (shortest_paths.hpp) makes the arcs of its trees tight, but it serves one path of each
// bundle that shares a column. Where many cells look nearly alike, as in a fade from black,
// hundreds of paths are tight at the same prices, and a search for each would go over all rows
// every time. So after each search the arcs that are tight now are followed depth first for as long
// as they lead anywhere, which is the maximal set of paths of Hopcroft and Karp (1973), with
// capacities. Classes seen in vain are not entered again, so that one call looks at every list
// once. What it misses, the next search serves.

template <class Price>
class TightPaths {
 public:
  TightPaths(Market<Price>& market, CandidateLists<Price>& lists, DummyRow<Price>& dummy)
      : market_(market), lists_(lists), dummy_(dummy) {}

  /// Begins a series of searches, whose number of classes is the dummy's.
  void open();

  /// `row_class` gives up places of column `from` (kNone: it missed them) for places of `to`, which
  /// cost it `cost`.
  struct Step {
    std::int32_t row_class = kNone;
    std::int32_t from = kNone;
    std::int32_t to = kNone;
    std::int32_t cost = 0;
  };

  /// Moves as many places as the path allows, from the class of its first step, which misses them,
  /// to the column of its last, which has them free or as the dummy's surplus. False where that is
  /// none.
  bool push(std::span<const Step> path);

  /// Follows tight arcs from each of `sources` until nothing is missing there or no path is left.
  /// `row_price`: u per class but the dummy. Returns the number of paths.
  std::int64_t push_all(std::span<const std::int32_t> sources, std::span<const Price> row_price);

  /// Places that a class, or the dummy, still misses.
  [[nodiscard]] std::int64_t missing(int row_class) const {
    return row_class == dummy_.number ? dummy_.missing : market_.missing[row_class];
  }

 private:
  bool find(int source);
  void enter(int row_class, int via);
  [[nodiscard]] int next_tight(int row_class);
  [[nodiscard]] int next_tight_of_dummy(std::int32_t& arc) const;
  [[nodiscard]] int holder_not_seen(int column) const;
  [[nodiscard]] std::int64_t room_of(std::span<const Step> path) const;
  void move(const Step& step, std::int32_t places);

  struct Mark {
    std::int32_t call = 0;  ///< in which `arc` was begun
    std::int32_t arc = 0;   ///< next candidate, or column in the case of the dummy
    bool seen = false;      ///< on the path, or left in vain
  };

  Market<Price>& market_;
  CandidateLists<Price>& lists_;
  DummyRow<Price>& dummy_;
  std::span<const Price> row_price_;
  std::vector<Mark> mark_;
  std::vector<Step> path_;
  std::int32_t call_ = 0;
};

extern template class TightPaths<std::int32_t>;
extern template class TightPaths<std::int64_t>;

}  // namespace mosaic::assign
