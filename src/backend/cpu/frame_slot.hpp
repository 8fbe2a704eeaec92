// One frame as the CPU backend works on it: its canvas and what its cells are like.
#pragma once

#include "backend/backend.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// What all slots of a backend share; outlives them.
struct SlotSetup {
  explicit SlotSetup(const BackendContext& context);

  GridGeometry geometry;
  int features_k;
  bool quantiles;  ///< are described
  Isa isa;
};

class FrameSlot {
 public:
  explicit FrameSlot(const SlotSetup& setup) : setup_(&setup) {}

  /// Converts, crops and resizes `picture` to the canvas and describes its cells. Exact: the same
  /// for any number of threads.
  void describe(const Picture& picture, ThreadPool& pool);

  /// Whether a frame is in it.
  [[nodiscard]] bool filled() const { return filled_; }
  [[nodiscard]] const RgbImage& canvas() const { return canvas_; }
  [[nodiscard]] const CellDescriptions& cells() const { return cells_; }

 private:
  void draw_canvas(const Picture& picture, ThreadPool& pool);
  void describe_cell(int cell);

  const SlotSetup* setup_;
  RgbImage source_;  ///< the frame in RGB before resizing
  RgbImage canvas_;  ///< the frame at output size
  CellDescriptions cells_;
  bool filled_ = false;
};

}  // namespace mosaic::cpu
