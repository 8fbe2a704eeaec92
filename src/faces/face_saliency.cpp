#include "faces/face_saliency.hpp"

#include <algorithm>
#include <cstddef>

namespace mosaic {

FaceSaliency::FaceSaliency(const GridGeometry& geometry)
    : geometry_(geometry), held_(static_cast<std::size_t>(geometry.cells())) {}

void FaceSaliency::reset() { std::ranges::fill(held_, std::uint8_t{0}); }

void FaceSaliency::raise(std::span<const FaceBox> faces, std::span<std::uint8_t> saliency) {
  constexpr int kLowest = 32;
  constexpr int kHighest = 128;
  const int size = geometry_.tile_size_px;
  for (std::size_t i = 0; i < held_.size(); ++i) {
    const int x = static_cast<int>(i) % geometry_.columns * size + size / 2;
    const int y = static_cast<int>(i) / geometry_.columns * size + size / 2;
    const bool face = std::ranges::any_of(faces, [&](const FaceBox& box) {
      return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    });
    if (face) {
      held_[i] = kFaceHold;
    } else if (held_[i] > 0) {
      --held_[i];
    }
    const int least = kLowest + (kHighest - kLowest) * held_[i] / kFaceHold;
    saliency[i] = static_cast<std::uint8_t>(std::max<int>(saliency[i], held_[i] > 0 ? least : 0));
  }
}

}  // namespace mosaic
