// Rounding of a resampled sample. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// sum / total rounded half up, for sum <= 255 total.
MOSAIC_HD std::uint8_t rounded_sample(std::uint64_t sum, std::uint64_t total) {
  return static_cast<std::uint8_t>((sum + total / 2) / total);
}

}  // namespace mosaic
