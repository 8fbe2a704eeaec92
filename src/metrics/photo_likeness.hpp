// How much of a photo is left after something was done to it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// Cells whose source has a mean luma below this are left out: there a look turns the light down on
/// purpose, and nobody can tell a photo from another.
inline constexpr int kDark_levels = 64;
/// Photos whose luma deviates by less than this have no structure to compare.
inline constexpr int kFlat_levels = 3;

/// Sums over the photos that were looked at.
struct Recognition {
  std::int64_t cells = 0;  ///< compared in colour
  double ciede2000 = 0.0;  ///< sum over these of the mean over their sampled pixels
  std::int64_t structured = 0;
  double correlation = 0.0;  ///< sum over `structured`: Pearson's, of luma
  Recognition& operator+=(const Recognition& other);
};

/// A photo and what became of it, squares of `size_px`, planar; `stride`: of `shown`. The photo has
/// no gaps between rows.
struct PhotoPair {
  const u8* shown[3];
  const u8* photo[3];
  std::ptrdiff_t stride;
  int size_px;
};

/// One pair. In colour every `pixel_step`-th pixel in x and y is compared, in structure all are.
Recognition compare(const PhotoPair& pair, int pixel_step);

}  // namespace mosaic::metrics
