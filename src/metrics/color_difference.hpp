// CIELAB and the CIEDE2000 colour difference, in fp64.
#pragma once

#include <array>

#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// CIE 1976 L*a*b*, D65, 2 degree observer.
struct Lab {
  double l = 0.0;
  double a = 0.0;
  double b = 0.0;
};

/// From gamma-encoded 8-bit sRGB (IEC 61966-2-1).
Lab lab_from_srgb(u8 r, u8 g, u8 b);

/// CIEDE2000 with kL = kC = kH = 1.
/// Sharma, Wu, Dalal: "The CIEDE2000 color-difference formula: implementation notes, supplementary
/// test data, and mathematical observations", Color Research & Application 30(1), 2005.
double ciede2000(const Lab& x, const Lab& y);

/// Mean over all pixels of two pictures of one size.
double mean_ciede2000(const RgbImage& x, const RgbImage& y, ThreadPool& pool);

}  // namespace mosaic::metrics
