#include "pipeline/stage_probe.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <variant>

#include "core/hash.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

std::array<Plane*, 3> planes_of(Picture& picture) {
  if (auto* yuv = std::get_if<YuvImage>(&picture)) return {&yuv->y, &yuv->u, &yuv->v};
  auto& rgb = std::get<RgbImage>(picture);
  return {&rgb.r, &rgb.g, &rgb.b};
}

/// What a picture is besides its samples.
std::array<std::int32_t, 5> form_of(const Picture& picture) {
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) {
    return {1, yuv->size().width, yuv->size().height, static_cast<std::int32_t>(yuv->matrix),
            static_cast<std::int32_t>(yuv->range)};
  }
  const Size size = std::get<RgbImage>(picture).size();
  return {0, size.width, size.height, 0, 0};
}

}  // namespace

std::uint64_t hash_parts(StageParts parts) {
  Hasher hasher;
  for (const std::span<std::byte> part : parts) {
    hasher.number(static_cast<std::int64_t>(part.size())).bytes(part);
  }
  return hasher.digest();
}

std::uint64_t StageProbe::hash(std::int64_t frame, Stage stage, StageParts parts) const {
  if (parts.size() != kStageArrays[static_cast<std::size_t>(stage)]) {
    throw std::logic_error("stage " + std::string(stage_name(stage)) + " has " +
                           std::to_string(parts.size()) + " arrays");
  }
  if (fault_) {
    std::size_t array = 0;
    for (const std::span<std::byte> part : parts) fault_(frame, stage, array++, part);
  }
  return hash_parts(parts);
}

std::uint64_t StageProbe::hash(std::int64_t frame, Stage stage, Picture& picture) const {
  std::array<std::int32_t, 5> form = form_of(picture);
  const std::array<Plane*, 3> planes = planes_of(picture);
  // A fault is to be seen by whoever works on the card, too.
  if (auto* yuv = std::get_if<YuvImage>(&picture); yuv != nullptr && fault_) yuv->on_card.reset();
  return hash(frame, stage,
              {bytes_of(planes[0]->pixels), bytes_of(planes[1]->pixels),
               bytes_of(planes[2]->pixels), std::as_writable_bytes(std::span(form))});
}

void StageProbe::require_up_to(std::size_t stage) const {
  for (std::size_t i = next_; i < stage; ++i) {
    if (i == static_cast<std::size_t>(Stage::flow)) continue;
    throw VerifyError("frame " + std::to_string(frame_) + ": stage " + std::string(kStageNames[i]) +
                          " was not hashed, so it cannot be compared",
                      "this is a fault of the program; please report it with the input");
  }
}

void StageProbe::require_complete() const {
  if (frame_ >= 0) require_up_to(kFrameStages);
}

void StageProbe::tell(std::int64_t frame, Stage stage, std::uint64_t hash) {
  if (frame != frame_) {
    require_complete();
    frame_ = frame;
    next_ = 0;
  }
  require_up_to(static_cast<std::size_t>(stage));
  next_ = static_cast<std::size_t>(stage) + 1;
  for (StageWatch* const watch : watches_) watch->saw(frame, stage, hash);
}

void StageProbe::spoil(std::int64_t frame, Stage stage, Picture& picture) const {
  if (!fault_) return;
  std::size_t array = 0;
  for (Plane* const plane : planes_of(picture)) {
    fault_(frame, stage, array++, bytes_of(plane->pixels));
  }
}

}  // namespace mosaic
