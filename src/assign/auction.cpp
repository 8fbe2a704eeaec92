#include "assign/auction.hpp"

#include <algorithm>

namespace mosaic::assign {
namespace {

// A class of many rows looks at all it could buy, and puts it in order: as long as so many offers
// fit, that is the work of one bid of a single row.
constexpr std::int64_t kOffersPerBid = 8;

}  // namespace

template <class Price>
Price Auction<Price>::checked(Price bid) {
  if (bid < Limits::kLowest) throw PriceOverflow{};
  return bid;
}

template <class Price>
void Auction<Price>::enqueue(int row_class) {
  if (queued_[row_class] != 0) return;
  queued_[row_class] = 1;
  next_bidders_.push_back(row_class);
}

template <class Price>
void Auction<Price>::run(Price epsilon, std::int64_t max_bids) {
  queued_.assign(market_.classes(), 0);
  next_bidders_.clear();
  for (int r = 0; r < market_.classes(); ++r) {
    if (market_.missing[r] > 0) enqueue(r);
  }
  const std::int64_t most_work = work_ + max_bids;
  while (!next_bidders_.empty()) {
    std::swap(bidders_, next_bidders_);
    next_bidders_.clear();
    for (const int r : bidders_) {
      queued_[r] = 0;
      if (work_ >= most_work) return;
      // A place kept for one row is not for a class to buy at one level with others: the exact
      // phase serves it.
      if (market_.use_all && market_.supply[r] > 1) continue;
      ++bids_;
      ++work_;
      if (market_.supply[r] == 1) {
        bid_for_one(r, epsilon);
      } else {
        bid_for_many(r, epsilon);
        work_ += std::ssize(offers_) / kOffersPerBid;
      }
      if (market_.missing[r] > 0) enqueue(r);
    }
  }
}

/// The holder behind `link` loses one place.
template <class Price>
void Auction<Price>::displace(int column, std::int32_t* link) {
  const int loser = market_.holdings[*link].row_class;
  market_.take(link, 1);
  ++market_.missing[loser];
  ++market_.free[column];
  enqueue(loser);
}

/// A class of one row that holds nothing buys the cheapest place of its best column.
template <class Price>
void Auction<Price>::bid_for_one(int row_class, Price epsilon) {
  const BestTwo<Price> two = lists_.best_two(row_class);
  const int j = two.column;
  const Price second = two.second < CandidateLists<Price>::kNoValue ? two.second : two.best;
  const Price bid = checked(two.cost - second - epsilon);
  if (market_.capacity[j] > 1 && market_.is_for_one(j)) {
    bid_above_level(row_class, two, bid);
    return;
  }
  if (market_.free[j] == 0) displace(j, cheapest(j));
  market_.add(j, row_class, 1, two.cost, bid);
  --market_.free[j];
  --market_.missing[row_class];
  if (market_.free[j] == 0) {
    market_.price[j] = market_.capacity[j] == 1 ? bid : market_.highest_bid(j);
  }
}

/// The same where one place only is to be had at the column's price: its holder gives way. Should
/// the price fall to the level, where there are more, it may come back. Note [Every column at least
/// once] in market.hpp.
template <class Price>
void Auction<Price>::bid_above_level(int row_class, const BestTwo<Price>& two, Price bid) {
  const int j = two.column;
  const Price to = std::max(bid, market_.level);
  if (market_.first_held[j] != kNone) displace(j, &market_.first_held[j]);
  market_.add(j, row_class, 1, two.cost, to);
  --market_.free[j];
  --market_.missing[row_class];
  market_.price[j] = to;
}

template <class Price>
std::int32_t* Auction<Price>::cheapest(int column) {
  std::int32_t* found = &market_.first_held[column];
  for (std::int32_t* link = found; *link != kNone; link = &market_.holdings[*link].next) {
    if (market_.holdings[*link].price > market_.holdings[*found].price) found = link;
  }
  return found;
}

/// Best columns by c - v until they hold the missing places and one more column is known (or all
/// columns are), sorted.
template <class Price>
void Auction<Price>::collect_offers(int row_class) {
  for (;;) {
    lists_.prepare(row_class);
    offers_.clear();
    const Candidate* candidate = lists_.candidates(row_class);
    const int end = lists_.blocks(row_class) * CandidateLists<Price>::kBlock;
    const Price bound = lists_.bound(row_class);
    for (int k = 0; k < end && candidate[k].column < market_.columns(); ++k) {
      const int j = candidate[k].column;
      const Price value = candidate[k].cost - market_.price[j];
      if (value > bound) continue;
      std::int32_t available = market_.capacity[j];
      for (int h = market_.first_held[j]; h != kNone; h = market_.holdings[h].next) {
        if (market_.holdings[h].row_class == row_class) available -= market_.holdings[h].places;
      }
      if (available > 0) offers_.push_back({value, j, candidate[k].cost, available});
    }
    lists_.book(row_class, end / CandidateLists<Price>::kBlock);
    if (lists_.complete(row_class)) break;
    std::int64_t places = -std::int64_t{market_.missing[row_class]};
    for (const Offer& offer : offers_) places += offer.available;
    // The last column may be the one that sets the level, so there must be one to spare.
    if (!offers_.empty()) {
      const auto last = std::max_element(offers_.begin(), offers_.end());
      if (places - last->available >= 0) break;
    }
    lists_.fetch(row_class);
  }
  std::sort(offers_.begin(), offers_.end());
}

template <class Price>
void Auction<Price>::bid_for_many(int row_class, Price epsilon) {
  collect_offers(row_class);
  std::int32_t wanted = market_.missing[row_class];
  std::size_t last = 0;
  std::int32_t covered = offers_[0].available;
  while (covered < wanted && last + 1 < offers_.size()) covered += offers_[++last].available;
  const bool has_next = last + 1 < offers_.size();
  const Price next_value = has_next ? offers_[last + 1].value : offers_[last].value;
  // If places of the last column stay open to the class, they are its alternative to the others.
  const Price level = covered > wanted ? offers_[last].value : next_value;
  for (std::size_t k = 0; k <= last; ++k) {
    const Price to = k == last ? next_value : level;
    const Price bid = checked(offers_[k].cost - to - epsilon);
    wanted -= buy(row_class, offers_[k], wanted, bid);
  }
}

/// Buys up to `wanted` places of a column, cheapest first, as far as they cost less than the bid.
/// The class's own cheaper places rise to the bid too: they would keep the column's price up.
template <class Price>
std::int32_t Auction<Price>::buy(int row_class, const Offer& offer, std::int32_t wanted,
                                 Price bid) {
  const int j = offer.column;
  std::int32_t bought = std::min(market_.free[j], wanted);
  market_.free[j] -= bought;
  std::int32_t own = 0;
  while (market_.free[j] == 0 && bought < wanted) {
    std::int32_t* link = cheapest(j);
    if (*link == kNone || market_.holdings[*link].price <= bid) break;
    if (market_.holdings[*link].row_class == row_class) {
      own += market_.holdings[*link].places;
      market_.take(link, market_.holdings[*link].places);
    } else {
      displace(j, link);
      --market_.free[j];
      ++bought;
    }
  }
  if (bought + own > 0) market_.add(j, row_class, bought + own, offer.cost, bid);
  market_.missing[row_class] -= bought;
  if (market_.free[j] == 0) market_.price[j] = market_.highest_bid(j);
  return bought;
}

template <class Price>
void Auction<Price>::release(Price epsilon) {
  const int columns = market_.columns();
  least_.resize(market_.classes());
  for (int r = 0; r < market_.classes(); ++r) least_[r] = lists_.best(r);
  Price most = 0;
  for (int j = 0; j < columns; ++j) {
    if (market_.first_held[j] == kNone) continue;
    market_.merge(j);
    const bool for_one = market_.is_for_one(j);
    if (market_.free[j] > 0 && !for_one) continue;
    Price overpaid = (for_one ? 0 : market_.level) - market_.price[j];
    for (int h = market_.first_held[j]; h != kNone; h = market_.holdings[h].next) {
      const Holding<Price>& held = market_.holdings[h];
      overpaid = std::min(overpaid, held.cost - market_.price[j] - least_[held.row_class]);
    }
    market_.price[j] += overpaid;
    most = std::max(most, overpaid);
  }
  lists_.lift(most);
  for (int r = 0; r < market_.classes(); ++r) least_[r] = lists_.best(r);
  for (int j = 0; j < columns; ++j) {
    std::int32_t* link = &market_.first_held[j];
    while (*link != kNone) {
      Holding<Price>& held = market_.holdings[*link];
      held.price = market_.price[j];
      if (held.cost - market_.price[j] <= least_[held.row_class] + epsilon) {
        link = &held.next;
        continue;
      }
      market_.missing[held.row_class] += held.places;
      market_.free[j] += held.places;
      market_.take(link, held.places);
    }
  }
}

template <class Price>
std::int64_t Auction<Price>::left_behind() const {
  std::int64_t places = 0;
  for (int j = 0; j < market_.columns(); ++j) {
    if (market_.price[j] < market_.level) places += market_.free[j];
  }
  return places;
}

template <class Price>
void Auction<Price>::offer_free_places(Price epsilon) {
  Price most = 0;
  for (int j = 0; j < market_.columns(); ++j) {
    if (market_.free[j] == 0 || market_.price[j] >= market_.level) continue;
    most = std::max<Price>(most, market_.level - market_.price[j]);
    market_.price[j] = market_.level;
  }
  lists_.lift(most);
  release(epsilon);
}

template class Auction<std::int32_t>;
template class Auction<std::int64_t>;

}  // namespace mosaic::assign
