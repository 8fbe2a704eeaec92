// Integer colour conversion. Bit-identical everywhere: no table from libm, no floating point.
#pragma once

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

// `isa` changes the speed, never a bit.

/// 4:2:0 to RGB, chroma replicated, for the given rectangle (any parity).
/// Fixed point: Kr, Kb of ITU-R BT.601/709/2020, 16 fraction bits, round half up, clamped.
void yuv_to_rgb(const YuvImage& source, Rect crop, RgbImage& out, ThreadPool& pool,
                Isa isa = fastest_isa());

/// RGB to 4:2:0; chroma from the rounded mean of each 2x2 block. `out` carries size, matrix, range.
/// Inverse of yuv_to_rgb to within one level on grey.
void rgb_to_yuv(const RgbImage& source, YuvImage& out, ThreadPool& pool, Isa isa = fastest_isa());

/// The same for chroma rows [first, last) and the luma rows they cover, in the calling thread.
/// `out` has the size of `source`.
void rgb_to_yuv_rows(const RgbImage& source, int first, int last, YuvImage& out,
                     Isa isa = fastest_isa());

/// Full-range luma of sRGB: (54*r + 183*g + 19*b + 128) >> 8 (BT.709 weights in 1/256).
Plane luma_of(const RgbImage& source, ThreadPool& pool);

/// The same into a plane whose memory is reused.
void luma_of(const RgbImage& source, Plane& out, ThreadPool& pool, Isa isa = fastest_isa());

}  // namespace mosaic
