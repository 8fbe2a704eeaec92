#include "metrics/steadiness.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/simd_dispatch.hpp"
#include "metrics/row_sums.hpp"

namespace mosaic::metrics {
namespace {

MOSAIC_ALWAYS_INLINE int distance(int a, int b) { return a < b ? b - a : a - b; }

struct RowPair {
  const u8* before[3];
  const u8* now[3];
};

MOSAIC_ALWAYS_INLINE void pixel_changes_body(RowPair rows, int width, u8* out) {
  for (int i = 0; i < width; ++i) {
    const int r = distance(rows.before[0][i], rows.now[0][i]);
    const int g = distance(rows.before[1][i], rows.now[1][i]);
    const int b = distance(rows.before[2][i], rows.now[2][i]);
    out[i] = static_cast<u8>(std::max(r, std::max(g, b)));
  }
}

/// Sum of one row's changes per cell, added to `sums`.
void add_cells(const u8* changes, const GridGeometry& grid, std::vector<std::int64_t>& sums) {
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const u8* begin = changes + c * static_cast<std::size_t>(grid.tile_size_px);
    std::uint32_t sum = 0;
    for (int i = 0; i < grid.tile_size_px; ++i) sum += begin[i];
    sums[c] += sum;
  }
}

CellChanges count_row_of_cells(const Plane& source_change, const Plane& mosaic_change,
                               const GridGeometry& grid, int cell_row) {
  std::vector<std::int64_t> source(static_cast<std::size_t>(grid.columns));
  std::vector<std::int64_t> mosaic(source.size());
  const int top = cell_row * grid.tile_size_px;
  for (int y = top; y < top + grid.tile_size_px; ++y) {
    add_cells(source_change.row(y), grid, source);
    add_cells(mosaic_change.row(y), grid, mosaic);
  }
  const std::int64_t area = std::int64_t{grid.tile_size_px} * grid.tile_size_px;
  CellChanges row;
  for (std::size_t c = 0; c < source.size(); ++c) {
    const bool is_static = source[c] < kStaticCell_levels * area;
    const bool is_repainted = mosaic[c] > kRepaintedCell_levels * area;
    ++row.cells;
    row.static_cells += is_static ? 1 : 0;
    row.static_repainted += is_static && is_repainted ? 1 : 0;
    row.repainted += is_repainted ? 1 : 0;
  }
  return row;
}

constexpr int kFlowUnitBits = 4;
static_assert(kFlowUnit == 1 << kFlowUnitBits);

/// Weights of the four neighbours of a sample at 1/16 px; they add up to 256.
struct Bilinear {
  int upper_left, upper_right, lower_left, lower_right;
};

MOSAIC_ALWAYS_INLINE void warped_row_body(const u8* now, const u8* upper, const u8* lower,
                                          Bilinear w, int step_right, int count,
                                          std::int64_t* total) {
  std::uint32_t sum = 0;
  for (int i = 0; i < count; ++i) {
    const int there = w.upper_left * upper[i] + w.upper_right * upper[i + step_right] +
                      w.lower_left * lower[i] + w.lower_right * lower[i + step_right];
    sum += static_cast<std::uint32_t>(distance(now[i] * 256, there));
  }
  *total += sum;
}

/// The part [begin, end) of a cell's extent whose samples at +whole (and +whole+1 when there is a
/// fraction) lie in [0, size).
struct Span {
  int begin = 0;
  int end = 0;
};

Span inside(int begin, int length, int whole, bool fraction, int size) {
  return {std::max(begin, -whole), std::min(begin + length, size - whole - (fraction ? 1 : 0))};
}

struct Shift {
  int whole = 0;
  int sixteenths = 0;
  explicit Shift(std::int32_t v) : whole(v >> kFlowUnitBits), sixteenths(v & (kFlowUnit - 1)) {}
};

WarpedPixels warp_cell(const LumaStep& source, const LumaStep& mosaic, FlowVector vector, int left,
                       int top, int edge, Isa isa) {
  const Shift dx(vector.dx);
  const Shift dy(vector.dy);
  const Size size = mosaic.now.size;
  const Span across = inside(left, edge, dx.whole, dx.sixteenths != 0, size.width);
  const Span down = inside(top, edge, dy.whole, dy.sixteenths != 0, size.height);
  WarpedPixels result;
  if (across.begin >= across.end || down.begin >= down.end) return result;
  const int fx = dx.sixteenths;
  const int fy = dy.sixteenths;
  const Bilinear weights{(kFlowUnit - fx) * (kFlowUnit - fy), fx * (kFlowUnit - fy),
                         (kFlowUnit - fx) * fy, fx * fy};
  const int count = across.end - across.begin;
  const int step_right = fx != 0 ? 1 : 0;
  const int step_down = fy != 0 ? 1 : 0;
  const auto add_row = [&](const LumaStep& step, int y, std::int64_t& total) {
    const int from = across.begin + dx.whole;
    dispatch<warped_row_body>(
        isa, step.now.row(y) + across.begin, step.before.row(y + dy.whole) + from,
        step.before.row(y + dy.whole + step_down) + from, weights, step_right, count, &total);
  };
  for (int y = down.begin; y < down.end; ++y) {
    add_row(source, y, result.source_change);
    add_row(mosaic, y, result.mosaic_change);
  }
  result.pixels = std::int64_t{count} * (down.end - down.begin);
  return result;
}

}  // namespace

