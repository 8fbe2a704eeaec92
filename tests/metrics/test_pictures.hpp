// Pictures that a Python reference can rebuild.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mosaic/image.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic::test {

/// The top bytes of s <- 1664525 s + 1013904223 (mod 2^32) from `seed`, row by row.
inline Plane sequence_plane(Size size, std::uint32_t seed) {
  Plane plane(size);
  for (u8& pixel : plane.pixels) {
    seed = seed * 1664525U + 1013904223U;
    pixel = static_cast<u8>(seed >> 24);
  }
  return plane;
}

inline RgbImage sequence_picture(Size size, std::uint32_t seed) {
  RgbImage image(size);
  image.r = sequence_plane(size, seed);
  image.g = sequence_plane(size, seed + 1000);
  image.b = sequence_plane(size, seed + 2000);
  return image;
}

inline RgbImage flat_picture(Size size, u8 r, u8 g, u8 b) {
  RgbImage image(size);
  image.r = Plane(size, r);
  image.g = Plane(size, g);
  image.b = Plane(size, b);
  return image;
}

/// Sets a rectangle to one colour.
inline void paint(RgbImage& image, Rect where, u8 r, u8 g, u8 b) {
  for (int y = where.y; y < where.y + where.height; ++y) {
    for (int x = where.x; x < where.x + where.width; ++x) {
      image.r.row(y)[x] = r;
      image.g.row(y)[x] = g;
      image.b.row(y)[x] = b;
    }
  }
}

/// Numbered PNG files in a new folder.
inline void write_folder(const std::filesystem::path& folder, const std::vector<RgbImage>& frames) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::string name = "frame" + std::to_string(10000 + i) + ".png";
    write_picture(folder / name, name, frames[i]);
  }
}

}  // namespace mosaic::test
