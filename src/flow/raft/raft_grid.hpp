// The size at which RAFT sees a frame, and how its vectors become one per cell.
#pragma once

#include <span>
#include <vector>

#include "mosaic/geometry.hpp"

namespace mosaic {

/// RAFT gives one vector per 8x8 px of the frame it sees.
inline constexpr int kRaftStride = 8;
/// Its correlation pyramid halves the grid three times, so that a side needs 16 vectors.
inline constexpr int kRaftLeastSide = 16;
/// It compares all places with all places: memory and time grow with the square of the grid.
/// 8,192 is 1080p in cells of 16 px, and 1.5 GB in fp64.
inline constexpr int kRaftMostVectors = 8192;

/// Grid of RAFT's vectors. Where it can, a whole number of vectors per cell (mostly one), so that
/// every vector belongs to one cell; else fewer vectors than cells.
class RaftGrid {
 public:
  explicit RaftGrid(const GridGeometry& geometry);

  [[nodiscard]] Size vectors() const { return vectors_; }
  [[nodiscard]] Size frame() const {
    return {vectors_.width * kRaftStride, vectors_.height * kRaftStride};
  }

  /// `field`: one component of RAFT's flow in pixels of frame(), vectors() row-major. Returns it
  /// in output pixels, one per cell: the mean over the cell, or between vectors by distance where
  /// there are fewer than cells. `frame_px` over `output_px` is the scale along this component.
  [[nodiscard]] std::vector<double> per_cell(std::span<const double> field, int frame_px,
                                             int output_px) const;

 private:
  [[nodiscard]] double mean_at(std::span<const double> field, int column, int row) const;
  [[nodiscard]] double between_at(std::span<const double> field, int column, int row) const;

  Size cells_;
  Size vectors_;
  bool whole_ = true;  ///< vectors_ is a multiple of cells_
};

}  // namespace mosaic
