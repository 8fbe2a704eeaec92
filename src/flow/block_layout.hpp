// Where the blocks lie whose motion is measured: one per cell, or one per few very small cells.
#pragma once

#include <cstddef>
#include <vector>

#include "mosaic/geometry.hpp"

namespace mosaic {

/// Motion is measured on a working plane that is the canvas halved `halvings` times.
struct BlockLayout {
  int cell_px = 0;   ///< edge of a cell on the canvas
  int halvings = 0;  ///< canvas pixels per working pixel: 1 << halvings
  Size working;      ///< size of the working plane
  int group = 1;     ///< cells per block along each axis: tiny cells share a block
  int columns = 0;   ///< blocks, not cells
  int rows = 0;
  int window = 16;            ///< edge of the matching window, a multiple of 16 working pixels
  int levels = 1;             ///< of the pyramid, the working plane included
  int coarsest_radius = 0;    ///< full search at the coarsest level, in its pixels
  std::vector<int> window_x;  ///< per block column: left edge of the window, may be negative
  std::vector<int> window_y;  ///< per block row: top edge

  [[nodiscard]] int blocks() const { return columns * rows; }
  /// Of a block, in arrays of blocks.
  [[nodiscard]] std::size_t index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(column);
  }
  /// Flow units (1/16 canvas pixel) per working pixel.
  [[nodiscard]] int units_per_px() const { return 16 << halvings; }
};

BlockLayout plan_blocks(const GridGeometry& geometry);

}  // namespace mosaic
