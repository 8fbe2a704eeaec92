// The kinds of frame sink behind open_frame_sink().
#pragma once

#include <memory>
#include <string>

#include "core/output_name.hpp"
#include "video/frame_sink.hpp"

namespace mosaic {

/// `ending`: .mp4, .mov, .mkv or .webm.
std::unique_ptr<FrameSink> open_video_sink(const SinkRequest& request, const std::string& ending,
                                           const RenderObserver& observer);

std::unique_ptr<FrameSink> open_gif_sink(const SinkRequest& request,
                                         const RenderObserver& observer);

std::unique_ptr<FrameSink> open_still_sink(const SinkRequest& request);

std::unique_ptr<FrameSink> open_folder_sink(const SinkRequest& request, const PictureNames& names,
                                            const RenderObserver& observer);

}  // namespace mosaic
