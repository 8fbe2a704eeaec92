// The moving scene: an evening by a lake, with hills that pass at different speeds.
#pragma once

#include <cstdint>

#include "core/parallel_for.hpp"
#include "demo/paint.hpp"
#include "mosaic/image.hpp"

namespace mosaic::demo {

class Scene {
 public:
  Scene(Size size, std::uint64_t seed);

  /// The picture at a time in seconds.
  [[nodiscard]] RgbImage frame(double seconds, ThreadPool& pool) const;

 private:
  /// Lengths are in units of the picture's height; y grows downward, x from the middle.
  struct Moment {
    double seconds = 0;
    double sun_x = 0;
    double sun_y = 0;
  };
  [[nodiscard]] Color shade(double x, double y, const Moment& now) const;
  [[nodiscard]] Color sky(double x, double y, const Moment& now) const;
  [[nodiscard]] Color with_clouds(Color behind, double x, double y, const Moment& now) const;
  [[nodiscard]] Color with_mountains(Color behind, double x, double y, const Moment& now) const;
  [[nodiscard]] Color with_hills(Color behind, double x, double y, const Moment& now) const;
  [[nodiscard]] Color water(double x, double y, const Moment& now) const;
  [[nodiscard]] double meadow_top(double x, const Moment& now) const;
  [[nodiscard]] Color meadow(double x, double y, const Moment& now) const;

  Size size_;
  std::uint64_t seed_;
  double pixel_;  ///< edge of a pixel in units of the height
  NoiseSheet broad_;
  NoiseSheet fine_;
  NoiseLine peaks_;
  NoiseLine hills_;
  NoiseLine shore_;
};

/// Things that move through the scene by themselves; `pixel` softens their edges.
Color with_balloons(Color behind, double x, double y, double seconds, double pixel);
Color with_birds(Color behind, double x, double y, double seconds, double pixel);
Color with_boat(Color behind, double x, double y, double seconds, double pixel);

}  // namespace mosaic::demo
