// How much an encoder keeps of what it is given.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Bytes that the encoder of `output` holds when it is in full swing, an estimate: it looks ahead
/// over tens of frames, and every thread works on one of its own. Their number decides bytes, so it
/// cannot shrink for want of memory. 0 for pictures. `size`: of the output in pixels.
std::uint64_t encoder_memory(const std::filesystem::path& output, const EncodeSettings& encode,
                             Size size);

}  // namespace mosaic
