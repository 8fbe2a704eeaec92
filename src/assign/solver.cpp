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
#include "assign/shortest_paths.hpp"
#include "assign/solver_memory.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using assign::Auction;
using assign::CandidateLists;
using assign::Holding;
using assign::kCostLimit;
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
// Places left behind are resettled when they are more than this part of the rows, in a few rounds:
// rows that move to them leave others behind.
constexpr int kLeftBehind = 2048;
constexpr int kMostResettlings = 8;
constexpr int kResettlingBids = 20;  // per row and round, against price wars

void require(bool condition, const std::string& what) {
  if (!condition) throw UsageError("assignment: " + what);
}

/// Messages are made when they are needed: there are a hundred thousand entries per frame.
void check_list(const RowLists& lists, int row, int columns) {
  const auto refuse = [row](const char* what) {
    require(false, "the candidate list of row " + std::to_string(row) + what);
  };
  const std::int32_t count = lists.count[row];
  if (count < 0 || count > lists.length) refuse(" is longer than its room");
  const std::size_t first = std::size_t(row) * lists.length;
  bool possible = true;
  for (std::size_t at = first; at < first + count; ++at) {
    possible &= lists.column[at] >= 0 && lists.column[at] < columns;
    possible &= lists.cost[at] >= 0 && lists.cost[at] < kCostLimit;
  }
  if (!possible) refuse(" holds an impossible entry");
}

void check(const SolveRequest& request) {
  const int rows = request.costs.rows();
  const int columns = request.costs.columns();
  require(std::ssize(request.capacity) == columns,
          "capacities for " + std::to_string(request.capacity.size()) + " columns, costs for " +
              std::to_string(columns));
  require(request.row_class.empty() || std::ssize(request.row_class) == rows,
          "row classes for " + std::to_string(request.row_class.size()) + " rows, costs for " +
              std::to_string(rows));
  require(request.warm_price.empty() || std::ssize(request.warm_price) == columns,
          "prices for " + std::to_string(request.warm_price.size()) + " columns, costs for " +
              std::to_string(columns));
  std::int64_t places = 0;
  std::int32_t lowest = 0;
  for (const std::int32_t c : request.capacity) {
    lowest = std::min(lowest, c);
    places += c;
  }
  require(lowest >= 0, "a column has negative capacity");
  if (places < rows) {
    throw UsageError("assignment: " + std::to_string(rows) + " rows do not fit into the " +
                         std::to_string(places) + " places of " + std::to_string(columns) +
                         " columns: " + std::to_string(rows - places) + " places are missing",
                     "add photos or allow each of them more uses");
  }
  if (request.use_all) {
    const auto needed =
        std::ranges::count_if(request.capacity, [](std::int32_t c) { return c > 0; });
    require(needed <= rows, std::to_string(needed) + " columns are to be used at least once, by " +
                                std::to_string(rows) + " rows");
    require(request.warm_level <= 0, "the level of the prices is above 0");
  } else {
    require(request.warm_level == 0, "only with use_all prices have a level");
  }
  if (request.lists == nullptr) return;
  const RowLists& lists = *request.lists;
  const std::size_t cells = std::size_t(rows) * std::max(lists.length, 0);
  require(std::ssize(lists.count) == rows && std::ssize(lists.bound) == rows &&
              lists.column.size() == cells && lists.cost.size() == cells,
          "candidate lists are not of the shape rows x length");
  for (int i = 0; i < rows; ++i) check_list(lists, i, columns);
}

