#include "cuda/frame_slot.hpp"

#include "backend/feature_math.hpp"
#include "cuda/host_copy.hpp"

namespace mosaic::gpu {
namespace {

constexpr const char* kWhat = "memory for a frame";

PicturePlanes planes_of(const Picture& picture) {
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) return {{&yuv->y, &yuv->u, &yuv->v}};
  const RgbImage& rgb = std::get<RgbImage>(picture);
  return {{&rgb.r, &rgb.g, &rgb.b}};
}

/// Where the decoder has left the picture on the card, if it has.
const CardFrame* card_frame_of(const Picture& picture) {
  const auto* const yuv = std::get_if<YuvImage>(&picture);
  return yuv == nullptr ? nullptr : yuv->on_card.get();
}

void check_planes(const Picture& picture, Rect crop) {
  const PicturePlanes planes = planes_of(picture);
  const Size size = planes.plane[0]->size;
  const bool yuv = std::holds_alternative<YuvImage>(picture);
  const Size other = yuv ? Size{(size.width + 1) / 2, (size.height + 1) / 2} : size;
  for (int i = 0; i < 3; ++i) {
    const Plane& plane = *planes.plane[i];
    if (plane.size != (i == 0 ? size : other) || plane.pixels.size() != plane.size.area()) {
      throw Error(ExitCode::unexpected,
                  "cuda backend: the planes of a picture do not fit together");
    }
  }
  const CardFrame* const decoded = card_frame_of(picture);
  if (decoded != nullptr && decoded->size != size) {
    throw Error(ExitCode::unexpected, "cuda backend: a decoded frame has another size on the card");
  }
  if (crop.x < 0 || crop.y < 0 || crop.width < 1 || crop.height < 1 ||
      crop.width > size.width - crop.x || crop.height > size.height - crop.y) {
    throw Error(ExitCode::unexpected, "cuda backend: the crop leaves the picture");
  }
}

RgbView view_of(std::uint8_t* planes, Size size) {
  return {planes, planes + size.area(), planes + 2 * size.area(), size};
}

}  // namespace

DescribeSetup::DescribeSetup(const BackendContext& context, const Stream& stream)
    : geometry(context.geometry),
      features_k(context.match.features_k),
      quantiles(context.quantiles),
      pool(&context.pool),
      tables(stream),
      x_taps(AxisTaps(geometry.crop_px.width, geometry.output_size().width), stream),
      y_taps(AxisTaps(geometry.crop_px.height, geometry.output_size().height), stream) {}

FrameSlot::FrameSlot(const DescribeSetup& setup, const Stream& stream)
    : setup_(&setup), described_(stream.device()), downloaded_(stream.device()) {
  Device& device = stream.device();
  const auto cells = static_cast<std::size_t>(setup.geometry.cells());
  const auto dims = static_cast<std::size_t>(feature_count(setup.features_k));
  const std::size_t pixels = setup.geometry.output_size().area();
  const auto source = Size{setup.geometry.crop_px.width, setup.geometry.crop_px.height}.area();
  const std::size_t quantiles = setup.quantiles ? cells * 3 * kCurveNodes : 0;
  if (setup.geometry.needs_resize()) source_ = {device, 3 * source, kWhat};
  canvas_ = {device, 4 * pixels, kWhat};
  features_ = {device, cells * dims, kWhat};
  saliency_ = {device, cells, kWhat};
  quantiles_ = {device, quantiles, kWhat};
  color_sums_ = {device, cells, kWhat};
  pinned_luma_ = {device, pixels, kWhat};
  pinned_features_ = {device, cells * dims, kWhat};
  pinned_saliency_ = {device, cells, kWhat};
  pinned_quantiles_ = {device, quantiles, kWhat};
  pinned_sums_ = {device, cells, kWhat};
}

std::size_t FrameSlot::input_bytes(const DescribeSetup& setup) {
  const Rect crop = setup.geometry.crop_px;
  return 2 * 3 * Size{crop.width, crop.height}.area();
}

CanvasView FrameSlot::canvas() const {
  const Size size = setup_->geometry.output_size();
  return {view_of(canvas_.data(), size), canvas_.data() + 3 * size.area()};
}

