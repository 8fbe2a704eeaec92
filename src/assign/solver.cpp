#include "assign/solver.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "assign/auction.hpp"
#include "assign/candidates.hpp"
#include "assign/market.hpp"
#include "assign/read_result.hpp"
#include "assign/shortest_paths.hpp"
#include "assign/solve_request.hpp"
#include "assign/solver_memory.hpp"

namespace mosaic {
namespace {

using assign::Auction;
using assign::CandidateLists;
using assign::kNone;
using assign::Market;
using assign::PriceOverflow;
using assign::RowClasses;
using assign::Searches;
using assign::ShortestPaths;

// Candidates per class. A cold start sees prices fall far, a warm one needs only near columns.
constexpr int kWarmLength = 256;
constexpr int kColdLength = 1024;
int cold_length(int columns) { return std::clamp(columns / 4, kWarmLength, kColdLength); }

// Precision of the auction stages as fractions of the typical spread; measured on real mosaics
// (tests/bench/bench_assign.cpp).
constexpr std::array<int, 3> kColdDivisors = {3, 30, 300};
constexpr std::array<int, 2> kWarmDivisors = {30, 300};
// Finer ones, in turn, where rows are nearly alike: what release(0) then leaves is little.
constexpr std::array<int, 3> kHardDivisors = {300, 3000, 30000};
// A warm start begins at prices a little higher (by this fraction of the spread): bids bring prices
// down in no time, while what ends up too low costs searches (shortest_paths.hpp, Note [The dummy
// row]).
constexpr int kWarmStart = 5;
// With more than one row in this many to be served, the auction is faster than searches.
constexpr std::int64_t kMostMoving = 2;
// Places left behind are resettled when they are more than this part of the rows, in a few rounds:
// rows that move to them leave others behind.
constexpr int kLeftBehind = 2048;
constexpr int kMostResettlings = 8;
constexpr int kResettlingBids = 20;  // per row and round, against price wars

template <class Price>
struct Engine {
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  explicit Engine(Isa isa) : lists(isa), paths(market, lists, isa) {}
  Market<Price> market;
  CandidateLists<Price> lists;
  ShortestPaths<Price> paths;
};

/// How far the 32nd candidate lies above the best one, on average: the scale of price differences
/// that matter, whatever unit the costs have.
template <class Price>
Price typical_spread(CandidateLists<Price>& lists, int classes) {
  constexpr int kRank = 32;
  constexpr int kSample = 256;
  const int step = std::max(classes / kSample, 1);
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (int r = 0; r < classes; r += step, ++count) sum += lists.spread(r, kRank);
  return static_cast<Price>(sum / std::max<std::int64_t>(count, 1));
}

/// Note [What rows still hold]
/// A film changes little from frame to frame, and with a price of change nearly every row is best
/// served by what it has. At the prices of the last frame such a row is tight: it keeps its column,
/// and no price has to move for it. What is missing then are the rows whose column has become worse
/// than another, and searches from these alone lead to the optimum: a few dozen instead of an
/// auction of all rows, and at prices for which the lists were made, so that hardly a row is
/// fetched. Where much has changed at once the auction is faster.
///
/// Gives rows what they held where it is their best. Returns the places that are missing.
template <class Price>
std::int64_t take_up(Market<Price>& market, CandidateLists<Price>& lists, const RowClasses& classes,
                     std::span<const std::int32_t> held) {
  std::int64_t missing = 0;
  for (int r = 0; r < classes.count(); ++r) {
    const Price best = lists.best(r);
    for (int k = classes.first_member[r]; k < classes.first_member[r + 1]; ++k) {
      const std::int32_t j = held[classes.member[k]];
      if (j == kNone || market.free[j] == 0) continue;
      if (market.is_for_one(j) && market.free[j] < market.capacity[j]) continue;
      const std::int32_t cost = lists.cost_of(r, j);
      if (cost == kNone || cost - market.price[j] != best) continue;
      market.add(j, r, 1, cost, market.price[j]);
      --market.free[j];
      --market.missing[r];
    }
    missing += market.missing[r];
  }
  return missing;
}

template <class Price>
void raise_prices(Market<Price>& market, Price by) {
  for (int j = 0; j < market.columns(); ++j) {
    if (market.capacity[j] == 0) continue;
    const Price top = market.price[j] > market.level ? 0 : market.level;
    market.price[j] = std::min<Price>(market.price[j] + by, top);
  }
}

/// The auction, in stages of rising precision. Returns the spread.
template <class Price>
Price bid(Engine<Price>& engine, Auction<Price>& auction, int classes,
          const SolveRequest& request) {
  const bool warm = !request.warm_price.empty();
  const Price spread = typical_spread(engine.lists, classes);
  if (warm) {
    raise_prices(engine.market, spread / kWarmStart);
    engine.lists.lift(spread / kWarmStart);
  }
  const std::int64_t max_bids = 100 * std::int64_t{request.costs.rows()} + 10'000;
  const std::span<const int> divisors =
      warm ? std::span<const int>(kWarmDivisors) : std::span<const int>(kColdDivisors);
  for (std::size_t stage = 0; stage < divisors.size(); ++stage) {
    const Price epsilon = std::max<Price>(spread / divisors[stage], 1);
    if (stage > 0) auction.release(epsilon);
    auction.run(epsilon, max_bids);
  }
  return spread;
}

/// Note [Places left behind] in auction.hpp.
template <class Price>
void resettle(Auction<Price>& auction, const Market<Price>& market, Price epsilon,
              std::int64_t rows) {
  for (int round = 0; round < kMostResettlings; ++round) {
    auction.release(epsilon);
    const std::int64_t missing =
        std::accumulate(market.missing.begin(), market.missing.end(), std::int64_t{0});
    const bool many = auction.left_behind() - missing > rows / kLeftBehind;
    if (many) auction.offer_free_places(epsilon);
    auction.run(epsilon, kResettlingBids * rows);
    if (!many) return;
  }
}

}  // namespace

struct Solver::Impl {
  explicit Impl(Isa chosen) : isa(chosen), narrow(chosen) {}

