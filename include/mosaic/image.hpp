// Picture types. Planar throughout: every plane is one contiguous block, row-major, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace mosaic {

using u8 = std::uint8_t;

/// Width and height in pixels (or in cells, where the name says so).
struct Size {
  int width = 0;
  int height = 0;
  [[nodiscard]] std::size_t area() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
  friend bool operator==(const Size&, const Size&) = default;
};

/// Axis-aligned rectangle in pixels; x, y is the top-left corner.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// One 8-bit plane, row-major, stride == width.
struct Plane {
  Size size;
  std::vector<u8> pixels;  ///< size.area() samples

  Plane() = default;
  explicit Plane(Size s, u8 value = 0) : size(s), pixels(s.area(), value) {}

  [[nodiscard]] const u8* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
  }
  [[nodiscard]] u8* row(int y) {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
  }
};

/// Planar 8-bit sRGB picture: three full-resolution planes in the order R, G, B.
/// Gamma-encoded (sRGB transfer), full range 0-255, no alpha.
struct RgbImage {
  Plane r, g, b;

  RgbImage() = default;
  explicit RgbImage(Size s) : r(s), g(s), b(s) {}
  [[nodiscard]] Size size() const { return r.size; }
};

/// Matrix coefficients of a YUV picture (ITU-T H.273 MatrixCoefficients).
enum class YuvMatrix : u8 { bt601, bt709, bt2020 };

/// Sample range of a YUV picture: limited (luma 16-235) or full (0-255).
enum class YuvRange : u8 { limited, full };

struct CardFrame;

/// 8-bit YUV 4:2:0 picture. Chroma planes are (width+1)/2 x (height+1)/2 samples.
struct YuvImage {
  Plane y, u, v;
  YuvMatrix matrix = YuvMatrix::bt709;
  YuvRange range = YuvRange::limited;
  /// The same samples in a card's memory, where they were decoded on one; whoever changes a sample
  /// resets it.
  std::shared_ptr<const CardFrame> on_card;

  YuvImage() = default;
  explicit YuvImage(Size s)
      : y(s),
        u(Size{(s.width + 1) / 2, (s.height + 1) / 2}, 128),
        v(Size{(s.width + 1) / 2, (s.height + 1) / 2}, 128) {}
  [[nodiscard]] Size size() const { return y.size; }
};

}  // namespace mosaic
