// One photo file to one square tile.
#pragma once

#include <cstddef>
#include <span>

#include "mosaic/image.hpp"
#include "pictures/picture_kind.hpp"

namespace mosaic {

/// JPEG shrink factor for a picture whose shorter side is `side_px`: the largest of 8, 4, 2 that
/// leaves at least twice the tile, else 1. From sizes only, so the choice is the same everywhere.
int jpeg_shrink_for(int side_px, int tile_size_px);

/// Decodes a photo as far as needed, cuts the centred square of the upright picture and averages it
/// to tile_size_px squared. Memory: a few rows, whatever the picture's size (formats that must be
/// decoded at once aside). Throws PictureProblem.
RgbImage photo_tile(PictureKind kind, std::span<const std::byte> file, int tile_size_px);

}  // namespace mosaic