  template <class Price>
  void run(Engine<Price>& engine, const SolveRequest& request, Assignment& result);
  template <class Price>
  void open(Engine<Price>& engine, const SolveRequest& request);
  template <class Price>
  bool go_on_from_held(Engine<Price>& engine, const SolveRequest& request);
  template <class Price>
  void begin_anew(Engine<Price>& engine, const SolveRequest& request);
  /// Adds what the run that has just ended did to the statistics. Returns `served`.
  template <class Price>
  bool counted(const ShortestPaths<Price>& paths, bool served);
  /// Solves with 32-bit prices, or with wider ones where these do not suffice.
  template <class Work>
  void with_either(const Work& work);

  Isa isa;
  RowClasses classes;
  std::vector<std::int32_t> class_of_row;
  Engine<std::int32_t> narrow;
  std::unique_ptr<Engine<std::int64_t>> wide;  // made when first needed
  bool can_go_on = false;                      // `narrow` holds a finished solve
  SolveStatistics statistics;
};

template <class Price>
void Solver::Impl::open(Engine<Price>& engine, const SolveRequest& request) {
  const bool warm = !request.warm_price.empty();
  engine.market.open(request.capacity, classes, request.warm_price, request.use_all,
                     warm ? request.warm_level : 0);
  engine.lists.open(request.costs, classes, engine.market,
                    warm ? kWarmLength : cold_length(request.costs.columns()), request.lists);
}

template <class Price>
bool Solver::Impl::counted(const ShortestPaths<Price>& paths, bool served) {
  statistics.augmentations += paths.augmentations();
  statistics.whole_rows += paths.whole_rows();
  return served;
}

/// Note [What rows still hold]. False: another way is faster, and the engine must be opened again.
template <class Price>
bool Solver::Impl::go_on_from_held(Engine<Price>& engine, const SolveRequest& request) {
  const std::int64_t rows = request.costs.rows();
  const std::int64_t missing = take_up(engine.market, engine.lists, classes, request.held);
  if (missing > rows / kMostMoving) return false;
  statistics.resettled = !counted(engine.paths, engine.paths.run(Searches::one_by_one));
  if (statistics.resettled) counted(engine.paths, engine.paths.run(Searches::together));
  statistics.kept_rows = rows - missing;
  return true;
}

template <class Price>
void Solver::Impl::begin_anew(Engine<Price>& engine, const SolveRequest& request) {
  Auction<Price> auction(engine.market, engine.lists);
  const Price spread = bid(engine, auction, classes.count(), request);
  auction.release(0);
  Market<Price>& market = engine.market;
  ShortestPaths<Price>& paths = engine.paths;
  const bool served = request.patient && counted(paths, paths.run(Searches::one_by_one));
  if (!served) {
    for (const int divisor : kHardDivisors) {
      resettle(auction, market, std::max<Price>(spread / divisor, 1), request.costs.rows());
    }
    auction.release(0);
    counted(paths, paths.run(Searches::together));
  }
  statistics.resettled = !served;
  statistics.bids = auction.bids();
}

template <class Price>
void Solver::Impl::run(Engine<Price>& engine, const SolveRequest& request, Assignment& result) {
  statistics = {};
  open(engine, request);
  const bool went_on = !request.held.empty() && go_on_from_held(engine, request);
  if (!went_on) {
    if (!request.held.empty()) open(engine, request);
    begin_anew(engine, request);
  }
  statistics.dense_rows = engine.lists.rows_fetched();
  assign::read_result(engine.market, classes, result);
}

template <class Work>
void Solver::Impl::with_either(const Work& work) {
  can_go_on = false;
  if (wide != nullptr) wide->lists.forget_rows();
  try {
    work(narrow);
    can_go_on = true;
  } catch (const PriceOverflow&) {
    narrow.lists.forget_rows();
    if (wide == nullptr) wide = std::make_unique<Engine<std::int64_t>>(isa);
    work(*wide);
    statistics.wide_prices = true;
  }
}

Solver::Solver(SimdChoice simd) : impl_(std::make_unique<Impl>(choose_isa(simd))) {}
Solver::~Solver() = default;

const SolveStatistics& Solver::statistics() const { return impl_->statistics; }

Assignment Solver::solve(const SolveRequest& request) {
  assign::check_request(request);
  impl_->statistics = {};
  Assignment result;
  if (request.costs.rows() == 0) {
    result.price.assign(request.capacity.size(), 0);
    return result;
  }
  assign::group_rows(request.costs.rows(), request.row_class, impl_->classes);
  impl_->with_either([&](auto& engine) { impl_->run(engine, request, result); });
  return result;
}

std::vector<std::int32_t> Solver::approximate_prices(const SolveRequest& request) {
  assign::check_request(request);
  assign::require(request.warm_price.empty(), "there are prices already");
  impl_->statistics = {};
  if (request.costs.rows() == 0) return std::vector<std::int32_t>(request.capacity.size(), 0);
  assign::group_rows(request.costs.rows(), request.row_class, impl_->classes);
  std::vector<std::int32_t> prices;
  impl_->with_either([&]<class Price>(Engine<Price>& engine) {
    impl_->open(engine, request);
    Auction<Price> auction(engine.market, engine.lists);
    const Price spread = bid(engine, auction, impl_->classes.count(), request);
    resettle(auction, engine.market, std::max<Price>(spread / kColdDivisors.back(), 1),
             request.costs.rows());
    impl_->statistics.bids = auction.bids();
    assign::read_prices(engine.market, assign::highest_price(engine.market), prices);
  });
  impl_->can_go_on = false;  // rows may be without a place
  return prices;
}

std::optional<Assignment> Solver::solve_again(const CostSource& costs,
                                              std::span<const CostRise> rises) {
  if (!impl_->can_go_on) return std::nullopt;
  Market<std::int32_t>& market = impl_->narrow.market;
  const RowClasses& classes = impl_->classes;
  assign::require(costs.rows() == std::ssize(classes.member) && costs.columns() == market.columns(),
                  "the problem has changed its shape");
  impl_->class_of_row.resize(classes.member.size());
  for (int r = 0; r < classes.count(); ++r) {
    for (int k = classes.first_member[r]; k < classes.first_member[r + 1]; ++k) {
      impl_->class_of_row[classes.member[k]] = r;
    }
  }
  std::vector<std::int32_t> changed;
  for (const CostRise& rise : rises) {
    changed.push_back(impl_->class_of_row.at(rise.row));
    if (classes.supply[changed.back()] > 1) return std::nullopt;
  }
  impl_->can_go_on = false;
  impl_->narrow.lists.read_from(costs);
  for (std::size_t k = 0; k < rises.size(); ++k) {
    const auto [row, column, by] = rises[k];
    impl_->narrow.lists.raise_cost(changed[k], column, by);
    std::int32_t* held = market.find(column, changed[k]);
    if (*held == kNone) continue;
    market.take(held, 1);
    ++market.missing[changed[k]];
    ++market.free[column];
  }
  Assignment result;
  impl_->statistics = {};
  try {
    auto& paths = impl_->narrow.paths;
    impl_->statistics.resettled =
        !impl_->counted(paths, paths.run_again(Searches::one_by_one, changed));
    if (impl_->statistics.resettled) {
      impl_->counted(paths, paths.run_again(Searches::together, {}));
    }
  } catch (const PriceOverflow&) {
    return std::nullopt;
  }
  impl_->can_go_on = true;
  assign::read_result(market, classes, result);
  impl_->statistics.dense_rows = impl_->narrow.lists.rows_fetched();
  return result;
}

std::int64_t list_bytes_per_row(std::int64_t columns) {
  using Lists = CandidateLists<std::int32_t>;
  const int usable = static_cast<int>(std::min<std::int64_t>(columns, 1 << 30));
  const std::int64_t room = Lists::most_room_for(cold_length(usable), usable);
  const std::int64_t floors = room / Lists::kBlock;
  return room * static_cast<std::int64_t>(sizeof(assign::Candidate)) +
         floors * static_cast<std::int64_t>(sizeof(std::int32_t));
}

}  // namespace mosaic
