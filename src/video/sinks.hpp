// The kinds of frame sink behind open_frame_sink().
#pragma once

#include <memory>
#include <string>

#include "video/frame_sink.hpp"

namespace mosaic {

/// `ending`: .mp4, .mov, .mkv or .webm.
std::unique_ptr<FrameSink> open_video_sink(const SinkRequest& request, const std::string& ending,
                                           const RenderObserver& observer);

std::unique_ptr<FrameSink> open_gif_sink(const SinkRequest& request,
                                         const RenderObserver& observer);

std::unique_ptr<FrameSink> open_still_sink(const SinkRequest& request);

/// How the numbered pictures of one folder are called: <before><number><after>.
struct PictureNames {
  std::filesystem::path folder;
  std::string before;
  int digits = 6;     ///< least digits, padded with zeros; 0: no padding
  std::string after;  ///< with the ending, ".png" or ".jpg"
  [[nodiscard]] std::string name(std::int64_t number) const;
  /// The number in a name made by name(), or -1.
  [[nodiscard]] std::int64_t number_in(const std::string& name) const;
};

/// Splits "out/f_%05d.png". Throws UsageError for another number of %d or an unknown ending.
PictureNames parse_picture_pattern(const std::filesystem::path& pattern);

std::unique_ptr<FrameSink> open_folder_sink(const SinkRequest& request, const PictureNames& names,
                                            const RenderObserver& observer);

}  // namespace mosaic
