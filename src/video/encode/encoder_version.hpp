// What encodes an output, for whoever compares bytes.
#pragma once

#include <filesystem>
#include <string>

#include "mosaic/settings.hpp"

namespace mosaic {

/// "libx264 (libx264.so.164)": the encoder of `output` and, where it is a library of its own, its
/// file; the others belong to libavcodec. Empty for pictures and GIF.
std::string encoder_version(const std::filesystem::path& output, const EncodeSettings& encode);

}  // namespace mosaic
