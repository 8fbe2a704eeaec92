// A frame as block matching sees it: smaller and smaller copies, and the finest one's gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/parallel_for.hpp"
#include "flow/block_kernels.hpp"
#include "flow/block_layout.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// An 8-bit plane with its edge samples repeated `pad` pixels outward on all sides.
struct PaddedPlane {
  Size size;
  int pad = 0;
  std::ptrdiff_t stride = 0;
  std::vector<u8> samples;  ///< stride x (size.height + 2 pad)

  [[nodiscard]] std::ptrdiff_t offset(int x, int y) const { return (y + pad) * stride + x + pad; }
  [[nodiscard]] const u8* at(int x, int y) const { return samples.data() + offset(x, y); }
};

struct FlowPyramid {
  std::vector<PaddedPlane> levels;  ///< 0: the working plane
  /// Layers of level 0, same stride and offsets; zero within kDetailMargin of the padded edge.
  std::vector<std::int16_t> smooth, gx, gy;
  std::int64_t luma_sum = 0;  ///< over the working plane

  [[nodiscard]] DetailPointers detail(int x, int y) const {
    const std::ptrdiff_t at = levels[0].offset(x, y);
    return {smooth.data() + at, gx.data() + at, gy.data() + at};
  }
};

/// One sample for the low-pass, two for the derivative.
inline constexpr int kDetailMargin = 3;

/// How far a window's edge may lie outside the picture at level 0 and above.
int window_overhang(const BlockLayout& layout, int level);

/// Rebuilds `out` for `canvas`, reusing its memory.
void build_pyramid(const Plane& canvas, const BlockLayout& layout, const BlockKernels& kernels,
                   ThreadPool& pool, FlowPyramid& out);

}  // namespace mosaic
