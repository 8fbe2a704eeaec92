#include "library/photo_tile.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/resize.hpp"
#include "pictures/exif_orientation.hpp"
#include "pictures/picture_decoder.hpp"

namespace mosaic {

namespace {

/// The crop of the picture as interleaved RGB, for pictures smaller than a tile.
std::vector<u8> read_crop(PictureDecoder& decoder, const Rect& crop) {
  std::vector<u8> pixels;
  pixels.reserve(static_cast<std::size_t>(crop.width) * static_cast<std::size_t>(crop.height) * 3);
  for (int y = 0; y < crop.height; ++y) {
    const u8* row = decoder.row(crop.y + y, crop.x, crop.width);
    pixels.insert(pixels.end(), row, row + static_cast<std::ptrdiff_t>(crop.width) * 3);
  }
  return pixels;
}

/// Averages (or, for tiny photos, interpolates) the stored square to the tile's size. Orientation
/// is applied afterwards: both commute, and a tile is smaller than a photo.
RgbImage average_square(PictureDecoder& decoder, const Rect& crop, int tile_size_px) {
  const Size tile{tile_size_px, tile_size_px};
  const RowResampler resampler(Size{crop.width, crop.height}, tile, 3);
  RgbImage out(tile);
  std::vector<std::uint32_t> scratch;
  std::vector<u8> small;
  if (crop.width < tile_size_px) small = read_crop(decoder, crop);
  for (int y = 0; y < tile_size_px; ++y) {
    const std::array<u8*, 3> planes{out.r.row(y), out.g.row(y), out.b.row(y)};
    resampler.run(
        y,
        [&](int row) -> const u8* {
          if (!small.empty()) {
            return small.data() +
                   static_cast<std::size_t>(row) * static_cast<std::size_t>(crop.width) * 3;
          }
          return decoder.row(crop.y + row, crop.x, crop.width);
        },
        scratch, planes.data());
  }
  return out;
}

}  // namespace

int jpeg_shrink_for(int side_px, int tile_size_px) {
  for (const int factor : {8, 4, 2}) {
    if (side_px / factor >= 2 * tile_size_px) return factor;
  }
  return 1;
}

RgbImage photo_tile(PictureKind kind, std::span<const std::byte> file, int tile_size_px) {
  auto decoder = std::make_unique<PictureDecoder>(kind, file);
  if (kind == PictureKind::jpeg) {
    const Size full = decoder->size();
    const int shrink = jpeg_shrink_for(std::min(full.width, full.height), tile_size_px);
    if (shrink > 1)
      decoder = std::make_unique<PictureDecoder>(kind, file, PictureMode::srgb, shrink);
  }
  const Size stored = decoder->size();
  const int orientation = decoder->orientation();
  const Rect square = centre_square(upright_size(orientation, stored));
  const Rect crop = stored_rect(orientation, stored, square);
  RgbImage tile = average_square(*decoder, crop, tile_size_px);
  decoder->finish();
  tile.r = make_upright(orientation, std::move(tile.r));
  tile.g = make_upright(orientation, std::move(tile.g));
  tile.b = make_upright(orientation, std::move(tile.b));
  return tile;
}

}  // namespace mosaic
