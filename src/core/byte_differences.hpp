// Sums over |a - b| of two rectangles of bytes.
//
// Not dispatched: psadbw, which every x86-64 processor has, is made for this, and wider registers
// gain nothing on rows as short as cells have.
#pragma once

#include <cstddef>
#include <cstdint>

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
std::int64_t difference_sum(const BytePair& pair);

/// How many places have |a - b| < `levels`; `levels` from 1 to 255.
std::int64_t count_alike(const BytePair& pair, int levels);

/// The same, one byte at a time: what the two above must give.
namespace plain {
std::int64_t difference_sum(const BytePair& pair);
std::int64_t count_alike(const BytePair& pair, int levels);
}  // namespace plain

}  // namespace mosaic
