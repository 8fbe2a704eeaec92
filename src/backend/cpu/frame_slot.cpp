#include "backend/cpu/frame_slot.hpp"

#include "backend/cpu/describe.hpp"
#include "backend/cpu/quantiles.hpp"
#include "backend/feature_math.hpp"
#include "core/color_convert.hpp"
#include "core/resize.hpp"

namespace mosaic::cpu {
namespace {

constexpr std::size_t kCellGrain = 32;

}  // namespace

SlotSetup::SlotSetup(const BackendContext& context)
    : geometry(context.geometry),
      features_k(context.match.features_k),
      quantiles(context.quantiles),
      isa(choose_isa(context.simd)) {}

void FrameSlot::draw_canvas(const Picture& picture, ThreadPool& pool) {
  const GridGeometry& geometry = setup_->geometry;
  const Rect crop = geometry.crop_px;
  const bool resized = geometry.needs_resize();
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) {
    yuv_to_rgb(*yuv, crop, resized ? source_ : canvas_, pool, setup_->isa);
    if (!resized) return;
    const Rect whole{0, 0, crop.width, crop.height};
    resize(source_, whole, geometry.output_size(), canvas_, pool, setup_->isa);
  } else {
    // without a change of size this is a copy of the rectangle
    resize(std::get<RgbImage>(picture), crop, geometry.output_size(), canvas_, pool, setup_->isa);
  }
}

void FrameSlot::describe_cell(int cell) {
  const int size = setup_->geometry.tile_size_px;
  const int x = cell % setup_->geometry.columns * size;
  const int y = cell / setup_->geometry.columns * size;
  const std::ptrdiff_t stride = canvas_.size().width;
  const auto i = static_cast<std::size_t>(cell);
  const auto dims = static_cast<std::size_t>(feature_count(setup_->features_k));
  describe_square({canvas_.r.row(y) + x, canvas_.g.row(y) + x, canvas_.b.row(y) + x,
                   cells_.luma.row(y) + x, stride, size},
                  setup_->features_k, cells_.features.data() + i * dims, cells_.color_sums[i],
                  setup_->isa);
  cells_.saliency[i] = saliency_of_square(cells_.luma.row(y) + x, stride, size, setup_->isa);
  if (!setup_->quantiles) return;
  std::uint8_t* quantiles = cells_.quantiles.data() + i * 3 * kCurveNodes;
  for (const Plane* plane : {&canvas_.r, &canvas_.g, &canvas_.b}) {
    quantiles_of_square(plane->row(y) + x, stride, size, quantiles);
    quantiles += kCurveNodes;
  }
}

void FrameSlot::describe(const Picture& picture, ThreadPool& pool) {
  filled_ = false;
  const auto cells = static_cast<std::size_t>(setup_->geometry.cells());
  cells_.features.resize(cells * static_cast<std::size_t>(feature_count(setup_->features_k)));
  cells_.color_sums.resize(cells);
  cells_.saliency.resize(cells);
  if (setup_->quantiles) cells_.quantiles.resize(cells * 3 * kCurveNodes);
  draw_canvas(picture, pool);
  luma_of(canvas_, cells_.luma, pool, setup_->isa);
  pool.parallel_for(cells, kCellGrain, [this](std::size_t begin, std::size_t end) {
    for (std::size_t cell = begin; cell < end; ++cell) describe_cell(static_cast<int>(cell));
  });
  filled_ = true;
}

}  // namespace mosaic::cpu
