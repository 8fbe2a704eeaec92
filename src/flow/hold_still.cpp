#include "flow/hold_still.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/byte_differences.hpp"
#include "flow/floor_div.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

/// Note [Nothing moves ...].
enum class Faintness : std::uint8_t { none, faint, still };

/// `change` is summed over the cell.
Faintness faintness_of(std::int64_t change, FlowVector vector, int size_px) {
  const std::int64_t area = std::int64_t{size_px} * size_px;
  if (change < kStillLevels * area) return Faintness::still;
  if (change >= kFaintLevels * area) return Faintness::none;
  const std::int64_t moved = std::max(std::abs(vector.dx), std::abs(vector.dy));  // 1/16 px
  return change * size_px * kFlowUnit <= kFaintLevelsPerCell * area * moved ? Faintness::faint
                                                                            : Faintness::none;
}

/// The whole pixels nearest to `part` sixteenths, but none that leads out of `0` to `last` from
/// `at`.
int whole_step(std::int32_t part, int at, int last) {
  const int step = floor_div(part + kFlowUnit / 2, kFlowUnit);
  return std::clamp(at + step, 0, last) - at;
}

/// Whether at least 8 of 9 cells around `cell`, itself included, are faint or still.
bool faint_around(const std::vector<Faintness>& faint, const GridGeometry& geometry, int cell) {
  const int column = cell % geometry.columns;
  const int row = cell / geometry.columns;
  int cells = 0;
  int count = 0;
  for (int r = std::max(0, row - 1); r <= std::min(geometry.rows - 1, row + 1); ++r) {
    for (int c = std::max(0, column - 1); c <= std::min(geometry.columns - 1, column + 1); ++c) {
      ++cells;
      if (faint[static_cast<std::size_t>(r * geometry.columns + c)] != Faintness::none) ++count;
    }
  }
  return 9 * count >= 8 * cells;
}

/// One cell of both planes.
BytePair cell_of(const Plane& previous, const Plane& current, const GridGeometry& geometry,
                 std::size_t cell) {
  const int edge = geometry.tile_size_px;
  const int column = static_cast<int>(cell) % geometry.columns;
  const int y = static_cast<int>(cell) / geometry.columns * edge;
  const int x = column * edge;
  return {.a = previous.row(y) + x,
          .b = current.row(y) + x,
          .stride = current.size.width,
          .width = edge,
          .rows = edge,
          .before = x,
          .after = current.size.width - x - edge};
}

/// What is left of the difference when the cell is compared with the place it is said to have come
/// from, or the nearest one within the frame.
std::int64_t difference_along(const Plane& previous, const Plane& current,
                              const GridGeometry& geometry, std::size_t cell, FlowVector vector,
                              Isa isa) {
  BytePair pair = cell_of(previous, current, geometry, cell);
  const int edge = geometry.tile_size_px;
  const Size size = current.size;
  const int y = static_cast<int>(cell) / geometry.columns * edge;
  const int dx = whole_step(vector.dx, pair.before, size.width - edge);
  const int dy = whole_step(vector.dy, y, size.height - edge);
  pair.a = previous.row(y + dy) + pair.before + dx;
  pair.before = std::min(pair.before, pair.before + dx);
  pair.after = std::min(pair.after, pair.after - dx);
  return difference_sum(pair, isa);
}

/// The last two points of Note [Nothing moves ...].
bool stands_in_part(std::int32_t still_share, std::int64_t change, std::int64_t unexplained) {
  const int explained_to = still_share >= kMostlyStill ? kHardlyUnexplained : kUnexplained;
  return still_share >= kPartlyStill && 100 * unexplained > explained_to * change;
}

}  // namespace

CellChanges changes_of_cells(const Plane& previous, const Plane& current,
                             const GridGeometry& geometry, ThreadPool& pool, Isa isa) {
  const Size size = geometry.output_size();
  if (previous.size != size || current.size != size) {
    throw Error(ExitCode::unexpected, "changes_of_cells: planes do not match the grid");
  }
  const int edge = geometry.tile_size_px;
  CellChanges changes;
  changes.still_share.resize(static_cast<std::size_t>(geometry.cells()));
  changes.change.resize(changes.still_share.size());
  pool.parallel_for(changes.change.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t cell = begin; cell < end; ++cell) {
      const ByteChanges found =
          byte_changes(cell_of(previous, current, geometry, cell), kStillPixelLevels, isa);
      changes.still_share[cell] =
          static_cast<std::int32_t>(found.alike * kStillWhole / (std::int64_t{edge} * edge));
      changes.change[cell] = found.sum;
    }
  });
  return changes;
}

void hold_still(const Plane& previous, const Plane& current, const GridGeometry& geometry,
                const CellChanges& changes, ThreadPool& pool, FlowField& flow, Isa isa) {
  const Size size = geometry.output_size();
  const auto cells = static_cast<std::size_t>(geometry.cells());
  if (previous.size != size || current.size != size || flow.backward.size() != cells ||
      flow.trusted.size() != cells || changes.still_share.size() != cells ||
      changes.change.size() != cells) {
    throw Error(ExitCode::unexpected, "hold_still: planes and flow do not match the grid");
  }
  std::vector<Faintness> faint(cells);
  pool.parallel_for(cells, 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t cell = begin; cell < end; ++cell) {
      const std::int64_t change = changes.change[cell];
      const std::int32_t still_share = changes.still_share[cell];
      const FlowVector vector = flow.backward[cell];
      faint[cell] = faintness_of(change, vector, geometry.tile_size_px);
      if (faint[cell] == Faintness::still || still_share < kPartlyStill) continue;
      const std::int64_t unexplained =
          difference_along(previous, current, geometry, cell, vector, isa);
      if (stands_in_part(still_share, change, unexplained)) faint[cell] = Faintness::still;
    }
  });
  for (std::size_t cell = 0; cell < cells; ++cell) {
    if (faint[cell] == Faintness::none) continue;
    if (faint[cell] == Faintness::faint && !faint_around(faint, geometry, static_cast<int>(cell))) {
      continue;
    }
    flow.backward[cell] = {};
    flow.trusted[cell] = 1;
  }
}

}  // namespace mosaic
