// What changes from one frame of a mosaic to the next, set against what its source does there.
#pragma once

#include <cstdint>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "flow/flow.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

// The change of a pixel is the largest change of its three channels, so that a change of hue at
// equal lightness counts. The change of a cell is the mean change of its pixels.

/// A source pixel that changes by less is static.
inline constexpr int kStaticPixel_levels = 2;
/// A source cell that changes by less is static.
inline constexpr int kStaticCell_levels = 2;
/// A mosaic cell that changes by more was repainted or shows another tile.
inline constexpr int kRepaintedCell_levels = 12;

/// Exact totals of one step between two frames; steps add up.
struct StillPixels {
  std::int64_t pixels = 0;         ///< compared
  std::int64_t static_pixels = 0;  ///< whose source is static
  std::int64_t source_change = 0;  ///< levels, summed over static pixels
  std::int64_t mosaic_change = 0;  ///< the same
  StillPixels& operator+=(const StillPixels& other);
};

struct CellChanges {
  std::int64_t cells = 0;
  std::int64_t static_cells = 0;      ///< whose source is static
  std::int64_t static_repainted = 0;  ///< of these, repainted in the mosaic
  std::int64_t repainted = 0;         ///< whatever the source does
  CellChanges& operator+=(const CellChanges& other);
};

/// Differences along the motion, in 1/256 levels of luma.
struct WarpedPixels {
  std::int64_t pixels = 0;  ///< in trusted cells, and the place they came from is in the picture
  std::int64_t source_change = 0;
  std::int64_t mosaic_change = 0;
  WarpedPixels& operator+=(const WarpedPixels& other);
};

/// A picture and the one before it.
struct Step {
  const RgbImage& before;
  const RgbImage& now;
};

/// Per pixel: the largest change of a channel.
void pixel_changes(const Step& step, Plane& out, ThreadPool& pool, Isa isa = fastest_isa());

/// Both planes of changes have one size.
StillPixels still_pixels(const Plane& source_change, const Plane& mosaic_change, ThreadPool& pool);

/// Cells of `grid` lie at the top left of both planes; what is right of or below them is ignored.
CellChanges cell_changes(const Plane& source_change, const Plane& mosaic_change,
                         const GridGeometry& grid, ThreadPool& pool);

struct LumaStep {
  const Plane& before;
  const Plane& now;
};

/// |now(p) - before(p + v)| over the pixels p of every trusted cell, v being its cell's backward
/// vector; before() is interpolated bilinearly at 1/16 px, exactly.
WarpedPixels warped_changes(const LumaStep& source, const LumaStep& mosaic, const FlowField& flow,
                            const GridGeometry& grid, ThreadPool& pool, Isa isa = fastest_isa());

}  // namespace mosaic::metrics