void FrameSlot::take_planes(const Picture& picture, const Stream& stream) {
  const PicturePlanes planes = planes_of(picture);
  std::size_t bytes = 0;
  for (const Plane* plane : planes.plane) bytes += plane->pixels.size();
  if (input_planes_.size() < bytes) {  // the first frame, or a larger one
    stream.synchronize("waiting for a frame");
    input_planes_ = {stream.device(), bytes, kWhat};
  }
  if (const CardFrame* const decoded = card_frame_of(picture)) {
    std::uint8_t* const u = input_planes_.data() + planes.plane[0]->pixels.size();
    split_nv12(*decoded, input_planes_.data(), u, u + planes.plane[1]->pixels.size(), stream);
  } else {
    upload(planes, bytes, stream);
  }
}

void FrameSlot::upload(const PicturePlanes& planes, std::size_t bytes, const Stream& stream) {
  if (pinned_input_.size() < bytes) {
    stream.synchronize("waiting for a frame");
    pinned_input_ = {stream.device(), bytes, kWhat};
  }
  std::uint8_t* to = pinned_input_.data();
  for (const Plane* plane : planes.plane) {
    copy_by_all(*setup_->pool, plane->pixels.data(), plane->pixels.size(), to);
    to += plane->pixels.size();
  }
  input_planes_.upload(pinned_input_, bytes, stream);
}

void FrameSlot::draw_canvas(const Picture& picture, const Stream& stream) {
  const Rect crop = setup_->geometry.crop_px;
  const CanvasView target = canvas();
  const Rect whole{0, 0, crop.width, crop.height};
  const RgbView source = view_of(source_.data(), {crop.width, crop.height});
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) {
    const bool resized = setup_->geometry.needs_resize();
    const std::uint8_t* y = input_planes_.data();
    const std::uint8_t* u = y + yuv->y.size.area();
    const std::uint8_t* v = u + yuv->u.size.area();
    yuv_to_rgb({y, u, v, yuv->size()}, yuv->matrix, yuv->range, crop, resized ? source : target.rgb,
               stream);
    if (resized) resize(source, whole, setup_->x_taps, setup_->y_taps, target.rgb, stream);
  } else {
    const Size size = std::get<RgbImage>(picture).size();
    resize(view_of(input_planes_.data(), size), crop, setup_->x_taps, setup_->y_taps, target.rgb,
           stream);
  }
  luma_of(target.rgb, target.luma, stream);
}

void FrameSlot::start(const Picture& picture, const Stream& stream) {
  check_planes(picture, setup_->geometry.crop_px);
  take_planes(picture, stream);
  draw_canvas(picture, stream);
  describe_cells(canvas(), setup_->geometry, setup_->features_k, setup_->tables, descriptions(),
                 stream);
  if (setup_->quantiles) {
    quantiles_of_cells(canvas(), setup_->geometry, quantiles_.data(), stream);
  }
  described_.record(stream);
  download(stream);
  downloaded_.record(stream);
}

void FrameSlot::download(const Stream& stream) {
  copy(pinned_luma_.data(), canvas().luma, pinned_luma_.size(), cudaMemcpyDeviceToHost, stream);
  features_.download(pinned_features_, features_.size(), stream);
  saliency_.download(pinned_saliency_, saliency_.size(), stream);
  quantiles_.download(pinned_quantiles_, quantiles_.size(), stream);
  color_sums_.download(pinned_sums_, color_sums_.size(), stream);
}

void FrameSlot::finish(CellDescriptions& out) const {
  downloaded_.synchronize("describing a frame");
  ThreadPool& pool = *setup_->pool;
  fetch_by_all(pool, pinned_features_, out.features);
  fetch_by_all(pool, pinned_sums_, out.color_sums);
  fetch_by_all(pool, pinned_saliency_, out.saliency);
  fetch_by_all(pool, pinned_quantiles_, out.quantiles);
  out.luma.size = setup_->geometry.output_size();
  fetch_by_all(pool, pinned_luma_, out.luma.pixels);
}

}  // namespace mosaic::gpu
