#include "flow/block_flow.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "mosaic/error.hpp"

namespace mosaic {

namespace {

/// Change of mean luma, source to target, that the search makes up for; small changes are left
/// alone, since they are as often due to things coming and going.
int brightness_change(const BlockLayout& layout, const FlowPyramid& from, const FlowPyramid& to) {
  const auto area = static_cast<std::int64_t>(layout.working.area());
  const std::int64_t twice = 2 * (to.luma_sum - from.luma_sum);
  const auto levels =
      static_cast<int>(twice >= 0 ? (twice + area) / (2 * area) : -((-twice + area) / (2 * area)));
  return std::abs(levels) < 2 ? 0 : levels;
}

}  // namespace

BlockFlow::BlockFlow(const GridGeometry& geometry, Isa isa, ThreadPool& pool)
    : geometry_(geometry),
      layout_(plan_blocks(geometry)),
      kernels_(block_kernels(isa)),
      pool_(pool) {}

FlowField BlockFlow::estimate(const Plane& previous, const Plane& current) {
  if (previous.size != geometry_.output_size() || current.size != previous.size) {
    throw Error(ExitCode::unexpected, "block flow: a frame does not have the canvas size");
  }
  if (last_canvas_.pixels == previous.pixels) {
    std::swap(previous_, current_);
  } else {
    build_pyramid(previous, layout_, kernels_, pool_, previous_);
  }
  build_pyramid(current, layout_, kernels_, pool_, current_);
  last_canvas_ = current;

  brightness_ = brightness_change(layout_, current_, previous_);
  backward_steps_ = search_blocks(backward(), pool_);
  forward_steps_ = search_blocks(forward(), pool_);
  return reconsider({});
}

FlowField BlockFlow::reconsider(const FlowHints& hints) const {
  const std::vector<FlowVector> back_hints = per_block(hints.backward);
  const std::vector<FlowVector> forth_hints = per_block(hints.forward);
  return to_cells(decide_motion(backward(), backward_steps_, pool_, back_hints),
                  decide_motion(forward(), forward_steps_, pool_, forth_hints), forth_hints);
}

int BlockFlow::lost_cells(const FlowField& field) const {
  int lost = 0;
  std::size_t cell = 0;
  for (int row = 0; row < geometry_.rows; ++row) {
    for (int column = 0; column < geometry_.columns; ++column, ++cell) {
      if (field.trusted[cell] == 0 && inside(column, row, field.backward[cell])) ++lost;
    }
  }
  return lost;
}

SearchPair BlockFlow::backward() const {
  return {layout_, kernels_, current_, previous_, brightness_};
}

SearchPair BlockFlow::forward() const {
  return {layout_, kernels_, previous_, current_, -brightness_};
}

/// A block of several tiny cells takes the hint of its middle cell.
std::vector<FlowVector> BlockFlow::per_block(const std::vector<FlowVector>& cells) const {
  std::vector<FlowVector> blocks;
  if (cells.empty()) return blocks;
  for (int row = 0; row < layout_.rows; ++row) {
    for (int column = 0; column < layout_.columns; ++column) {
      const int cell_column =
          std::min(column * layout_.group + layout_.group / 2, geometry_.columns - 1);
      const int cell_row = std::min(row * layout_.group + layout_.group / 2, geometry_.rows - 1);
      const int cell = cell_row * geometry_.columns + cell_column;
      blocks.push_back(cells[static_cast<std::size_t>(cell)]);
    }
  }
  return blocks;
}

bool BlockFlow::inside(int cell_column, int cell_row, FlowVector there) const {
  const int cell = geometry_.tile_size_px * kFlowUnit;
  const int x = cell_column * cell + cell / 2 + there.dx;
  const int y = cell_row * cell + cell / 2 + there.dy;
  return x >= 0 && y >= 0 && x < geometry_.columns * cell && y < geometry_.rows * cell;
}

/// The forward motion of one of the four blocks nearest to where the content came from, or what is
/// hinted of it, must lead back, to within an eighth of a cell or one pixel plus an eighth of the
/// way.
bool BlockFlow::returns_home(int column, int row, FlowVector there, const BlockMotion& forward,
                             std::span<const FlowVector> hints) const {
  const int block = layout_.group * geometry_.tile_size_px * kFlowUnit;
  const int tolerance = std::max(kFlowUnit, geometry_.tile_size_px * kFlowUnit / 8) +
                        std::max(std::abs(there.dx), std::abs(there.dy)) / 8;
  const auto leads_back = [&](FlowVector back) {
    return std::abs(back.dx + there.dx) <= tolerance && std::abs(back.dy + there.dy) <= tolerance;
  };
  const auto before = [block](int index, int shift) {
    const int at = index * block + shift;
    return at >= 0 ? at / block : -((block - 1 - at) / block);
  };
  const int first_column = before(column, there.dx);
  const int first_row = before(row, there.dy);
  for (int r = first_row; r <= first_row + 1; ++r) {
    for (int c = first_column; c <= first_column + 1; ++c) {
      if (c < 0 || r < 0 || c >= layout_.columns || r >= layout_.rows) continue;
      const std::size_t i = layout_.index(c, r);
      if (leads_back(forward.vector[i]) || (!hints.empty() && leads_back(hints[i]))) return true;
    }
  }
  return false;
}

FlowField BlockFlow::to_cells(const BlockMotion& backward, const BlockMotion& forward,
                              std::span<const FlowVector> forward_hints) const {
  FlowField field;
  field.backward.reserve(static_cast<std::size_t>(geometry_.cells()));
  field.trusted.reserve(static_cast<std::size_t>(geometry_.cells()));
  for (int row = 0; row < geometry_.rows; ++row) {
    for (int column = 0; column < geometry_.columns; ++column) {
      const int block_column = column / layout_.group;
      const int block_row = row / layout_.group;
      const std::size_t block = layout_.index(block_column, block_row);
      const FlowVector there = backward.vector[block];
      const bool trusted = backward.looks_alike[block] != 0 && inside(column, row, there) &&
                           returns_home(block_column, block_row, there, forward, forward_hints);
      field.backward.push_back(there);
      field.trusted.push_back(trusted ? 1 : 0);
    }
  }
  return field;
}

}  // namespace mosaic
