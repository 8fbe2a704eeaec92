// What does not change does not move, whatever the flow says.
#pragma once

#include "core/parallel_for.hpp"
#include "flow/flow.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// Note [Nothing moves where nothing changes]
/// A sky that pans by a pixel per frame has a motion, and an estimator finds it. But there is
/// nothing to be seen of it: the picture in the cell is the same as before, and a tile that is
/// handed on from cell to cell there is a change that the film does not have. So cells whose luma
/// changes by less than kStillQuarterLevels on average stand still, unless the motion explains more
/// than half of that change: then it is real, however faint. Where the drift adds up, the tile no
/// longer fits one day, and is replaced once instead of handed on in every cell.
inline constexpr int kStillQuarterLevels = 6;  ///< 1.5 levels

/// Gives such cells a trusted zero vector. Both planes have the grid's output size.
void hold_still(const Plane& previous, const Plane& current, const GridGeometry& geometry,
                ThreadPool& pool, FlowField& flow);

}  // namespace mosaic
