// Twin of backend/cpu/seams.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/buffers.hpp"
#include "cuda/pictures.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic::gpu {

/// In place; `feather_px` from 1 to half a cell.
void feather(const GridGeometry& geometry, int feather_px, const RgbView& image,
             const Stream& stream);

/// Its levels for one plane of the output size.
class SeamPyramid {
 public:
  SeamPyramid(Size size, int bands, const Stream& stream);
  /// What it takes of the card.
  [[nodiscard]] static std::size_t bytes(Size size, int bands);
  [[nodiscard]] int bands() const { return static_cast<int>(levels_.size()) - 1; }
  void attenuate(const GridGeometry& geometry, std::uint8_t* plane, const Stream& stream) const;

 private:
  struct Level {
    Size size;
    DeviceBuffer<std::int32_t> value;
    DeviceBuffer<std::int32_t> removed;
  };
  std::vector<Level> levels_;
};

}  // namespace mosaic::gpu
