#include "flow/propagate.hpp"

#include <algorithm>
#include <cstdlib>

#include "flow/floor_div.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

/// A cell that a tile may go to.
struct Option {
  std::int32_t source = 0;
  std::int32_t cell = 0;
  FlowVector ride;
  std::int64_t distance = 0;  ///< squared length of the ride
  std::int64_t cost = 0;      ///< the same, less the bonus for keeping the place
  friend bool operator<(const Option& a, const Option& b) {
    if (a.source != b.source) return a.source < b.source;
    if (a.cost != b.cost) return a.cost < b.cost;
    return a.cell < b.cell;
  }
};

/// Tiles that may move on to make room for one; beyond this a new tile disturbs less.
constexpr int kLongestChain = 24;

std::int64_t squared_length(FlowVector v) {
  return std::int64_t{v.dx} * v.dx + std::int64_t{v.dy} * v.dy;
}

class HandOver {
 public:
  HandOver(const FlowField& flow, std::span<const FlowVector> rides, const GridGeometry& geometry)
      : flow_(flow),
        rides_(rides),
        columns_(geometry.columns),
        rows_(geometry.rows),
        cell_(geometry.tile_size_px * kFlowUnit),
        // An eighth of a cell, but no less than 1.5 px (flow jitters by pixels, not by cells), and
        // never so much that a tile could wait beyond its neighbour's middle.
        margin_(std::min(std::max(cell_ / 8, 24), cell_ * 3 / 16)),
        result_{std::vector<std::int32_t>(rides.size(), kNoCell),
                std::vector<FlowVector>(rides.size())},
        cell_of_(rides.size(), kNoCell) {}

  Propagation run() {
    list_options();
    propose();
    pull_into_gaps();
    make_room();
    ride_with_neighbours();
    return std::move(result_);
  }

 private:
  static std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

  void put(const Option& option) {
    result_.source_cell[at(option.cell)] = option.source;
    result_.ride[at(option.cell)] = option.ride;
    cell_of_[at(option.source)] = option.cell;
  }

  [[nodiscard]] std::span<const Option> options_of(std::int32_t source) const {
    return std::span(options_).subspan(first_option_[at(source)],
                                       first_option_[at(source) + 1] - first_option_[at(source)]);
  }