void group_rows(int rows, std::span<const std::int32_t> row_class, RowClasses& classes) {
  classes.member.resize(rows);
  std::iota(classes.member.begin(), classes.member.end(), 0);
  classes.supply.clear();
  classes.representative.clear();
  classes.first_member.clear();
  const auto differs = [&](int a, int b) {
    return row_class.empty() || row_class[a] != row_class[b];
  };
  if (!row_class.empty()) {
    // Classes in the order of their first rows, so that results do not depend on class numbers.
    std::vector<std::int32_t> first(rows);
    std::stable_sort(classes.member.begin(), classes.member.end(),
                     [&](int a, int b) { return row_class[a] < row_class[b]; });
    for (int k = 0; k < rows; ++k) {
      const int row = classes.member[k];
      first[row] =
          k > 0 && !differs(classes.member[k - 1], row) ? first[classes.member[k - 1]] : row;
    }
    std::stable_sort(classes.member.begin(), classes.member.end(),
                     [&](int a, int b) { return first[a] < first[b]; });
  }
  for (int k = 0; k < rows; ++k) {
    if (k == 0 || differs(classes.member[k - 1], classes.member[k])) {
      classes.representative.push_back(classes.member[k]);
      classes.supply.push_back(0);
      classes.first_member.push_back(k);
    }
    ++classes.supply.back();
  }
  classes.first_member.push_back(rows);
}

template <class Price>
struct Engine {
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  explicit Engine(Isa isa) : lists(isa), paths(market, lists) {}
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

template <class Price>
void raise_prices(Market<Price>& market, Price by) {
  for (int j = 0; j < market.columns(); ++j) {
    if (market.capacity[j] == 0) continue;
    const Price top = market.price[j] > market.level ? 0 : market.level;
    market.price[j] = std::min<Price>(market.price[j] + by, top);
  }
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

/// What is 0 in the result: the price of places that are left, or the highest price where none is.
/// Without use_all the places left have the highest price, too.
template <class Price>
Price zero_of(const Market<Price>& market) {
  Price left = std::numeric_limits<Price>::max();
  Price highest = std::numeric_limits<Price>::min();
  Price highest_of_spare = std::numeric_limits<Price>::min();
  for (int j = 0; j < market.columns(); ++j) {
    if (market.capacity[j] == 0) continue;
    const Price price = market.price[j];
    if (market.free[j] > 0) left = std::min(left, price);
    highest = std::max(highest, price);
    if (market.spare_places(j) > 0) highest_of_spare = std::max(highest_of_spare, price);
  }
  if (left != std::numeric_limits<Price>::max()) return left;
  return highest_of_spare != std::numeric_limits<Price>::min() ? highest_of_spare : highest;
}

template <class Price>
void read_result(const Market<Price>& market, const RowClasses& classes, Assignment& result) {
  const int columns = market.columns();
  const Price zero = zero_of(market);
  result.column_of_row.assign(classes.member.size(), kNone);
  result.cost = 0;
  std::vector<std::int32_t> next_member(classes.first_member);
  Price highest_row_price = 0;
  for (int j = 0; j < columns; ++j) {
    for (int h = market.first_held[j]; h != kNone; h = market.holdings[h].next) {
      const Holding<Price>& held = market.holdings[h];
      result.cost += std::int64_t{held.cost} * held.places;
      highest_row_price = std::max(highest_row_price, held.cost - (market.price[j] - zero));
      for (int k = 0; k < held.places; ++k) {
        result.column_of_row[classes.member[next_member[held.row_class]++]] = j;
      }
    }
  }
  // Whatever the engine's type, the optimal prices fit 32 bits: the row that holds a place of j is
  // tight there, so c_rj - v_j <= c_rk - v_k and v_k - v_j <= c_rk - c_rj < 2^28 for every k; one
  // of the v_k is 0. With use_all a row holds the column whose price is 0, too, which bounds prices
  // above 0 the same way. A column without capacity only has to be unattractive: c >= 0 makes
  // -max(u) low enough, and u = c - v < 2^29.
  result.price.resize(columns);
  for (int j = 0; j < columns; ++j) {
    const Price price = market.capacity[j] > 0 ? market.price[j] - zero : -highest_row_price;
    result.price[j] = static_cast<std::int32_t>(price);
  }
}

}  // namespace

struct Solver::Impl {
  explicit Impl(Isa chosen) : isa(chosen), narrow(chosen) {}

  template <class Price>
  void run(Engine<Price>& engine, const SolveRequest& request, Assignment& result);

