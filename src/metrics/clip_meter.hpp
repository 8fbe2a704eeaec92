// All pixel measures of one pair of frames, and of the step that leads to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/parallel_for.hpp"
#include "flow/flow.hpp"
#include "metrics/recognition.hpp"
#include "metrics/steadiness.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// Seen from so far away that a cell is only n x n pixels.
struct FarFidelity {
  std::optional<double> ssim;  ///< none: fewer than 7x7 pixels are left
  double ciede2000 = 0.0;
};

struct FrameMeasures {
  double ssim = 0.0;                          ///< grey, full size
  double mse_grey = 0.0;                      ///< full size
  double mse_rgb = 0.0;                       ///< mean of the three channels
  std::optional<FarFidelity> at_3x3, at_1x1;  ///< none without a grid
  std::optional<StillPixels> still;           ///< none for the first frame
  std::optional<CellChanges> cells;           ///< nor without a grid
  std::optional<WarpedPixels> warped;
  double source_luma = 0.0;                ///< mean over the picture, levels
  std::optional<Recognition> recognition;  ///< of some frames, where asked for
};

/// `grey` is the full-range luma of core/color_convert.hpp throughout.
class ClipMeter {
 public:
  /// `grid`: see grid_over(); unset: nothing that needs cells is measured.
  ClipMeter(Size size, std::optional<GridGeometry> grid, ThreadPool& pool);

  /// Measures the next pair, both of the size given. Keeps the pictures and hands back older ones
  /// of unspecified content, so that their memory is reused.
  /// `photos` with `tile`, one per cell: also recognition; null: not.
  FrameMeasures add(RgbImage& source, RgbImage& mosaic, const PhotoMeter* photos = nullptr,
                    std::span<const std::int32_t> tile = {});

 private:
  struct Views {
    RgbImage source, mosaic;
    Plane source_luma, mosaic_luma;
  };
  [[nodiscard]] FarFidelity far_fidelity(int px_per_cell) const;
  void measure_step(FrameMeasures& measures);

  Size size_;
  std::optional<GridGeometry> grid_;
  ThreadPool& pool_;
  std::unique_ptr<FlowEstimator> flow_;
  Views now_, before_;
  bool has_before_ = false;
  Plane source_change_, mosaic_change_;
};

}  // namespace mosaic::metrics
