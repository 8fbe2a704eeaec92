// Twins of core/color_convert.hpp and core/resize.hpp, and of how video/decode/pixel_reader.hpp
// reads NV12.
#pragma once

#include <cstdint>

#include "backend/card_frame.hpp"
#include "core/resize.hpp"
#include "cuda/buffers.hpp"
#include "cuda/pictures.hpp"
#include "cuda/stream.hpp"

namespace mosaic::gpu {

/// AxisTaps on the card.
class DeviceTaps {
 public:
  DeviceTaps(const AxisTaps& taps, const Stream& stream);

  struct View {
    const std::int32_t* first;
    const std::int32_t* begin;
    const std::uint32_t* weight;
    std::uint32_t total;
  };
  [[nodiscard]] View view() const { return {first_.data(), begin_.data(), weight_.data(), total_}; }

 private:
  DeviceBuffer<std::int32_t> first_, begin_;
  DeviceBuffer<std::uint32_t> weight_;
  std::uint32_t total_;
};

/// NV12 with rows that may have gaps to planes without; `y`, `u`, `v` have the sizes of a YuvImage.
void split_nv12(const CardFrame& source, std::uint8_t* y, std::uint8_t* u, std::uint8_t* v,
                const Stream& stream);

/// 4:2:0 to RGB for the given rectangle; `out` has its size.
void yuv_to_rgb(const YuvView& source, YuvMatrix matrix, YuvRange range, Rect crop,
                const RgbView& out, const Stream& stream);

/// Resamples `crop` of `source` to the size of `out`, along taps made for these sizes.
void resize(const RgbView& source, Rect crop, const DeviceTaps& x, const DeviceTaps& y,
            const RgbView& out, const Stream& stream);

void luma_of(const RgbView& source, std::uint8_t* out, const Stream& stream);

/// RGB to 4:2:0; `y`, `u`, `v` have the sizes of a YuvImage.
void rgb_to_yuv(const RgbView& source, YuvMatrix matrix, YuvRange range, std::uint8_t* y,
                std::uint8_t* u, std::uint8_t* v, const Stream& stream);

}  // namespace mosaic::gpu
