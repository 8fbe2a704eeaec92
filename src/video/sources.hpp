// The kinds of frame source behind open_frame_source().
#pragma once

#include <filesystem>
#include <memory>

#include "mosaic/render.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

std::unique_ptr<FrameSource> open_video_source(const std::filesystem::path& path,
                                               const SourceOptions& options, double from_s,
                                               const RenderObserver& observer);

std::unique_ptr<FrameSource> open_folder_source(const std::filesystem::path& folder, double fps,
                                                const RenderObserver& observer);

std::unique_ptr<FrameSource> open_still_source(const std::filesystem::path& path);

/// A frame rate as a fraction: n*1000/1001 where the decimal says so (23.976, 29.97 ...), else the
/// decimal to three places. Throws UsageError outside 0.001-1000.
Rational rational_rate(double fps);

/// A path part for messages, by visible_utf8(): a name cannot fake a line or pass for another.
std::string shown_name(const std::filesystem::path& path);

/// Brings a picture to `size`: centre-cropped to its shape, then resized in integers.
Picture fit_picture(const Picture& picture, Size size);

Size size_of(const Picture& picture);

}  // namespace mosaic
