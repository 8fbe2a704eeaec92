// What a file is, told from its first bytes; its name only decides how loudly we say so.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace mosaic {

/// Picture formats that are decoded, and those that are recognised and refused by name.
enum class PictureKind {
  none,  ///< no picture format we know
  jpeg,
  png,
  gif,
  webp,
  tiff,
  heif,  ///< HEIC and AVIF
  jxl,
  unsupported,  ///< BMP, Photoshop, SVG, PDF, JPEG 2000, camera raw: see unsupported_name()
};

/// Bytes sniff_picture() wants to see (fewer is fine for a shorter file).
inline constexpr std::size_t kSniffBytes = 64;

PictureKind sniff_picture(std::span<const std::byte> head);

/// "BMP", "PDF", ... for PictureKind::unsupported, else empty.
std::string_view unsupported_name(std::span<const std::byte> head);

/// True when the name ends in the extension (any case) of a format that is decoded. Of a folder of
/// frames these are the pictures; of a pool it is every file whose bytes are.
bool has_decodable_extension(std::string_view name);

/// True when the name ends in a picture's extension, of a format that is decoded or of one that is
/// refused, so that a user expects a tile or a frame of it.
bool has_picture_extension(std::string_view name);

/// Camera raw files carry a TIFF header but their first page is a thumbnail or sensor data.
bool has_camera_raw_extension(std::string_view name);

/// True when the last bytes show that the file was cut off: no end marker where the format
/// demands one (JPEG, PNG, GIF) or fewer bytes than the header announces (WebP).
bool looks_truncated(PictureKind kind, std::span<const std::byte> file);

}  // namespace mosaic
