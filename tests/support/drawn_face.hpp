// A face in grey levels that OpenCV's frontal cascade takes for one.
#pragma once

#include <cmath>

#include "mosaic/image.hpp"

namespace mosaic::test {

/// Ellipses with soft edges: hair, face, and what Haar features look for: dark eyes under brows,
/// a light nose and cheeks, a dark mouth. `radius_px`: half the height of the head without hair;
/// the cascade's box is about 2.2 radii wide, around the centre.
inline Plane drawn_face(Size size, int radius_px, int background = 90) {
  Plane plane;
  plane.size = size;
  plane.pixels.assign(static_cast<std::size_t>(size.area()), static_cast<u8>(background));
  const double s = radius_px;
  const auto ellipse = [&](double x, double y, double half_width, double half_height, int level,
                           double softness) {
    for (int row = 0; row < size.height; ++row) {
      for (int column = 0; column < size.width; ++column) {
        const double d = std::hypot((column - size.width / 2.0 - x * s) / (half_width * s),
                                    (row - size.height / 2.0 - y * s) / (half_height * s));
        const double share = 1.0 / (1.0 + std::exp((d - 1.0) / softness));
        u8& pixel = plane.row(row)[column];
        pixel = static_cast<u8>(std::lround(pixel * (1.0 - share) + level * share));
      }
    }
  };
  ellipse(0, -0.15, 1.0, 1.3, 40, 0.03);
  ellipse(0, 0, 0.8, 1.1, 190, 0.03);
  for (const double side : {-1.0, 1.0}) {
    ellipse(side * 0.36, -0.25, 0.26, 0.14, 110, 0.15);
    ellipse(side * 0.36, -0.42, 0.26, 0.06, 60, 0.15);
    ellipse(side * 0.36, -0.22, 0.17, 0.08, 30, 0.1);
    ellipse(side * 0.42, 0.2, 0.22, 0.18, 210, 0.4);
    ellipse(side * 0.1, 0.27, 0.07, 0.05, 120, 0.2);
  }
  ellipse(0, 0.05, 0.1, 0.3, 215, 0.3);
  ellipse(0, 0.58, 0.32, 0.08, 90, 0.15);
  ellipse(0, 0.8, 0.3, 0.08, 200, 0.3);
  return plane;
}

/// Light where it is dark: the same edges, and no face for the cascade. (Upside down it is one.)
inline Plane negative(Plane plane) {
  for (u8& pixel : plane.pixels) pixel = static_cast<u8>(255 - pixel);
  return plane;
}

}  // namespace mosaic::test