StillPixels& StillPixels::operator+=(const StillPixels& other) {
  pixels += other.pixels;
  static_pixels += other.static_pixels;
  source_change += other.source_change;
  mosaic_change += other.mosaic_change;
  return *this;
}

CellChanges& CellChanges::operator+=(const CellChanges& other) {
  cells += other.cells;
  static_cells += other.static_cells;
  static_repainted += other.static_repainted;
  repainted += other.repainted;
  return *this;
}

WarpedPixels& WarpedPixels::operator+=(const WarpedPixels& other) {
  pixels += other.pixels;
  source_change += other.source_change;
  mosaic_change += other.mosaic_change;
  return *this;
}

void pixel_changes(const Step& step, Plane& out, ThreadPool& pool, Isa isa) {
  const Size size = step.now.size();
  if (out.size != size) out = Plane(size);
  pool.parallel_for(
      static_cast<std::size_t>(size.height), 16, [&](std::size_t begin, std::size_t end) {
        for (int y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
          const RowPair rows{{step.before.r.row(y), step.before.g.row(y), step.before.b.row(y)},
                             {step.now.r.row(y), step.now.g.row(y), step.now.b.row(y)}};
          dispatch<pixel_changes_body>(isa, rows, size.width, out.row(y));
        }
      });
}

StillPixels still_pixels(const Plane& source_change, const Plane& mosaic_change, ThreadPool& pool) {
  const Size size = source_change.size;
  return sum_over_rows<StillPixels>(pool, size.height, [&](int y) {
    const u8* source = source_change.row(y);
    const u8* mosaic = mosaic_change.row(y);
    // A row has fewer than 2^24 pixels of at most 255 levels.
    std::uint32_t pixels = 0;
    std::uint32_t source_sum = 0;
    std::uint32_t mosaic_sum = 0;
    for (int i = 0; i < size.width; ++i) {
      const std::uint32_t is_static = source[i] < kStaticPixel_levels ? 1 : 0;
      pixels += is_static;
      source_sum += is_static * source[i];
      mosaic_sum += is_static * mosaic[i];
    }
    return StillPixels{size.width, pixels, source_sum, mosaic_sum};
  });
}

CellChanges cell_changes(const Plane& source_change, const Plane& mosaic_change,
                         const GridGeometry& grid, ThreadPool& pool) {
  return sum_over_rows<CellChanges>(pool, grid.rows, [&](int row) {
    return count_row_of_cells(source_change, mosaic_change, grid, row);
  });
}

WarpedPixels warped_changes(const LumaStep& source, const LumaStep& mosaic, const FlowField& flow,
                            const GridGeometry& grid, ThreadPool& pool, Isa isa) {
  return sum_over_rows<WarpedPixels>(pool, grid.rows, [&](int row) {
    WarpedPixels sum;
    for (int column = 0; column < grid.columns; ++column) {
      const auto cell = static_cast<std::size_t>(row * grid.columns + column);
      if (flow.trusted[cell] == 0) continue;
      sum += warp_cell(source, mosaic, flow.backward[cell], column * grid.tile_size_px,
                       row * grid.tile_size_px, grid.tile_size_px, isa);
    }
    return sum;
  });
}

}  // namespace mosaic::metrics
