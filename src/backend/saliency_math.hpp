// How much a cell's fit matters, from its own luma alone. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// Saliency in 1/64: 32 (0.5) for a flat cell, growing with detail toward 128 (2.0).
///
///   saliency = 32 + 96 a / (a + a0)
///
/// where a is the mean absolute luma difference between horizontal neighbours plus the same between
/// vertical ones, in levels, and a0 = 14 levels: a = 7, the mean over photographs and film at cells
/// of 8 to 32 pixels, gives exactly 1.0 (64). The scale is absolute: statistics of the frame would
/// make every cell's weight move with every other's.
///
/// `difference_sum`: sum of |difference| over the S(S-1) horizontal and S(S-1) vertical neighbour
/// pairs inside the S x S cell. For S <= 4096 everything stays below 2^63.
MOSAIC_HD std::uint8_t saliency_from_differences(std::int64_t difference_sum, int size_px) {
  const std::int64_t pairs = static_cast<std::int64_t>(size_px) * (size_px - 1);
  if (pairs == 0) return 32;
  const std::int64_t whole = difference_sum + 14 * pairs;
  return static_cast<std::uint8_t>(32 + (96 * difference_sum + whole / 2) / whole);
}

}  // namespace mosaic
