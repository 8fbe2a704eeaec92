// Drawing of one frame on the card: tiles and looks up, the picture down.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backend/backend.hpp"
#include "cuda/compose.hpp"
#include "cuda/seams.hpp"
#include "cuda/tile_store.hpp"

namespace mosaic::gpu {

class Painter {
 public:
  Painter(const BackendContext& context, const Stream& stream);
  /// The tiles' pixels, which take what room there is but for `later_bytes`: last, when all else
  /// has its memory.
  void load_tiles(const BackendContext& context, std::size_t later_bytes, const Stream& stream);
  /// What load_tiles() takes at least.
  [[nodiscard]] std::size_t least_bytes() const;

  void compose(const ComposeRequest& request, const CanvasView& canvas, const Stream& stream,
               RgbImage& out);
  void compose(const ComposeRequest& request, const CanvasView& canvas, const Stream& stream,
               YuvImage& out);

 private:
  void upload(const ComposeRequest& request, const Stream& stream);
  void upload_tone(std::span<const std::uint64_t> tone, const Stream& stream);
  void draw(const ComposeRequest& request, const CanvasView& canvas, const Stream& stream);
  void draw_staged(const ComposeRequest& request, ComposeJob job, const Stream& stream);
  void apply_seams(const SeamRequest& seams, const Stream& stream);
  void download(std::span<Plane* const> planes, const Stream& stream);
  [[nodiscard]] RgbView picture() const;

  GridGeometry geometry_;
  ThreadPool* pool_;
  int tiles_;
  std::optional<TileStore> pixels_;
  std::vector<std::uint64_t> tone_;  ///< what lies in device_tone_
  std::optional<SeamPyramid> pyramid_;
  DeviceBuffer<std::int32_t> tile_;
  DeviceBuffer<CellLook> look_;
  DeviceBuffer<CellFade> fade_;
  DeviceBuffer<std::uint64_t> device_tone_;
  DeviceBuffer<std::uint8_t> rgb_, yuv_;
  PinnedBuffer<std::int32_t> pinned_tile_;
  PinnedBuffer<CellLook> pinned_look_;
  PinnedBuffer<CellFade> pinned_fade_;
  PinnedBuffer<std::uint64_t> pinned_tone_;
  PinnedBuffer<std::uint8_t> pinned_picture_;
  std::vector<std::int32_t> staged_;  ///< tiles of some cells
};

}  // namespace mosaic::gpu
