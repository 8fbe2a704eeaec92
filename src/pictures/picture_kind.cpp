#include "pictures/picture_kind.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "core/file_names.hpp"

namespace mosaic {

namespace {

using namespace std::string_view_literals;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// ISO base media brands of still pictures (ISO/IEC 23008-12, AVIF); other brands are videos.
bool is_heif_brand(std::string_view head) {
  if (head.size() < 12 || head.substr(4, 4) != "ftyp") return false;
  static constexpr std::array kBrands = {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv,
                                         "hevx"sv, "mif1"sv, "msf1"sv, "avif"sv, "avis"sv};
  return std::ranges::find(kBrands, head.substr(8, 4)) != kBrands.end();
}

bool is_svg(std::string_view head) {
  return head.starts_with("<svg") ||
         (head.starts_with("<?xml") && head.find("<svg") != std::string_view::npos);
}

template <std::size_t N>
bool ends_in(std::string_view name, const std::array<std::string_view, N>& endings) {
  return std::ranges::find(endings, lower_ending(name)) != endings.end();
}

std::uint32_t little_endian_32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

PictureKind sniff_picture(std::span<const std::byte> head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("\xff\xd8\xff"sv)) return PictureKind::jpeg;
  if (text.starts_with("\x89PNG\r\n\x1a\n"sv)) return PictureKind::png;
  if (text.starts_with("GIF87a"sv) || text.starts_with("GIF89a"sv)) return PictureKind::gif;
  if (text.size() >= 12 && text.starts_with("RIFF"sv) && text.substr(8, 4) == "WEBP") {
    return PictureKind::webp;
  }
  if (text.starts_with("II*\0"sv) || text.starts_with("MM\0*"sv) || text.starts_with("II+\0"sv) ||
      text.starts_with("MM\0+"sv)) {
    return PictureKind::tiff;
  }
  if (is_heif_brand(text)) return PictureKind::heif;
  if (text.starts_with("\xff\x0a"sv) || text.starts_with("\0\0\0\x0cJXL \r\n\x87\n"sv)) {
    return PictureKind::jxl;
  }
  return unsupported_name(head).empty() ? PictureKind::none : PictureKind::unsupported;
}

std::string_view unsupported_name(std::span<const std::byte> head) {
  const std::string_view text = as_text(head);
  if (text.size() >= 26 && text.starts_with("BM"sv) && text.substr(6, 4) == "\0\0\0\0"sv) {
    return "BMP";
  }
  if (text.starts_with("8BPS"sv)) return "Photoshop";
  if (text.starts_with("%PDF-"sv)) return "PDF";
  if (text.starts_with("\0\0\0\x0cjP  \r\n\x87\n"sv) || text.starts_with("\xff\x4f\xff\x51"sv)) {
    return "JPEG 2000";
  }
  if (is_svg(text)) return "SVG";
  const bool netpbm = text.size() >= 3 && text[0] == 'P' && text[1] >= '1' && text[1] <= '7';
  if (netpbm && (text[2] == '\n' || text[2] == ' ')) return "Netpbm";
  return {};
}

bool has_decodable_extension(std::string_view name) {
  static constexpr std::array kEndings = {".jpg"sv,  ".jpeg"sv, ".jpe"sv,  ".jfif"sv, ".png"sv,
                                          ".apng"sv, ".gif"sv,  ".webp"sv, ".tif"sv,  ".tiff"sv,
                                          ".heic"sv, ".heif"sv, ".hif"sv,  ".avif"sv, ".jxl"sv};
  return ends_in(name, kEndings);
}

bool has_picture_extension(std::string_view name) {
  static constexpr std::array kRefused = {".bmp"sv, ".jp2"sv, ".psd"sv, ".ppm"sv,
                                          ".pgm"sv, ".pbm"sv, ".pnm"sv};
  return has_decodable_extension(name) || ends_in(name, kRefused) || has_camera_raw_extension(name);
}

bool has_camera_raw_extension(std::string_view name) {
  static constexpr std::array kEndings = {".dng"sv, ".nef"sv, ".nrw"sv, ".cr2"sv, ".cr3"sv,
                                          ".arw"sv, ".sr2"sv, ".orf"sv, ".rw2"sv, ".raf"sv,
                                          ".pef"sv, ".srw"sv, ".3fr"sv, ".iiq"sv};
  return ends_in(name, kEndings);
}

bool looks_truncated(PictureKind kind, std::span<const std::byte> file) {
  const std::string_view text = as_text(file);
  switch (kind) {
    case PictureKind::jpeg:  // cameras append data behind the end marker, so search, do not compare
      return text.rfind("\xff\xd9"sv) == std::string_view::npos;
    case PictureKind::png:
      return text.rfind("IEND"sv) == std::string_view::npos;
    case PictureKind::gif:
      return text.empty() || text.back() != ';';
    case PictureKind::webp:
      return text.size() < 12 || text.size() - 8 < little_endian_32(text, 4);
    default:
      return false;
  }
}

}  // namespace mosaic
