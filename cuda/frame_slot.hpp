// One frame on the card: what comes up, its canvas and descriptions, and what goes down.
#pragma once

#include <cstdint>
#include <optional>

#include "backend/backend.hpp"
#include "cuda/convert.hpp"
#include "cuda/describe.hpp"
#include "cuda/pictures.hpp"

namespace mosaic::gpu {

/// What all slots of a backend share.
struct DescribeSetup {
  DescribeSetup(const BackendContext& context, const Stream& stream);

  GridGeometry geometry;
  int features_k;
  bool quantiles;
  ThreadPool* pool;
  FeatureTables tables;
  DeviceTaps x_taps, y_taps;
};

/// Planes of a picture in the order in which they lie on the card.
struct PicturePlanes {
  const Plane* plane[3];
};

/// Describes a frame on a stream and keeps its canvas until the next one takes its place.
class FrameSlot {
 public:
  FrameSlot(const DescribeSetup& setup, const Stream& stream);

  /// What a slot takes of the card for its first picture, one of up to twice the crop's area. Its
  /// size is not known before.
  [[nodiscard]] static std::size_t input_bytes(const DescribeSetup& setup);

  /// Copies the picture's samples, or takes them where they were decoded on the card, and puts
  /// everything up to the downloads on the stream. The picture's planes may change afterwards; its
  /// `on_card` stays until finish().
  void start(const Picture& picture, const Stream& stream);
  /// Waits for it.
  void finish(CellDescriptions& out) const;

  /// The frame is on the card once a stream has waited for this.
  [[nodiscard]] const Event& described() const { return described_; }
  [[nodiscard]] CanvasView canvas() const;
  [[nodiscard]] DescriptionView descriptions() const {
    return {features_.data(), color_sums_.data(), saliency_.data()};
  }

 private:
  void take_planes(const Picture& picture, const Stream& stream);
  void upload(const PicturePlanes& planes, std::size_t bytes, const Stream& stream);
  void draw_canvas(const Picture& picture, const Stream& stream);
  void download(const Stream& stream);

  const DescribeSetup* setup_;
  Event described_;
  Event downloaded_;
  PinnedBuffer<std::uint8_t> pinned_input_;
  DeviceBuffer<std::uint8_t> input_planes_;
  DeviceBuffer<std::uint8_t> source_;  ///< the crop in RGB, where it is resized
  DeviceBuffer<std::uint8_t> canvas_;  ///< R, G, B, luma
  DeviceBuffer<std::uint8_t> features_, saliency_, quantiles_;
  DeviceBuffer<ColorSums> color_sums_;
  PinnedBuffer<std::uint8_t> pinned_luma_, pinned_features_, pinned_saliency_, pinned_quantiles_;
  PinnedBuffer<ColorSums> pinned_sums_;
};

}  // namespace mosaic::gpu
