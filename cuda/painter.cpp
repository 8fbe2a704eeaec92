#include "cuda/painter.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "backend/compose_request.hpp"
#include "backend/seam_math.hpp"
#include "backend/tone_math.hpp"
#include "cuda/convert.hpp"
#include "cuda/host_copy.hpp"

namespace mosaic::gpu {
namespace {

constexpr const char* kWhat = "memory for the picture";
/// A cell's tile and the one that fades out there.
constexpr std::size_t kLeastTiles = 2;

void require(bool holds, const char* what) {
  if (!holds) throw Error(ExitCode::unexpected, std::string("cuda backend: ") + what);
}

std::size_t tile_bytes(const GridGeometry& geometry) {
  return 3 * static_cast<std::size_t>(geometry.tile_size_px) *
         static_cast<std::size_t>(geometry.tile_size_px);
}

Size chroma_size(Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

void set_size(Plane& plane, Size size) {
  plane.size = size;
  plane.pixels.resize(size.area());
}

}  // namespace

Painter::Painter(const BackendContext& context, const Stream& stream)
    : geometry_(context.geometry), pool_(&context.pool), tiles_(context.library.tiles()) {
  Device& device = stream.device();
  const auto cells = static_cast<std::size_t>(geometry_.cells());
  const Size size = geometry_.output_size();
  tile_ = {device, cells, kWhat};
  look_ = {device, cells, kWhat};
  rgb_ = {device, 3 * size.area(), kWhat};
  yuv_ = {device, size.area() + 2 * chroma_size(size).area(), kWhat};
  pinned_tile_ = {device, cells, kWhat};
  pinned_look_ = {device, cells, kWhat};
  fade_ = {device, cells, kWhat};
  pinned_fade_ = {device, cells, kWhat};
  device_tone_ = {device, static_cast<std::size_t>(kToneEntries), kWhat};
  pinned_tone_ = {device, static_cast<std::size_t>(kToneEntries), kWhat};
  pinned_picture_ = {device, 3 * size.area(), kWhat};
}

void Painter::load_tiles(const BackendContext& context, std::size_t later_bytes,
                         const Stream& stream) {
  pixels_.emplace(context.drawn_rgb.empty() ? context.library.rgb() : context.drawn_rgb,
                  tile_bytes(geometry_), kLeastTiles, later_bytes, stream,
                  "memory for the tiles' pixels");
}

std::size_t Painter::least_bytes() const { return kLeastTiles * tile_bytes(geometry_); }

RgbView Painter::picture() const {
  const Size size = geometry_.output_size();
  return {rgb_.data(), rgb_.data() + size.area(), rgb_.data() + 2 * size.area(), size};
}

void Painter::upload(const ComposeRequest& request, const Stream& stream) {
  upload_through(request.tile, pinned_tile_, tile_, stream);
  upload_through(request.look, pinned_look_, look_, stream);
  upload_through(request.fade, pinned_fade_, fade_, stream);
  upload_tone(request.tone, stream);
}

/// The table is the same for a whole shot, so it seldom travels.
void Painter::upload_tone(std::span<const std::uint64_t> tone, const Stream& stream) {
  if (tone.empty() || std::ranges::equal(tone, tone_)) return;
  tone_.clear();  // until the new one is there
  stream.synchronize("waiting for the last tone table");
  std::ranges::copy(tone, pinned_tone_.data());
  device_tone_.upload(pinned_tone_, tone.size(), stream);
  tone_.assign(tone.begin(), tone.end());
}

void Painter::draw(const ComposeRequest& request, const CanvasView& canvas, const Stream& stream) {
  check_compose_request(request, geometry_, tiles_);
  upload(request, stream);
  const ComposeJob job{.target = canvas,
                       .out = picture(),
                       .tile_rgb = pixels_->squares(),
                       .staged = !pixels_->resident(),
                       .tile = tile_.data(),
                       .look = look_.data(),
                       .fade = request.fade.empty() ? nullptr : fade_.data(),
                       .size_px = geometry_.tile_size_px,
                       .columns = geometry_.columns,
                       .first_cell = 0,
                       .last_cell = geometry_.cells(),
                       .blend_later = request.seams.any()};
  if (job.staged) {
    draw_staged(request, job, stream);
  } else {
    compose_cells(job, stream);
  }
  if (request.seams.any()) {
    apply_seams(request.seams, stream);
    blend_cells(job, geometry_.cells(), stream);
  }
  if (!request.tone.empty()) apply_tone(device_tone_.data(), picture(), stream);
}

/// The tiles do not all fit: those of some cells at a time.
void Painter::draw_staged(const ComposeRequest& request, ComposeJob job, const Stream& stream) {
  const auto at_once = static_cast<int>(pixels_->room() / 2);
  for (int first = 0; first < geometry_.cells(); first += at_once) {
    job.first_cell = first;
    job.last_cell = std::min(first + at_once, geometry_.cells());
    staged_.clear();
    for (auto cell = static_cast<std::size_t>(first);
         cell < static_cast<std::size_t>(job.last_cell); ++cell) {
      staged_.push_back(request.tile[cell]);
      staged_.push_back(request.fade.empty() ? kNoTile : request.fade[cell].tile);
    }
    pixels_->stage(staged_, stream);
    compose_cells(job, stream);
  }
}

void Painter::apply_seams(const SeamRequest& seams, const Stream& stream) {
  if (seams.feather_px > 0) feather(geometry_, seams.feather_px, picture(), stream);
  if (seams.laplacian_bands == 0) return;
  if (!pyramid_ || pyramid_->bands() != seams.laplacian_bands) {
    stream.synchronize("waiting for seams");
    pyramid_.reset();
    pyramid_.emplace(geometry_.output_size(), seams.laplacian_bands, stream);
  }
  const RgbView image = picture();
  for (std::uint8_t* plane : {image.r, image.g, image.b}) {
    pyramid_->attenuate(geometry_, plane, stream);
  }
}

void Painter::compose(const ComposeRequest& request, const CanvasView& canvas, const Stream& stream,
                      RgbImage& out) {
  draw(request, canvas, stream);
  rgb_.download(pinned_picture_, rgb_.size(), stream);
  for (Plane* plane : {&out.r, &out.g, &out.b}) set_size(*plane, geometry_.output_size());
  download(std::array{&out.r, &out.g, &out.b}, stream);
}

void Painter::compose(const ComposeRequest& request, const CanvasView& canvas, const Stream& stream,
                      YuvImage& out) {
  const Size size = geometry_.output_size();
  require(out.size() == size && out.u.size == chroma_size(size) && out.v.size == chroma_size(size),
          "the YUV picture does not have the output size");
  draw(request, canvas, stream);
  std::uint8_t* const y = yuv_.data();
  std::uint8_t* const u = y + size.area();
  rgb_to_yuv(picture(), out.matrix, out.range, y, u, u + chroma_size(size).area(), stream);
  yuv_.download(pinned_picture_, yuv_.size(), stream);
  download(std::array{&out.y, &out.u, &out.v}, stream);
}

/// The planes lie one after the other in the pinned picture.
void Painter::download(std::span<Plane* const> planes, const Stream& stream) {
  stream.synchronize("composing a frame");
  const std::uint8_t* from = pinned_picture_.data();
  for (Plane* plane : planes) {
    copy_by_all(*pool_, from, plane->pixels.size(), plane->pixels.data());
    from += plane->pixels.size();
  }
}

}  // namespace mosaic::gpu
