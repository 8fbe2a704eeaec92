// Cells that show a face matter most, for a while also when the detector blinks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/byte_io.hpp"
#include "faces/faces_interface.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic {

/// A detector loses a face for single frames, and a weight that follows it would make tiles blink.
/// So a cell's saliency rises to the highest at once and falls back over kFaceHold frames.
inline constexpr int kFaceHold = 24;

class FaceSaliency {
 public:
  explicit FaceSaliency(const GridGeometry& geometry);

  void reset();
  /// Raises `saliency` (1/64 units, 32-128; one per cell) where a cell's centre lies in a face of
  /// this frame or did in one of the last ones. Never lowers it.
  void raise(std::span<const FaceBox> faces, std::span<std::uint8_t> saliency);

  void save(ByteWriter& out) const { out.array(held_); }
  void restore(ByteReader& in) { held_ = in.array_of<std::uint8_t>(held_.size()); }

 private:
  GridGeometry geometry_;
  std::vector<std::uint8_t> held_;  ///< frames left, per cell
};

}  // namespace mosaic
