// EXIF orientation as a pure mapping of coordinates.
#pragma once

#include "mosaic/image.hpp"

namespace mosaic {

/// Size of the upright picture whose stored size is `stored`; orientations 5-8 swap the sides.
Size upright_size(int orientation, Size stored);

struct PixelPosition {
  int x = 0;
  int y = 0;
};

/// Stored pixel that is shown at `upright` (CIPA DC-008, tag 0x0112). `stored` is the stored size.
PixelPosition stored_from_upright(int orientation, Size stored, PixelPosition upright);

/// The stored rectangle that an upright rectangle shows.
Rect stored_rect(int orientation, Size stored, const Rect& upright);

/// Turns a stored plane upright.
Plane make_upright(int orientation, Plane stored);

/// Largest centred square; where the rest is odd, the extra pixel is at the right or bottom.
Rect centre_square(Size size);

}  // namespace mosaic
