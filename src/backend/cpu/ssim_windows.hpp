// Sums over all windows of 7 x 7 pixels of a strip of one picture, or of two; what SSIM is made of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/isa.hpp"
#include "core/lanes.hpp"

namespace mosaic::cpu {

/// Columns that are summed; narrower pictures are padded, so that whole vectors can be read.
inline int padded_width(int width) { return std::max(width, kLanes); }

/// A strip of `rows` window rows of two pictures, or of one given twice. Rows can be read for
/// padded_width(width) pixels.
struct WindowStrip {
  const std::uint8_t* a;
  std::ptrdiff_t a_stride;
  const std::uint8_t* b;
  std::ptrdiff_t b_stride;
  int width;
  int rows;
};

/// Where sums go: of b, of b^2 and, for a pair, of a * b.
struct SumArrays {
  std::int32_t *sum, *squares, *products;
};

/// Window sums of the strip: of b and b^2, with kPair of a * b too. `columns` is scratch. Both are
/// written up to a vector beyond their contents.
template <bool kPair>
void sum_windows(const WindowStrip& strip, Isa isa, const SumArrays& columns, const SumArrays& out);

/// Those of a * b only.
void sum_product_windows(const WindowStrip& strip, Isa isa, std::int32_t* columns,
                         std::int32_t* out);

}  // namespace mosaic::cpu
