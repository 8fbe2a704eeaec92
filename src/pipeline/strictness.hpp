// --strict: damage ends the job instead of being counted.
#pragma once

#include <vector>

#include "mosaic/render.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

/// Throws InputError naming the first of `skipped`, if any.
void require_intact(const std::vector<SkippedInput>& skipped);

/// The same for a source that has been read to its end, whose decoding errors count too.
void require_intact(const FrameSource& source);

}  // namespace mosaic
