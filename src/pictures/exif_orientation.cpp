#include "pictures/exif_orientation.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mosaic {

Size upright_size(int orientation, Size stored) {
  return orientation >= 5 ? Size{stored.height, stored.width} : stored;
}

PixelPosition stored_from_upright(int orientation, Size stored, PixelPosition upright) {
  const int right = stored.width - 1;
  const int bottom = stored.height - 1;
  switch (orientation) {
    case 2:
      return {right - upright.x, upright.y};
    case 3:
      return {right - upright.x, bottom - upright.y};
    case 4:
      return {upright.x, bottom - upright.y};
    case 5:
      return {upright.y, upright.x};
    case 6:  // shown turned by 90 degrees clockwise: the top row is the stored left column
      return {upright.y, bottom - upright.x};
    case 7:
      return {right - upright.y, bottom - upright.x};
    case 8:
      return {right - upright.y, upright.x};
    default:
      return upright;
  }
}

Rect stored_rect(int orientation, Size stored, const Rect& upright) {
  const PixelPosition a = stored_from_upright(orientation, stored, {upright.x, upright.y});
  const PixelPosition b = stored_from_upright(
      orientation, stored, {upright.x + upright.width - 1, upright.y + upright.height - 1});
  return Rect{std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x) + 1,
              std::abs(a.y - b.y) + 1};
}

Plane make_upright(int orientation, Plane stored) {
  if (orientation <= 1) return stored;
  Plane out(upright_size(orientation, stored.size));
  for (int y = 0; y < out.size.height; ++y) {
    u8* row = out.row(y);
    for (int x = 0; x < out.size.width; ++x) {
      const PixelPosition from = stored_from_upright(orientation, stored.size, {x, y});
      row[x] = stored.row(from.y)[from.x];
    }
  }
  return out;
}

Rect centre_square(Size size) {
  const int side = std::min(size.width, size.height);
  return Rect{(size.width - side) / 2, (size.height - side) / 2, side, side};
}

}  // namespace mosaic
