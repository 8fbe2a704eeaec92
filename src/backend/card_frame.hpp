// What decoding on a card shares with computing on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "mosaic/image.hpp"

namespace mosaic {

/// A decoded frame in a card's memory, as NVDEC leaves it (8-bit NV12): luma, then U and V in turn,
/// (width + 1) / 2 pairs in each of (height + 1) / 2 rows. Written before anybody sees it; stays
/// while this object does.
struct CardFrame {
  const std::uint8_t* y = nullptr;
  const std::uint8_t* uv = nullptr;
  std::ptrdiff_t y_pitch = 0;   ///< bytes from row to row
  std::ptrdiff_t uv_pitch = 0;  ///< bytes from row to row
  Size size;                    ///< in pixels of luma
  std::shared_ptr<void> memory;
};

/// The card that the `cuda` backend computes on, for libraries that speak to the driver themselves.
struct CardContext {
  int index = -1;                  ///< as the CUDA runtime counts cards in this process
  void* driver_context = nullptr;  ///< a CUcontext, valid to the end of the process
  std::string missing = {};        ///< empty when there is one, else why not
};

}  // namespace mosaic
