#include "video/decode/orientation.hpp"

#include <cstdlib>

namespace mosaic {

Orientation orientation_of(const std::array<std::int32_t, 9>& matrix) {
  const std::int64_t a = matrix[0];
  const std::int64_t b = matrix[1];
  const std::int64_t c = matrix[3];
  const std::int64_t d = matrix[4];
  Orientation result;
  const std::int64_t straight = std::abs(a) + std::abs(d);
  const std::int64_t crossed = std::abs(b) + std::abs(c);
  if (straight == 0 && crossed == 0) return result;  // no matrix at all
  result.exact = straight == 0 || crossed == 0;
  result.transpose = crossed > straight;
  // Straight: x = a*u, y = d*v. Crossed: x = c*v, y = b*u.
  result.flip_x = (result.transpose ? c : a) < 0;
  result.flip_y = (result.transpose ? b : d) < 0;
  return result;
}

Plane orient(const Plane& stored, const Orientation& orientation) {
  if (orientation.upright()) return stored;
  Plane out(orientation.shown(stored.size));
  const auto width = static_cast<std::ptrdiff_t>(stored.size.width);
  for (int y = 0; y < out.size.height; ++y) {
    const int from_y = orientation.flip_y ? out.size.height - 1 - y : y;
    const int first_x = orientation.flip_x ? out.size.width - 1 : 0;
    const std::ptrdiff_t along = orientation.transpose ? width : 1;
    const std::ptrdiff_t step = orientation.flip_x ? -along : along;
    std::ptrdiff_t at = orientation.transpose ? from_y + first_x * width : from_y * width + first_x;
    u8* row = out.row(y);
    for (int x = 0; x < out.size.width; ++x, at += step) {
      row[x] = stored.pixels[static_cast<std::size_t>(at)];
    }
  }
  return out;
}

RgbImage orient(const RgbImage& stored, const Orientation& orientation) {
  RgbImage out;
  out.r = orient(stored.r, orientation);
  out.g = orient(stored.g, orientation);
  out.b = orient(stored.b, orientation);
  return out;
}

YuvImage orient(const YuvImage& stored, const Orientation& orientation) {
  YuvImage out;
  out.y = orient(stored.y, orientation);
  out.u = orient(stored.u, orientation);
  out.v = orient(stored.v, orientation);
  out.matrix = stored.matrix;
  out.range = stored.range;
  return out;
}

}  // namespace mosaic
