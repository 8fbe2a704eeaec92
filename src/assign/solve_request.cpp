#include "assign/solve_request.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>

#include "mosaic/error.hpp"

namespace mosaic::assign {
namespace {

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

void check_held(const SolveRequest& request) {
  if (request.held.empty()) return;
  require(std::ssize(request.held) == request.costs.rows(),
          std::to_string(request.held.size()) + " rows hold columns, of " +
              std::to_string(request.costs.rows()));
  require(!request.warm_price.empty(), "what rows hold is of use with warm prices only");
  const auto possible = [&](std::int32_t j) { return j >= kNone && j < request.costs.columns(); };
  require(std::ranges::all_of(request.held, possible), "a row holds a column that is not there");
}

}  // namespace

void require(bool condition, const std::string& what) {
  if (!condition) throw std::logic_error("assignment: " + what);
}

void check_request(const SolveRequest& request) {
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
  check_held(request);
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

}  // namespace mosaic::assign
