// A source that begins in the middle.
#pragma once

#include <memory>

#include "video/frame_source.hpp"

namespace mosaic {

/// Like open_frame_source(), but frames long before `from_s` seconds after the first may be left
/// out: a video begins at the key frame before, other sources at their beginning. Times are those
/// of the whole; indices count from the first frame that is read.
std::unique_ptr<FrameSource> open_frame_source_near(const std::filesystem::path& path,
                                                    const SourceOptions& options, double from_s,
                                                    const RenderObserver& observer);

}  // namespace mosaic
