// What happens where cells meet: Note [Feather] and Note [Seam bands] in backend/seam_math.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.hpp"
#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic::cpu {

/// Fades neighbouring cells into each other across `feather_px` (at least 1, at most half a cell)
/// on either side of their borders, in place.
void feather(const GridGeometry& geometry, int feather_px, Isa isa, ThreadPool& pool, Plane& plane);

/// The first half of it: vertical borders, in rows [first_px, last_px) of pixels.
void feather_rows(const GridGeometry& geometry, int feather_px, int first_px, int last_px,
                  Plane& plane);
/// The second half, when the rows on both sides are done: horizontal borders [first, last), of
/// which border 0 is that between cell rows 0 and 1.
void feather_borders(const GridGeometry& geometry, int feather_px, int first, int last, Isa isa,
                     Plane& plane);

/// Takes fine detail away at the borders of cells; keeps its buffers from picture to picture.
class SeamPyramid {
 public:
  /// `bands` is 1 to kMaxSeamBands.
  void attenuate(const GridGeometry& geometry, int bands, Isa isa, ThreadPool& pool, Plane& plane);

 private:
  struct Level {
    Size size;
    std::vector<std::int32_t> value;    ///< G_k, 1/64 levels
    std::vector<std::int32_t> removed;  ///< R_k, 1/64 levels
  };
  static void reduce(const Level& fine, Isa isa, ThreadPool& pool, Level& coarse);
  static void collect(const GridGeometry& geometry, int band, int bands, Isa isa, ThreadPool& pool,
                      const Level& coarse, Level& fine);

  std::vector<Level> levels_;
};

}  // namespace mosaic::cpu
