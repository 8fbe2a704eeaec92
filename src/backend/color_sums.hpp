// Exact integer colour statistics of a square of pixels, shared by g++ and nvcc.
#pragma once

#include <cstdint>

namespace mosaic {

/// First and second moments of an S x S square of 8-bit RGB pixels, as exact sums.
/// For S <= 1024 every field is below 2^37.
struct ColorSums {
  std::int64_t pixels = 0;
  std::int64_t sum[3] = {};      ///< sum of r, g, b
  std::int64_t product[6] = {};  ///< sums of rr, rg, rb, gg, gb, bb
  friend bool operator==(const ColorSums&, const ColorSums&) = default;
};

}  // namespace mosaic
