// Sums over |a - b| of two rectangles of bytes.
//
// psadbw, which every x86-64 processor has, is made for this. Wider registers with 256 bit gain
// nothing on rows as short as cells have; AVX-512 brings masked loads, so that a row of any width
// ends without a detour.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/isa.hpp"

namespace mosaic {

/// Two rectangles of `rows` rows of `width` bytes. Of each row of both, `before` bytes to the left
/// and `after` bytes to the right may be read too, which helps where rows are shorter than a
/// register.
struct BytePair {
  const std::uint8_t* a;
  const std::uint8_t* b;
  std::ptrdiff_t stride;
  int width;
  int rows;
  int before = 0;
  int after = 0;
};

/// Sum of |a - b|.
std::int64_t difference_sum(const BytePair& pair, Isa isa);

struct ByteChanges {
  std::int64_t sum = 0;    ///< of |a - b|
  std::int64_t alike = 0;  ///< places with |a - b| below a number of levels
};

/// Both in one pass; `levels` from 1 to 255.
ByteChanges byte_changes(const BytePair& pair, int levels, Isa isa);

}  // namespace mosaic
