#include "flow/propagate.hpp"

#include <algorithm>
#include <cstdlib>

#include "mosaic/error.hpp"

namespace mosaic {

namespace {

/// A tile that may go to a cell.
struct Pair {
  std::int64_t cost = 0;  ///< squared distance, less the bonus for keeping the place
  std::int32_t cell = 0;
  std::int32_t source = 0;
  FlowVector ride;
  friend bool operator<(const Pair& a, const Pair& b) {
    if (a.cost != b.cost) return a.cost < b.cost;
    if (a.cell != b.cell) return a.cell < b.cell;
    return a.source < b.source;
  }
};

int floor_div(int a, int b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

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
        margin_(std::min(std::max(cell_ / 8, 24), cell_ / 4)),
        result_{std::vector<std::int32_t>(rides.size(), kNoCell),
                std::vector<FlowVector>(rides.size())},
        cell_of_(rides.size(), kNoCell) {}

  Propagation run() {
    list_pairs();
    std::vector<Pair> ordered = pairs_;
    std::sort(ordered.begin(), ordered.end());
    for (const Pair& pair : ordered) {
      if (source_of(pair.cell) == kNoCell && cell_of(pair.source) == kNoCell) put(pair);
    }
    pull_into_gaps();
    ride_with_neighbours();
    return std::move(result_);
  }

 private:
  std::int32_t& source_of(std::int32_t cell) {
    return result_.source_cell[static_cast<std::size_t>(cell)];
  }
  std::int32_t& cell_of(std::int32_t source) { return cell_of_[static_cast<std::size_t>(source)]; }

  void put(const Pair& pair) {
    source_of(pair.cell) = pair.source;
    cell_of(pair.source) = pair.cell;
    result_.ride[static_cast<std::size_t>(pair.cell)] = pair.ride;
  }

  void list_pairs() {
    first_pair_.reserve(rides_.size() + 1);
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        first_pair_.push_back(pairs_.size());
        const auto cell = static_cast<std::size_t>(row * columns_ + column);
        if (flow_.trusted[cell] != 0) list_sources(column, row, flow_.backward[cell]);
      }
    }
    first_pair_.push_back(pairs_.size());
  }

  void list_sources(int column, int row, FlowVector backward) {
    // The content lay in this cell; a tile at most 3/4 of a cell off its content is next to it.
    const int from_column = floor_div(column * cell_ + cell_ / 2 + backward.dx, cell_);
    const int from_row = floor_div(row * cell_ + cell_ / 2 + backward.dy, cell_);
    for (int r = std::max(0, from_row - 1); r <= std::min(rows_ - 1, from_row + 1); ++r) {
      for (int c = std::max(0, from_column - 1); c <= std::min(columns_ - 1, from_column + 1);
           ++c) {
        const std::int32_t source = r * columns_ + c;
        const FlowVector old = rides_[static_cast<std::size_t>(source)];
        const FlowVector ride{(c - column) * cell_ + old.dx - backward.dx,
                              (r - row) * cell_ + old.dy - backward.dy};
        if (!reaches(ride.dx, c == column) || !reaches(ride.dy, r == row)) continue;
        const std::int64_t bonus = std::int64_t{2} * cell_ * margin_;
        const std::int64_t kept = (c == column ? bonus : 0) + (r == row ? bonus : 0);
        pairs_.push_back(Pair{squared_length(ride) - kept, row * columns_ + column, source, ride});
      }
    }
  }

  [[nodiscard]] bool reaches(int ride, bool keeps_place) const {
    return std::abs(ride) <= cell_ / 2 + (keeps_place ? 2 * margin_ : 0);
  }

  void pull_into_gaps() {
    std::vector<std::int32_t> gaps;
    for (std::int32_t cell = static_cast<std::int32_t>(rides_.size()) - 1; cell >= 0; --cell) {
      if (source_of(cell) == kNoCell) gaps.push_back(cell);
    }
    // Each pull brings a tile nearer to its content, so this ends.
    while (!gaps.empty()) {
      const std::int32_t gap = gaps.back();
      gaps.pop_back();
      const Pair* best = nullptr;
      std::int64_t least = 0;
      for (std::size_t i = first_pair_[static_cast<std::size_t>(gap)];
           i < first_pair_[static_cast<std::size_t>(gap) + 1]; ++i) {
        const Pair& pair = pairs_[i];
        const std::int32_t holder = cell_of(pair.source);
        const std::int64_t distance = squared_length(pair.ride);
        if (holder != kNoCell &&
            distance >= squared_length(result_.ride[static_cast<std::size_t>(holder)])) {
          continue;
        }
        if (best == nullptr || distance < least) {
          best = &pair;
          least = distance;
        }
      }
      if (best == nullptr) continue;
      const std::int32_t holder = cell_of(best->source);
      if (holder != kNoCell) {
        source_of(holder) = kNoCell;
        gaps.push_back(holder);
      }
      put(*best);
    }
  }

  /// Gives cells without a source the mean ride of the neighbours that move as they do.
  void ride_with_neighbours() {
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        const auto cell = static_cast<std::size_t>(row * columns_ + column);
        if (result_.source_cell[cell] == kNoCell) {
          result_.ride[cell] = mean_ride_around(column, row, flow_.trusted[cell] != 0);
        }
      }
    }
  }

  [[nodiscard]] FlowVector mean_ride_around(int column, int row, bool trusted) const {
    const FlowVector own = flow_.backward[static_cast<std::size_t>(row * columns_ + column)];
    FlowVector sum, low, high;
    int count = 0;
    for (int r = std::max(0, row - 1); r <= std::min(rows_ - 1, row + 1); ++r) {
      for (int c = std::max(0, column - 1); c <= std::min(columns_ - 1, column + 1); ++c) {
        const auto i = static_cast<std::size_t>(r * columns_ + c);
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
  int cell_;    ///< flow units
  int margin_;  ///< h of the note
  std::vector<Pair> pairs_;
  std::vector<std::size_t> first_pair_;  ///< per cell, into pairs_
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