  Isa isa;
  RowClasses classes;
  std::vector<std::int32_t> class_of_row;
  Engine<std::int32_t> narrow;
  std::unique_ptr<Engine<std::int64_t>> wide;  // made when first needed
  bool can_go_on = false;                      // `narrow` holds a finished solve
  SolveStatistics statistics;
};

template <class Price>
void Solver::Impl::run(Engine<Price>& engine, const SolveRequest& request, Assignment& result) {
  const bool warm = !request.warm_price.empty();
  const int columns = request.costs.columns();
  Market<Price>& market = engine.market;
  CandidateLists<Price>& lists = engine.lists;
  market.open(request.capacity, classes, request.warm_price, request.use_all,
              warm ? request.warm_level : 0);
  lists.open(request.costs, classes, market, warm ? kWarmLength : cold_length(columns),
             request.lists);
  Auction<Price> auction(market, lists);
  const Price spread = typical_spread(lists, classes.count());
  if (warm) {
    raise_prices(market, spread / kWarmStart);
    lists.lift(spread / kWarmStart);
  }
  const std::int64_t max_bids = 100 * std::int64_t{request.costs.rows()} + 10'000;
  const std::span<const int> divisors =
      warm ? std::span<const int>(kWarmDivisors) : std::span<const int>(kColdDivisors);
  for (std::size_t stage = 0; stage < divisors.size(); ++stage) {
    const Price epsilon = std::max<Price>(spread / divisors[stage], 1);
    if (stage > 0) auction.release(epsilon);
    auction.run(epsilon, max_bids);
  }
  auction.release(0);
  ShortestPaths<Price>& paths = engine.paths;
  std::int64_t augmentations = 0;
  const bool served = request.patient && paths.run(Searches::one_by_one);
  if (!served) {
    augmentations = request.patient ? paths.augmentations() : 0;
    for (const int divisor : kHardDivisors) {
      resettle(auction, market, std::max<Price>(spread / divisor, 1), request.costs.rows());
    }
    auction.release(0);
    paths.run(Searches::together);
  }
  augmentations += paths.augmentations();
  read_result(market, classes, result);
  statistics = {auction.bids(), augmentations, lists.rows_fetched(), !served};
}

Solver::Solver(SimdChoice simd) : impl_(std::make_unique<Impl>(choose_isa(simd))) {}
Solver::~Solver() = default;

const SolveStatistics& Solver::statistics() const { return impl_->statistics; }

Assignment Solver::solve(const SolveRequest& request) {
  check(request);
  impl_->statistics = {};
  Assignment result;
  if (request.costs.rows() == 0) {
    result.price.assign(request.capacity.size(), 0);
    return result;
  }
  group_rows(request.costs.rows(), request.row_class, impl_->classes);
  impl_->can_go_on = false;
  try {
    impl_->run(impl_->narrow, request, result);
    impl_->can_go_on = true;
  } catch (const PriceOverflow&) {
    if (impl_->wide == nullptr) impl_->wide = std::make_unique<Engine<std::int64_t>>(impl_->isa);
    impl_->run(*impl_->wide, request, result);
    impl_->statistics.wide_prices = true;
  }
  return result;
}

std::optional<Assignment> Solver::solve_again(const CostSource& costs,
                                              std::span<const CostRise> rises) {
  if (!impl_->can_go_on) return std::nullopt;
  Market<std::int32_t>& market = impl_->narrow.market;
  const RowClasses& classes = impl_->classes;
  require(costs.rows() == std::ssize(classes.member) && costs.columns() == market.columns(),
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
    impl_->statistics.resettled = !paths.run_again(Searches::one_by_one, changed);
    impl_->statistics.augmentations = paths.augmentations();
    if (impl_->statistics.resettled) {
      paths.run_again(Searches::together, {});
      impl_->statistics.augmentations += paths.augmentations();
    }
  } catch (const PriceOverflow&) {
    return std::nullopt;
  }
  impl_->can_go_on = true;
  read_result(market, classes, result);
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
