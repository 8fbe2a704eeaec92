// What a flow field is worth against the known motion of a clip.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "flow/flow.hpp"
#include "support/motion_clips.hpp"

namespace mosaic::testing {

inline GridGeometry grid_of(Size size, int cell) {
  GridGeometry geometry;
  geometry.tile_size_px = cell;
  geometry.columns = size.width / cell;
  geometry.rows = size.height / cell;
  geometry.crop_px = {0, 0, geometry.columns * cell, geometry.rows * cell};
  return geometry;
}

/// Over the cells whose content was in view in the frame before, well inside.
struct FlowScore {
  int visible = 0;
  int trusted = 0;
  int trusted_wrong = 0;     ///< trusted, and off by more than a quarter of a cell
  double mean_error_px = 0;  ///< end-point error
  double worst_error_px = 0;
};

inline FlowScore score_flow(const MotionClip& clip, int frame, const GridGeometry& geometry,
                            const FlowField& field) {
  FlowScore score;
  const double cell = geometry.tile_size_px;
  for (int row = 0; row < geometry.rows; ++row) {
    for (int column = 0; column < geometry.columns; ++column) {
      const auto i = static_cast<std::size_t>(row * geometry.columns + column);
      const Point at{(column + 0.5) * cell, (row + 0.5) * cell};
      if (!clip.was_visible(frame, at, cell)) continue;
      const Point truth = clip.backward(frame, at);
      const double error =
          std::hypot(field.backward[i].dx / 16.0 - truth.x, field.backward[i].dy / 16.0 - truth.y);
      ++score.visible;
      score.mean_error_px += error;
      score.worst_error_px = std::max(score.worst_error_px, error);
      if (field.trusted[i] == 0) continue;
      ++score.trusted;
      score.trusted_wrong += error > cell / 4 ? 1 : 0;
    }
  }
  score.mean_error_px /= std::max(1, score.visible);
  return score;
}

}  // namespace mosaic::testing
