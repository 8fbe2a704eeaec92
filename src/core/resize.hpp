// Integer resampling, bit-identical everywhere.
#pragma once

#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// Resamples `crop` of `source` to `out_size`. Per axis: exact area average when shrinking
/// (every source pixel weighs its overlap with the target pixel; integer weights, one rounding per
/// axis pair), linear interpolation with centre alignment when enlarging.
Plane resize(const Plane& source, Rect crop, Size out_size, ThreadPool& pool);
RgbImage resize(const RgbImage& source, Rect crop, Size out_size, ThreadPool& pool);

}  // namespace mosaic
