#include "library/video_pool.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "mosaic/error.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

namespace {

/// The centred part of a stored frame that is shown as a square.
Rect shown_square(Size stored, double sample_aspect) {
  const double side = std::min(stored.width * sample_aspect, static_cast<double>(stored.height));
  const int width =
      std::clamp(static_cast<int>(std::llrint(side / sample_aspect)), 1, stored.width);
  const int height = std::clamp(static_cast<int>(std::llrint(side)), 1, stored.height);
  return Rect{(stored.width - width) / 2, (stored.height - height) / 2, width, height};
}

RgbImage frame_tile(const Picture& picture, double sample_aspect, int tile_size_px,
                    ThreadPool& pool) {
  const Size tile{tile_size_px, tile_size_px};
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) {
    const Rect crop = shown_square(yuv->size(), sample_aspect);
    RgbImage square(Size{crop.width, crop.height});
    yuv_to_rgb(*yuv, crop, square, pool);
    return resize(square, Rect{0, 0, crop.width, crop.height}, tile, pool);
  }
  const auto& rgb = std::get<RgbImage>(picture);
  return resize(rgb, shown_square(rgb.size(), sample_aspect), tile, pool);
}

std::string frame_name(std::int64_t index) {
  std::string digits = std::to_string(index);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return "frame " + digits;
}

}  // namespace

LibraryData build_from_video(const LibrarySettings& settings, TileLayout layout,
                             std::uint64_t source_key, ThreadPool& pool,
                             const RenderObserver& observer) {
  const int step = std::max(1, settings.tile_step);
  const auto source = open_frame_source(settings.tiles, {}, observer);
  LibraryArrays arrays(layout, variants_per_photo(settings));
  BuildProgress progress(observer, source->info().frames);
  SourceFrame frame;
  while (source->read(frame)) {
    if (frame.index % step == 0) {
      const RgbImage tile =
          frame_tile(frame.picture, source->info().sample_aspect, layout.tile_size_px, pool);
      arrays.add({frame_name(frame.index), 0, frame.pts},
                 describe_photo(tile, settings, layout.features_k));
    }
    progress.add(1);
  }
  if (arrays.photos() == 0) {
    throw InputError("tile pool '" + settings.tiles.string() + "' has no frame that can be decoded",
                     "Give --tiles a complete video or a folder of photos.");
  }
  return std::move(arrays).take(source->skipped(), source_key);
}

}  // namespace mosaic
