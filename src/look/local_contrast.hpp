// Contrast-limited adaptive histogram equalisation of a still.
#pragma once

#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// CLAHE (Zuiderveld, Graphics Gems IV, 1994) on luma (54 R + 183 G + 19 B) / 256; the change of
/// luma is added to all three channels. The picture is divided into grid x grid regions (fewer
/// where it has not the pixels); no bin of a region's histogram counts for more than `clip` times
/// the mean bin, the excess being spread over all bins; between the centres of regions the four
/// nearest curves are mixed. Integers throughout. `clip` <= 0 changes nothing.
///
/// For stills alone: the curves depend on the picture, so a video would breathe.
void equalise_locally(double clip, int grid, ThreadPool& pool, RgbImage& image);

}  // namespace mosaic
