// Test clips whose motion is known exactly: procedural, deterministic, any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mosaic/image.hpp"

namespace mosaic::testing {

/// Small generator for test data (splitmix64): the same numbers on every platform.
class TestRandom {
 public:
  explicit TestRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [low, high].
  int between(int low, int high);
  /// About normal with deviation 1: the sum of twelve uniforms.
  double normal();

 private:
  std::uint64_t state_;
};

/// Index into a row-major array.
inline std::size_t row_major(int column, int row, int columns) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
         static_cast<std::size_t>(column);
}

/// Where a point of frame t lay in frame t-1, in pixels (continuous; pixel centres at .5).
struct Point {
  double x = 0;
  double y = 0;
};

struct ClipSpec {
  enum class Kind {
    still,     ///< the same picture in every frame
    pan,       ///< moves by (dx, dy) px per frame
    zoom,      ///< grows by `rate` per frame about the centre (0.01: 1 %)
    rotate,    ///< turns by about `rate` radians per frame about the centre
    crossing,  ///< two textured squares cross in front of a still background at (dx, dy) px/frame
    fade,      ///< a still picture fades to black over all frames
    flash,     ///< a still picture; frame `at` is brighter by 90 levels
    cut,       ///< a still picture; another one from frame `at` on
    dissolve,  ///< a still picture turns into another one over all frames
  };
  Kind kind = Kind::still;
  Size size{320, 192};
  int frames = 2;
  std::uint64_t seed = 1;
  double dx = 0;
  double dy = 0;
  double rate = 0;
  int at = 0;
  double noise = 0;  ///< standard deviation of fresh noise in every frame, levels
};

/// A clip is sampled on demand; frames are independent of the order in which they are asked for.
class MotionClip {
 public:
  explicit MotionClip(const ClipSpec& spec);

  [[nodiscard]] const ClipSpec& spec() const { return spec_; }
  [[nodiscard]] Plane luma(int frame) const;
  /// The same motion in colour; luma() is not its exact luma.
  [[nodiscard]] RgbImage rgb(int frame) const;

  /// Backward displacement at a point of `frame`: what is there was at point + result before.
  [[nodiscard]] Point backward(int frame, Point at) const;
  /// True where the content at a point of `frame` was visible in the frame before, well inside.
  [[nodiscard]] bool was_visible(int frame, Point at, double border_px) const;

 private:
  [[nodiscard]] Plane render(int frame, int channel) const;
  [[nodiscard]] int object_at(int frame, Point at) const;
  [[nodiscard]] Point texture_point(int frame, Point at) const;
  [[nodiscard]] Point object_origin(int frame, int object) const;

  ClipSpec spec_;
};

}  // namespace mosaic::testing
