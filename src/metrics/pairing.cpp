#include "metrics/pairing.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "mosaic/error.hpp"

namespace mosaic::metrics {
namespace {

// A cell is looked at as 3x3 pixels.
constexpr int kSmallestCell_px = 3;

std::string text_of(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

/// What render() would show with tiles of this size, when its output has the mosaic's size.
std::optional<Rect> crop_at_scale_one(const SourceInfo& source, Size mosaic, int cell_px) {
  GridRequest request;
  request.tile_size_px = cell_px;
  try {
    const GridGeometry geometry = plan_geometry(source.size, source.sample_aspect, request);
    if (geometry.output_size() == mosaic) return geometry.crop_px;
  } catch (const UsageError&) {
    // No such grid: then the mosaic was not made that way.
  }
  return std::nullopt;
}

bool lies_in(const Rect& part, Size whole) {
  return part.x >= 0 && part.y >= 0 && part.width <= whole.width - part.x &&
         part.height <= whole.height - part.y;
}

}  // namespace

Rect cover_crop(Size picture, double sample_aspect, Size target) {
  const double aspect = std::isfinite(sample_aspect) && sample_aspect > 0.0 ? sample_aspect : 1.0;
  // Shown size: of the two ways to make pixels square, the one that throws no sample away.
  const double scale_x = std::max(1.0, aspect);
  const double scale_y = std::max(1.0, 1.0 / aspect);
  const double factor = std::max(target.width / (picture.width * scale_x),
                                 target.height / (picture.height * scale_y));
  const auto part = [factor](int length, double scale, int most) {
    return static_cast<int>(
        std::clamp(std::lround(length / (scale * factor)), 1L, static_cast<long>(most)));
  };
  Rect crop;
  crop.width = part(target.width, scale_x, picture.width);
  crop.height = part(target.height, scale_y, picture.height);
  crop.x = (picture.width - crop.width) / 2;
  crop.y = (picture.height - crop.height) / 2;
  return crop;
}

Rect shown_part(const SourceInfo& source, Size mosaic, std::optional<int> cell_px,
                const GridGeometry* plan) {
  if (plan != nullptr) {
    if (plan->output_size() != mosaic) {
      throw InputError("the plan is for a mosaic of " + text_of(plan->output_size()) +
                           " pixels; this one has " + text_of(mosaic),
                       "give the plan that was written along with this mosaic");
    }
    if (!lies_in(plan->crop_px, source.size)) {
      throw InputError(
          "the plan shows a part that lies outside the " + text_of(source.size) + " source",
          "give the source this mosaic was made from");
    }
    return plan->crop_px;
  }
  if (cell_px) {
    if (const auto crop = crop_at_scale_one(source, mosaic, *cell_px)) return *crop;
  }
  return cover_crop(source.size, source.sample_aspect, mosaic);
}

GridGeometry grid_over(Size mosaic, int cell_px) {
  const int most = std::min(mosaic.width, mosaic.height);
  if (cell_px < kSmallestCell_px || cell_px > most) {
    throw UsageError("--cell must be between " + std::to_string(kSmallestCell_px) + " and " +
                         std::to_string(most) + " pixels for a mosaic of " + text_of(mosaic) +
                         ", not " + std::to_string(cell_px),
                     "give the edge of one tile in the mosaic's pixels");
  }
  GridGeometry grid;
  grid.tile_size_px = cell_px;
  grid.columns = mosaic.width / cell_px;
  grid.rows = mosaic.height / cell_px;
  grid.crop_px = {0, 0, grid.columns * cell_px, grid.rows * cell_px};
  return grid;
}

CanvasReader::CanvasReader(std::unique_ptr<FrameSource> source, Rect crop_px, Size canvas,
                           ThreadPool& pool)
    : source_(std::move(source)), crop_px_(crop_px), canvas_(canvas), pool_(pool) {}

bool CanvasReader::read(RgbImage& canvas) {
  if (!source_->read(frame_)) return false;
  const bool same_size = Size{crop_px_.width, crop_px_.height} == canvas_;
  if (const auto* yuv = std::get_if<YuvImage>(&frame_.picture)) {
    yuv_to_rgb(*yuv, crop_px_, same_size ? canvas : part_, pool_);
    if (!same_size) {
      canvas = resize(part_, {0, 0, crop_px_.width, crop_px_.height}, canvas_, pool_);
    }
  } else {
    canvas = resize(std::get<RgbImage>(frame_.picture), crop_px_, canvas_, pool_);
  }
  return true;
}

bool CanvasReader::skip() { return source_->read(frame_); }

}  // namespace mosaic::metrics
