// The inner loops of block matching. Integers only: every instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/isa.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// Sums over a window, for the linear model of the residual e under a small further shift.
/// e is in quarter levels, gradients in twelfths of a level per pixel.
struct WindowSums {
  std::int64_t pixels = 0;
  std::int64_t gx = 0, gy = 0, e = 0;
  std::int64_t gxgx = 0, gxgy = 0, gygy = 0;
  std::int64_t gxe = 0, gye = 0, ee = 0;
};

/// The three layers of a frame that WindowSums reads; all with the stride of the working plane.
struct DetailPointers {
  const std::int16_t* smooth = nullptr;  ///< quarter levels, low-passed
  const std::int16_t* gx = nullptr;      ///< sixths of a level per pixel
  const std::int16_t* gy = nullptr;
};

struct BlockKernels {
  /// Sum of absolute differences of the first `rows` rows, a multiple of 4, of a packed window
  /// (stride `edge`) and a window of a plane.
  std::uint32_t (*sad)(const u8* packed, const u8* plane, std::ptrdiff_t stride, int edge,
                       int rows);
  /// e = target - source, gradient = mean of both, over edge x edge pixels.
  void (*sums)(DetailPointers source, DetailPointers target, std::ptrdiff_t stride, int edge,
               WindowSums& out);
  /// One row of the low-pass [1 2 1] x [1 2 1] at quarter levels; rows above, at and below.
  void (*smooth_row)(const u8* above, const u8* here, const u8* below, int count,
                     std::int16_t* out);
  /// One row of both five-point derivatives of the low-passed plane.
  void (*gradient_row)(const std::int16_t* smooth, std::ptrdiff_t stride, int count,
                       std::int16_t* gx, std::int16_t* gy);
  /// One row of the 2 x 2 rounded mean.
  void (*halve_row)(const u8* upper, const u8* lower, int count, u8* out);
};

const BlockKernels& block_kernels(Isa isa);

}  // namespace mosaic