  void list_options() {
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        const std::int32_t cell = row * columns_ + column;
        if (flow_.trusted[at(cell)] != 0) list_sources(column, row, flow_.backward[at(cell)]);
      }
    }
    std::sort(options_.begin(), options_.end());
    first_option_.assign(rides_.size() + 1, 0);
    for (const Option& option : options_) ++first_option_[at(option.source) + 1];
    for (std::size_t i = 1; i < first_option_.size(); ++i) first_option_[i] += first_option_[i - 1];
  }

  void list_sources(int column, int row, FlowVector backward) {
    // The content lay in this cell; the tile that goes with it shows next to it at most.
    const int from_column = floor_div(column * cell_ + cell_ / 2 + backward.dx, cell_);
    const int from_row = floor_div(row * cell_ + cell_ / 2 + backward.dy, cell_);
    const int reach = cell_ / 2 + 2 * margin_;
    const std::int64_t bonus = std::int64_t{2} * cell_ * margin_;
    for (int r = std::max(0, from_row - 1); r <= std::min(rows_ - 1, from_row + 1); ++r) {
      for (int c = std::max(0, from_column - 1); c <= std::min(columns_ - 1, from_column + 1);
           ++c) {
        const std::int32_t source = r * columns_ + c;
        const FlowVector old = rides_[at(source)];
        const FlowVector ride{(c - column) * cell_ + old.dx - backward.dx,
                              (r - row) * cell_ + old.dy - backward.dy};
        if (std::abs(ride.dx) > reach || std::abs(ride.dy) > reach) continue;
        const std::int64_t distance = squared_length(ride);
        const std::int64_t kept = (c == column ? bonus : 0) + (r == row ? bonus : 0);
        options_.push_back({source, row * columns_ + column, ride, distance, distance - kept});
      }
    }
  }

  /// Deferred acceptance: tiles ask in order of cost, a cell keeps the nearest that asked. The
  /// outcome is unique, since no two are equally near and equally numbered.
  void propose() {
    std::vector<std::size_t> asked(rides_.size(), 0);
    std::vector<std::int32_t> waiting;
    for (auto source = static_cast<std::int32_t>(rides_.size()) - 1; source >= 0; --source) {
      waiting.push_back(source);
    }
    while (!waiting.empty()) {
      const std::int32_t source = waiting.back();
      const auto options = options_of(source);
      if (asked[at(source)] == options.size()) {
        waiting.pop_back();
        continue;
      }
      const Option& option = options[asked[at(source)]++];
      const std::int32_t holder = result_.source_cell[at(option.cell)];
      if (holder != kNoCell) {
        const std::int64_t held = squared_length(result_.ride[at(option.cell)]);
        if (held < option.distance || (held == option.distance && holder < source)) continue;
        cell_of_[at(holder)] = kNoCell;
      }
      waiting.pop_back();
      if (holder != kNoCell) waiting.push_back(holder);
      put(option);
    }
  }

  void pull_into_gaps() {
    std::vector<std::int32_t> gaps;
    for (auto cell = static_cast<std::int32_t>(rides_.size()) - 1; cell >= 0; --cell) {
      if (result_.source_cell[at(cell)] == kNoCell) gaps.push_back(cell);
    }
    if (gaps.empty()) return;
    // Each pull brings a tile nearer to its content, so this ends.
    const std::vector<std::size_t> order = options_by_cell();
    while (!gaps.empty()) {
      const std::int32_t gap = gaps.back();
      gaps.pop_back();
      const Option* best = nullptr;
      for (std::size_t i = first_by_cell_[at(gap)]; i < first_by_cell_[at(gap) + 1]; ++i) {
        const Option& option = options_[order[i]];
        const std::int32_t shown = cell_of_[at(option.source)];
        if (shown != kNoCell && option.distance >= squared_length(result_.ride[at(shown)])) {
          continue;
        }
        if (best == nullptr || option.distance < best->distance) best = &option;
      }
      if (best == nullptr) continue;
      const std::int32_t left = cell_of_[at(best->source)];
      if (left != kNoCell) {
        result_.source_cell[at(left)] = kNoCell;
        gaps.push_back(left);
      }
      put(*best);
    }
  }

  /// Indices into options_, grouped by cell, sources ascending; fills first_by_cell_.
  std::vector<std::size_t> options_by_cell() {
    first_by_cell_.assign(rides_.size() + 1, 0);
    for (const Option& option : options_) ++first_by_cell_[at(option.cell) + 1];
    for (std::size_t i = 1; i < first_by_cell_.size(); ++i) {
      first_by_cell_[i] += first_by_cell_[i - 1];
    }
    std::vector<std::size_t> next(first_by_cell_.begin(), first_by_cell_.end() - 1);
    std::vector<std::size_t> order(options_.size());
    for (std::size_t i = 0; i < options_.size(); ++i) order[next[at(options_[i].cell)]++] = i;
    return order;
  }

  /// A tile in view that found no cell gets one if a chain of others can each move on by one.
  void make_room() {
    std::vector<std::int32_t> visited(rides_.size(), kNoCell);
    for (std::int32_t source = 0; source < static_cast<std::int32_t>(rides_.size()); ++source) {
      if (cell_of_[at(source)] == kNoCell) settle(source, source, kLongestChain, visited);
    }
  }

  [[nodiscard]] bool leaves_the_picture(const Option& option) const {
    const int x = option.cell % columns_ * cell_ + cell_ / 2 + option.ride.dx;
    const int y = option.cell / columns_ * cell_ + cell_ / 2 + option.ride.dy;
    return x < 0 || y < 0 || x > columns_ * cell_ || y > rows_ * cell_;
  }

  bool settle(std::int32_t source, std::int32_t round, int chain,
              std::vector<std::int32_t>& visited) {
    for (const Option& option : options_of(source)) {
      if (visited[at(option.cell)] == round || leaves_the_picture(option)) continue;
      visited[at(option.cell)] = round;
      const std::int32_t holder = result_.source_cell[at(option.cell)];
      if (holder == kNoCell || (chain > 0 && settle(holder, round, chain - 1, visited))) {
        put(option);
        return true;
      }
    }
    return false;
  }

  /// Gives cells without a source the mean ride of the neighbours that move as they do.
  void ride_with_neighbours() {
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        const std::size_t cell = at(row * columns_ + column);
        if (result_.source_cell[cell] == kNoCell) {
          result_.ride[cell] = mean_ride_around(column, row, flow_.trusted[cell] != 0);
        }
      }
    }
  }

  [[nodiscard]] FlowVector mean_ride_around(int column, int row, bool trusted) const {
    const FlowVector own = flow_.backward[at(row * columns_ + column)];
    FlowVector sum, low, high;
    int count = 0;
    for (int r = std::max(0, row - 1); r <= std::min(rows_ - 1, row + 1); ++r) {
      for (int c = std::max(0, column - 1); c <= std::min(columns_ - 1, column + 1); ++c) {
        const std::size_t i = at(r * columns_ + c);
        if (result_.source_cell[i] == kNoCell) continue;
        const FlowVector other = flow_.backward[i];
        if (trusted &&
            (std::abs(other.dx - own.dx) > cell_ / 8 || std::abs(other.dy - own.dy) > cell_ / 8)) {
          continue;
        }
        const FlowVector ride = result_.ride[i];
        low = count == 0 ? ride : FlowVector{std::min(low.dx, ride.dx), std::min(low.dy, ride.dy)};
        high =
            count == 0 ? ride : FlowVector{std::max(high.dx, ride.dx), std::max(high.dy, ride.dy)};
        sum.dx += ride.dx;
        sum.dy += ride.dy;
        ++count;
      }
    }
    // Rides wrap around at half a cell; rides from both sides of the wrap have no useful mean.
    const auto mean = [&](std::int32_t total, std::int32_t least, std::int32_t most) {
      return count == 0 || most - least > cell_ / 2 ? 0 : total / count;
    };
    return {mean(sum.dx, low.dx, high.dx), mean(sum.dy, low.dy, high.dy)};
  }

  const FlowField& flow_;
  std::span<const FlowVector> rides_;
  int columns_;
  int rows_;
  int cell_;                                ///< flow units
  int margin_;                              ///< h of the note
  std::vector<Option> options_;             ///< by source, then cost
  std::vector<std::size_t> first_option_;   ///< per source, into options_
  std::vector<std::size_t> first_by_cell_;  ///< per cell, into options_by_cell()
  Propagation result_;
  std::vector<std::int32_t> cell_of_;  ///< per source: the cell that took it, or kNoCell
};

}  // namespace

Propagation propagate(const FlowField& flow, std::span<const FlowVector> previous_ride,
                      const GridGeometry& geometry) {
  const auto cells = static_cast<std::size_t>(geometry.cells());
  if (flow.backward.size() != cells || flow.trusted.size() != cells ||
      previous_ride.size() != cells) {
    throw Error(ExitCode::unexpected, "propagate: flow and rides do not match the grid");
  }
  return HandOver(flow, previous_ride, geometry).run();
}

}  // namespace mosaic
