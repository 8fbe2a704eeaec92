// Whether a file is one picture or several in a row, by its bytes and not by its name.
#pragma once

#include <filesystem>

namespace mosaic {

enum class PictureContent {
  none,           ///< nothing that is known here
  picture,        ///< one JPEG, PNG, TIFF or WebP, whatever is appended to it
  film,           ///< an animation that FFmpeg reads: GIF, animated PNG, AVIF sequence
  jpeg_row,       ///< JPEGs one behind the other that do not call themselves parts of one photo
  animated_webp,  ///< more than one frame; FFmpeg before 7.1 cannot decode it
};

/// Reads as much of the file as it takes to tell; `none` too when it cannot be read.
PictureContent picture_content(const std::filesystem::path& path);

}  // namespace mosaic
