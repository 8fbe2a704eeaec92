// First frames as other programs show them.
#pragma once

#include <filesystem>

#include "mosaic/image.hpp"
#include "torture/video_cases.hpp"

namespace mosaic::test {

/// The first frame of the case's stream in `film`, of `size` px, by FFmpeg's own conversion to RGB
/// at its most exact: without accurate_rnd it is off by two levels from 10 bits.
RgbImage first_frame_by_ffmpeg(const VideoCase& c, const std::filesystem::path& film, Size size);

/// Whether this ffmpeg has zscale, which first_frame_tone_mapped() needs.
bool have_zscale();

/// The first frame of an HDR film: FFmpeg's zscale (zimg) gives light in cd/m2, to which BT.2390's
/// curve for a screen of 203 cd/m2, BT.2087's matrix and BT.1886's gamma are applied in double
/// precision. FFmpeg's own tone mapping knows other curves only.
RgbImage first_frame_tone_mapped(const VideoCase& c, const std::filesystem::path& film, Size size);

}  // namespace mosaic::test
