// Pictures on the card as kernels see them: pointers into buffers, planar, rows without gaps.
#pragma once

#include <cstdint>

#include "mosaic/image.hpp"

namespace mosaic::gpu {

struct YuvView {
  const std::uint8_t* y = nullptr;
  const std::uint8_t* u = nullptr;
  const std::uint8_t* v = nullptr;
  Size size;
};

struct RgbView {
  std::uint8_t* r = nullptr;
  std::uint8_t* g = nullptr;
  std::uint8_t* b = nullptr;
  Size size;
};

/// The frame at output size, with the luma that SSIM and the flow estimator look at.
struct CanvasView {
  RgbView rgb;
  std::uint8_t* luma = nullptr;
};

}  // namespace mosaic::gpu
