// Brings source and mosaic to one size: the mosaic's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/parallel_for.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"
#include "video/frame_source.hpp"

namespace mosaic::metrics {

/// The largest centred part of a picture that has the shape of `target` when shown: what
/// plan_geometry() shows of it in a grid of that size. `sample_aspect` as in SourceInfo.
Rect cover_crop(Size picture, double sample_aspect, Size target);

/// The part of the source that the mosaic shows: as the plan says; else as a render with tiles of
/// `cell_px` at scale 1 would cut it, if that gives a mosaic of this size; else cover_crop().
/// Throws InputError when the plan's crop does not fit the source or its grid not the mosaic.
Rect shown_part(const SourceInfo& source, Size mosaic, std::optional<int> cell_px,
                const GridGeometry* plan);

/// Whole cells of `cell_px` counted from the top left. Throws UsageError when a cell is too small
/// to be reduced to 3x3 pixels or larger than the picture.
GridGeometry grid_over(Size mosaic, int cell_px);

/// Reads frames as RGB pictures of one size.
class CanvasReader {
 public:
  CanvasReader(std::unique_ptr<FrameSource> source, Rect crop_px, Size canvas, ThreadPool& pool);

  /// False at the end. `canvas` is reused.
  bool read(RgbImage& canvas);
  /// The same without looking at the picture.
  bool skip();

  [[nodiscard]] const FrameSource& source() const { return *source_; }

 private:
  std::unique_ptr<FrameSource> source_;
  Rect crop_px_;
  Size canvas_;
  ThreadPool& pool_;
  SourceFrame frame_;
  RgbImage part_;  ///< the crop before it is resized
};

}  // namespace mosaic::metrics
