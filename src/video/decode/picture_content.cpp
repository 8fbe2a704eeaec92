#include "video/decode/picture_content.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace mosaic {

namespace {

using namespace std::string_view_literals;

/// `count` bytes from `at`, or fewer where the file ends.
std::string bytes_at(std::ifstream& file, std::uint64_t at, std::size_t count) {
  std::string bytes(count, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::uint64_t number(std::string_view bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char byte = bytes[big_endian ? i : bytes.size() - 1 - i];
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

/// Chunks of a PNG (section 5.3) up to the picture's: an animation's acTL comes before.
bool is_animated_png(std::ifstream& file) {
  constexpr std::uint64_t kAround = 12;
  for (std::uint64_t at = 8;;) {
    const std::string header = bytes_at(file, at, 8);
    if (header.size() < 8 || header.ends_with("IDAT")) return false;
    if (header.ends_with("acTL")) return true;
    at += number(std::string_view(header).substr(0, 4), true) + kAround;
  }
}

/// Chunks of a RIFF (RFC 9649, section 2.7): every frame of an animation is one.
bool has_webp_frames(std::ifstream& file) {
  int frames = 0;
  for (std::uint64_t at = 12;;) {
    const std::string header = bytes_at(file, at, 8);
    if (header.size() < 8) return false;
    if (header.starts_with("ANMF") && ++frames == 2) return true;
    const std::uint64_t size = number(std::string_view(header).substr(4), false);
    at += 8 + size + size % 2;
  }
}

/// Behind the entropy-coded data of a JPEG's scan: FF and neither 0, a restart marker nor filling.
bool skip_scan(std::ifstream& file, int& marker) {
  for (int byte = file.get(); byte >= 0;) {
    if (byte != 0xFF) {
      byte = file.get();
      continue;
    }
    marker = file.get();
    const bool coded = marker == 0 || (marker >= 0xD0 && marker <= 0xD7);
    if (!coded && marker != 0xFF) return marker >= 0;
    byte = marker == 0xFF ? 0xFF : file.get();
  }
  return false;
}

/// Whether another JPEG follows the first (ITU-T T.81, annex B). Photos of several pictures, with a
/// preview or a gain map, say so in the first (CIPA DC-007).
bool is_jpeg_row(std::ifstream& file) {
  constexpr int kEnd = 0xD9;
  constexpr int kScan = 0xDA;
  constexpr int kExtension = 0xE2;
  file.clear();
  file.seekg(2);
  int marker = 0;
  bool known = false;
  while (file) {
    if (!known) {
      if (file.get() != 0xFF) return false;
      marker = file.get();
    }
    known = false;
    if (marker == 0xFF) {
      file.unget();
      continue;
    }
    if (marker == kEnd) break;
    std::array<char, 6> head{};
    if (!file.read(head.data(), head.size())) return false;
    const std::string_view bytes(head.data(), head.size());
    const std::uint64_t length = number(bytes.substr(0, 2), true);
    if (length < 2 || (marker == kExtension && bytes.substr(2) == "MPF\0"sv)) return false;
    file.seekg(static_cast<std::streamoff>(length) - 6, std::ios::cur);
    if (marker == kScan) known = skip_scan(file, marker);
  }
  while (file.peek() == 0) file.get();  // cameras fill up
  return file.get() == 0xFF && file.get() == 0xD8 && file.get() == 0xFF;
}

}  // namespace

PictureContent picture_content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string head = bytes_at(file, 0, 12);
  if (head.starts_with("GIF87a") || head.starts_with("GIF89a") || head.ends_with("ftypavis")) {
    return PictureContent::film;
  }
  if (head.starts_with("\xFF\xD8\xFF")) {
    return is_jpeg_row(file) ? PictureContent::jpeg_row : PictureContent::picture;
  }
  if (head.starts_with("\x89PNG\r\n\x1A\n")) {
    return is_animated_png(file) ? PictureContent::film : PictureContent::picture;
  }
  if (head.starts_with("RIFF") && head.ends_with("WEBP")) {
    return has_webp_frames(file) ? PictureContent::animated_webp : PictureContent::picture;
  }
  const bool tiff = head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv);
  return tiff ? PictureContent::picture : PictureContent::none;
}

}  // namespace mosaic
