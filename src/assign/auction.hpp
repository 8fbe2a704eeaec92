// Forward auction: a fast way to prices and holdings that are right to within epsilon.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "assign/candidates.hpp"
#include "assign/market.hpp"

namespace mosaic::assign {

// Note [Bids]
// Bertsekas and Castanon's auction for transportation problems, with prices v <= 0 that fall. A
// class that lacks places bids for its best columns, down to the level of the first column it can
// do without, and epsilon below; the holders of the cheapest places there lose them. Two
// refinements keep it fast where a plain auction creeps by epsilon:
//  - places of one column are alike, so a class compares with the next best *column*, not with
//    the next place of the same one; a column's price is that of its cheapest place;
//  - rows of one class do not bid against each other: the class buys all it lacks at one level.
// After every bid c - v <= min(c - v) + epsilon holds for all holdings, whatever the order of
// bids. Exactness does not depend on any of this: the augmenting phase repairs every start.

// Note [Places left behind]
// Bids only lower prices. A column that had rows in the last frame and loses them in this one stays
// free at its old price, in a fade far below 0. The optimum has no such columns, and every one
// costs the augmenting phase a search that lowers the price of everything else (Note [The dummy
// row]). Where they are many, it is far less work to offer them at 0 again, release the rows that
// now hold something worse, and let these bid.

template <class Price>
class Auction {
 public:
  Auction(Market<Price>& market, CandidateLists<Price>& lists) : market_(market), lists_(lists) {}

  /// Gives every class its places at precision epsilon, or stops after the work of max_bids by
  /// single rows.
  void run(Price epsilon, std::int64_t max_bids);

  /// Takes back what holders overpaid, then releases the holdings that are not within epsilon of
  /// their class's best. With 0 all remaining holdings are tight.
  void release(Price epsilon);

  /// Note [Places left behind]: prices of columns with free places go back to the market's
  /// level, holdings that are no longer within epsilon of their class's best are released. Call
  /// after release(epsilon).
  void offer_free_places(Price epsilon);
  /// Places free at a price below the market's level.
  [[nodiscard]] std::int64_t left_behind() const;

  [[nodiscard]] std::int64_t bids() const { return bids_; }

 private:
  using Limits = PriceLimits<Price>;

  struct Offer {
    Price value;  ///< c - v
    std::int32_t column;
    std::int32_t cost;
    std::int32_t available;  ///< places the class does not hold yet
    friend bool operator<(const Offer& a, const Offer& b) {
      return a.value != b.value ? a.value < b.value : a.column < b.column;
    }
  };

  void bid_for_one(int row_class, Price epsilon);
  void bid_above_level(int row_class, const BestTwo<Price>& two, Price bid);
  void bid_for_many(int row_class, Price epsilon);
  void collect_offers(int row_class);
  std::int32_t buy(int row_class, const Offer& offer, std::int32_t wanted, Price bid);
  std::int32_t* cheapest(int column);
  void displace(int column, std::int32_t* link);
  void enqueue(int row_class);
  [[nodiscard]] static Price checked(Price bid);

  Market<Price>& market_;
  CandidateLists<Price>& lists_;
  std::int64_t bids_ = 0;
  std::int64_t work_ = 0;  ///< in bids of single rows
  std::vector<std::int32_t> bidders_;
  std::vector<std::int32_t> next_bidders_;
  std::vector<char> queued_;
  std::vector<Offer> offers_;
  std::vector<Price> least_;
};

extern template class Auction<std::int32_t>;
extern template class Auction<std::int64_t>;

}  // namespace mosaic::assign
