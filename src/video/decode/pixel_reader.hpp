// From a decoded FFmpeg frame to our picture types, in integers.
#pragma once

#include <string>

#include "backend/backend.hpp"
#include "mosaic/image.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// How the code values of a stream are to be read.
struct ColorReading {
  YuvMatrix matrix = YuvMatrix::bt709;
  YuvRange range = YuvRange::limited;
  bool matrix_guessed = false;  ///< the stream says nothing; by height, 720 and up is BT.709
  bool range_guessed = false;
  bool matrix_approximated = false;  ///< the stream names a matrix we read as a close one
};

/// From the frame's tags; the stored height decides where there are none.
ColorReading color_reading_of(const AVFrame& frame);

/// True when to_picture() keeps this pixel format as a YuvImage.
bool kept_as_yuv(int pixel_format);

/// Empty when frames of this format can be converted, else why not.
std::string unsupported_reason(int pixel_format);

/// 8-bit 4:2:0 is copied; everything else becomes 8-bit RGB: chroma replicated, BT.601/709/2020 in
/// fixed point, samples of more or fewer bits scaled to 0-255 with rounding, alpha over black.
/// The picture is as stored; turning it is orient()'s business. 4:2:0 goes into the memory of
/// `spare`, where that is one of the same size.
Picture to_picture(const AVFrame& frame, const ColorReading& reading, Picture spare = {});

}  // namespace mosaic
