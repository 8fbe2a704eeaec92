#include "pipeline/frames_ahead.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace mosaic {
namespace {

std::uint64_t bytes_of(const Picture& picture) {
  const auto bytes = [](const auto&... plane) { return (plane.pixels.size() + ...); };
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) return bytes(yuv->y, yuv->u, yuv->v);
  const auto& rgb = std::get<RgbImage>(picture);
  return bytes(rgb.r, rgb.g, rgb.b);
}

}  // namespace

InputFrame* FramesAhead::front() {
  if (held_.empty()) {
    std::optional<InputFrame> frame = decoded_.pop();
    if (!frame) return nullptr;
    held_.push_back({*std::move(frame), {}});
  }
  return &held_.front().frame;
}

const Picture* FramesAhead::next() {
  if (held_.size() < 2) {
    std::optional<InputFrame> frame = decoded_.try_pop();
    if (!frame) return nullptr;
    held_.push_back({*std::move(frame), {}});
  }
  const InputFrame& frame = held_[1].frame;
  return frame.look_only || frame.prime ? nullptr : &frame.source.picture;
}

const InputFrame* FramesAhead::fade_in_end(std::int64_t limit) {
  if (!is_black(glance_of(held_.front()))) return nullptr;
  const auto ahead =
      static_cast<std::size_t>(frames_read_ahead(bytes_of(held_.front().frame.source.picture)));
  while (held_.size() <= ahead) {
    std::optional<InputFrame> frame = decoded_.pop();
    if (!frame) break;
    held_.push_back({*std::move(frame), {}});
  }
  std::vector<Glance> glances;
  for (std::size_t i = 0; i < held_.size() && i <= ahead; ++i) {
    if (held_[i].frame.source.index >= limit) break;
    glances.push_back(glance_of(held_[i]));
  }
  const std::optional<std::size_t> end = mosaic::fade_in_end(glances);
  return end ? &held_[*end].frame : nullptr;
}

Picture FramesAhead::pop() {
  Picture picture = std::move(held_.front().frame.source.picture);
  held_.pop_front();
  return picture;
}

const Glance& FramesAhead::glance_of(Held& held) {
  if (!held.glance) held.glance = glance_at(held.frame.source.picture);
  return *held.glance;
}

}  // namespace mosaic
