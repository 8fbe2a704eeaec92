// Still pictures in and out (libvips inside): any photo format to 8-bit sRGB, and PNG/JPEG out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mosaic/image.hpp"

namespace mosaic {

/// Reads a picture, upright (EXIF), converted to 8-bit sRGB, alpha over black, first frame of an
/// animation. Throws InputError with a reason of one clause when it is truncated, too large, not a
/// picture, or not a regular file.
RgbImage read_picture(const std::filesystem::path& path);

/// Reads a picture's grey values as stored when it is a grey picture, else its full-range luma.
Plane read_picture_luma(const std::filesystem::path& path);

/// Writes .png or .jpg/.jpeg by the ending of `name_hint`, to exactly `path`. Throws OutputError.
void write_picture(const std::filesystem::path& path, const std::string& name_hint,
                   const RgbImage& image);

/// The same as the bytes of a file, its kind by the ending of `name_hint`. Throws OutputError.
std::vector<std::byte> picture_bytes(const std::string& name_hint, const RgbImage& image);

}  // namespace mosaic
