// A picture to be overwritten, in the memory of one that nobody needs any more.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "mosaic/image.hpp"

namespace mosaic {

inline bool is_whole(const Plane& plane, Size size) {
  return plane.size == size && plane.pixels.size() == size.area();
}
inline bool is_whole(const RgbImage& image, Size size) {
  return is_whole(image.r, size) && is_whole(image.g, size) && is_whole(image.b, size);
}
inline bool is_whole(const YuvImage& image, Size size) {
  const Size half{(size.width + 1) / 2, (size.height + 1) / 2};
  return is_whole(image.y, size) && is_whole(image.u, half) && is_whole(image.v, half);
}

/// `spare`, if it is of this kind and size, whatever it shows; else a new one.
template <class Image>
Image reused(std::variant<YuvImage, RgbImage> spare, Size size) {
  auto* image = std::get_if<Image>(&spare);
  if (image == nullptr || !is_whole(*image, size)) return Image(size);
  if constexpr (std::is_same_v<Image, YuvImage>) image->on_card.reset();
  return std::move(*image);
}

}  // namespace mosaic
