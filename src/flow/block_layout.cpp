#include "flow/block_layout.hpp"

#include <algorithm>

namespace mosaic {

namespace {

/// Windows are centred on the cells they speak for.
std::vector<int> window_edges(int blocks, int cells, const BlockLayout& layout) {
  std::vector<int> edges(static_cast<std::size_t>(blocks));
  for (int block = 0; block < blocks; ++block) {
    const int first = block * layout.group;
    const int last = std::min(cells, first + layout.group);
    const int twice_centre = (first + last) * layout.cell_px;
    edges[static_cast<std::size_t>(block)] =
        (twice_centre >> (layout.halvings + 1)) - layout.window / 2;
  }
  return edges;
}

}  // namespace

BlockLayout plan_blocks(const GridGeometry& geometry) {
  BlockLayout layout;
  layout.cell_px = geometry.tile_size_px;
  const int cell = layout.cell_px;
  // Cells up to 16 px are measured at full resolution, larger ones at a half or a quarter: a window
  // of 16 x 16 samples settles a vector to about a tenth of a sample, which is far below a cell.
  layout.halvings = cell <= 16 ? 0 : cell < 64 ? 1 : 2;
  layout.working = geometry.output_size();
  for (int i = 0; i < layout.halvings; ++i) {
    layout.working = {std::max(1, layout.working.width / 2),
                      std::max(1, layout.working.height / 2)};
  }
  layout.group = (8 + cell - 1) / cell;  // a block is at least 8 canvas pixels wide
  layout.columns = (geometry.columns + layout.group - 1) / layout.group;
  layout.rows = (geometry.rows + layout.group - 1) / layout.group;

  const int working_cell = cell >> layout.halvings;
  layout.window = 16 * std::clamp((working_cell + 8) / 16, 1, 4);
  const int short_side = std::min(layout.working.width, layout.working.height);
  while (layout.levels < 4 && (short_side >> layout.levels) >= 32) ++layout.levels;
  const int reach = std::max(64, 2 * working_cell);  // working pixels; 1.5 cells are promised
  layout.coarsest_radius = std::max(4, reach >> (layout.levels - 1));

  layout.window_x = window_edges(layout.columns, geometry.columns, layout);
  layout.window_y = window_edges(layout.rows, geometry.rows, layout);
  return layout;
}

}  // namespace mosaic
