// What encoding costs, measured on a few pictures that go nowhere.
#pragma once

#include <span>

#include "mosaic/image.hpp"
#include "video/frame_sink.hpp"

namespace mosaic {

/// Encodes `pictures` as open_frame_sink() would and throws the packets away. False when the output
/// has no video encoder, and nothing was done. Throws like open_frame_sink() for an encoder and
/// settings that cannot be.
bool encode_to_nowhere(const SinkRequest& request, std::span<const YuvImage> pictures);

}  // namespace mosaic
