#include "pipeline/stage_probe.hpp"

#include <array>
#include <variant>

#include "core/hash.hpp"

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
  if (fault_) fault_(frame, stage, *parts.begin());
  return hash_parts(parts);
}

std::uint64_t StageProbe::hash(std::int64_t frame, Stage stage, Picture& picture) const {
  std::array<std::int32_t, 5> form = form_of(picture);
  const std::array<Plane*, 3> planes = planes_of(picture);
  return hash(frame, stage,
              {bytes_of(planes[0]->pixels), bytes_of(planes[1]->pixels),
               bytes_of(planes[2]->pixels), std::as_writable_bytes(std::span(form))});
}

void StageProbe::tell(std::int64_t frame, Stage stage, std::uint64_t hash) {
  for (StageWatch* const watch : watches_) watch->saw(frame, stage, hash);
}

void StageProbe::spoil(std::int64_t frame, Stage stage, Picture& picture) const {
  if (fault_) fault_(frame, stage, bytes_of(planes_of(picture)[0]->pixels));
}

}  // namespace mosaic
