#include "metrics/clip_meter.hpp"

#include <algorithm>
#include <numeric>

#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "metrics/color_difference.hpp"
#include "metrics/row_sums.hpp"
#include "metrics/similarity.hpp"

namespace mosaic::metrics {
namespace {

/// The grid's part of a plane: the same plane when the grid covers it.
const Plane& part_of(const Plane& plane, const GridGeometry& grid, Plane& scratch) {
  const Size size = grid.output_size();
  if (plane.size == size) return plane;
  scratch = Plane(size);
  for (int y = 0; y < size.height; ++y) std::copy_n(plane.row(y), size.width, scratch.row(y));
  return scratch;
}

double mean_of(const Plane& plane, ThreadPool& pool) {
  const auto sum = sum_over_rows<std::int64_t>(pool, plane.size.height, [&](int y) {
    return std::accumulate(plane.row(y), plane.row(y) + plane.size.width, std::int64_t{0});
  });
  return static_cast<double>(sum) / static_cast<double>(plane.size.area());
}

}  // namespace

ClipMeter::ClipMeter(Size size, std::optional<GridGeometry> grid, ThreadPool& pool)
    : size_(size), grid_(grid), pool_(pool) {
  if (grid_) flow_ = make_flow_estimator(FlowKind::block, *grid_, SimdChoice::automatic, pool_);
}

FarFidelity ClipMeter::far_fidelity(int px_per_cell) const {
  const Size cells = grid_->output_size();
  const Rect all{0, 0, cells.width, cells.height};
  const Size far{grid_->columns * px_per_cell, grid_->rows * px_per_cell};
  const RgbImage source = resize(now_.source, all, far, pool_);
  const RgbImage mosaic = resize(now_.mosaic, all, far, pool_);
  FarFidelity result;
  result.ciede2000 = mean_ciede2000(source, mosaic, pool_);
  if (far.width >= kSsimWindow_px && far.height >= kSsimWindow_px) {
    result.ssim = mean_ssim(luma_of(source, pool_), luma_of(mosaic, pool_), pool_);
  }
  return result;
}

void ClipMeter::measure_step(FrameMeasures& measures) {
  pixel_changes({before_.source, now_.source}, source_change_, pool_);
  pixel_changes({before_.mosaic, now_.mosaic}, mosaic_change_, pool_);
  measures.still = still_pixels(source_change_, mosaic_change_, pool_);
  if (!grid_) return;
  measures.cells = cell_changes(source_change_, mosaic_change_, *grid_, pool_);
  Plane scratch[4];
  const Plane& source_before = part_of(before_.source_luma, *grid_, scratch[0]);
  const Plane& source_now = part_of(now_.source_luma, *grid_, scratch[1]);
  const Plane& mosaic_before = part_of(before_.mosaic_luma, *grid_, scratch[2]);
  const Plane& mosaic_now = part_of(now_.mosaic_luma, *grid_, scratch[3]);
  const FlowField flow = flow_->estimate(source_before, source_now);
  measures.warped =
      warped_changes({source_before, source_now}, {mosaic_before, mosaic_now}, flow, *grid_, pool_);
}

FrameMeasures ClipMeter::add(RgbImage& source, RgbImage& mosaic, const PhotoMeter* photos,
                             std::span<const std::int32_t> tile) {
  std::swap(now_.source, source);
  std::swap(now_.mosaic, mosaic);
  luma_of(now_.source, now_.source_luma, pool_);
  luma_of(now_.mosaic, now_.mosaic_luma, pool_);

  FrameMeasures measures;
  measures.ssim = mean_ssim(now_.source_luma, now_.mosaic_luma, pool_);
  measures.mse_grey = mean_squared_error(now_.source_luma, now_.mosaic_luma, pool_);
  measures.mse_rgb = (mean_squared_error(now_.source.r, now_.mosaic.r, pool_) +
                      mean_squared_error(now_.source.g, now_.mosaic.g, pool_) +
                      mean_squared_error(now_.source.b, now_.mosaic.b, pool_)) /
                     3.0;
  if (grid_) {
    measures.at_3x3 = far_fidelity(3);
    measures.at_1x1 = far_fidelity(1);
  }
  measures.source_luma = mean_of(now_.source_luma, pool_);
  if (photos != nullptr) {
    measures.recognition = photos->measure(now_.source_luma, now_.mosaic, *grid_, tile, pool_);
  }
  if (has_before_) measure_step(measures);
  std::swap(now_, before_);
  has_before_ = true;
  return measures;
}

}  // namespace mosaic::metrics
