// What the FFmpeg libraries of this machine can do, by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mosaic {

/// Release of the libraries that are loaded, such as "5.1.9-0+deb12u1".
std::string ffmpeg_release();

/// Versions of the single libraries that are loaded: "libavcodec 59.37.100, ...".
std::string ffmpeg_libraries();

/// Names of all video encoders, sorted.
std::vector<std::string> video_encoder_names();

bool have_encoder(std::string_view name);
bool have_decoder(std::string_view name);

}  // namespace mosaic
