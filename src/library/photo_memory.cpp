#include "library/photo_memory.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/file_names.hpp"
#include "pictures/input_bytes.hpp"
#include "pictures/picture_decoder.hpp"

namespace mosaic {

namespace {

/// Note [Held whole]
/// Pictures whose first row takes all of the file are held whole, as what their decoders work in.
/// Bytes per pixel: by count for the coefficients of a JPEG in several passes (16 bits each) and
/// the samples of an interlaced PNG; fitted for the others to what the kernel counted with
/// libvips 8.14 and pictures of 24 million pixels (HEIC and AVIF 7.9, with 10 bits 13.4, WebP 7.7
/// to 8.0, JPEG XL 5.7, GIF 3.9).
constexpr std::uint64_t kHeifBytes = 8;  // and JPEG XL
constexpr std::uint64_t kDeepHeifBytes = 14;
constexpr std::uint64_t kWebpBytes = 8;
constexpr std::uint64_t kGifBytes = 4;

/// Of each ending, so that small HEICs are seen beside large JPEGs.
constexpr std::size_t kLookedInto = 32;
/// Of a file: what precedes a JPEG's frame header are tables, a profile and previews.
constexpr std::size_t kHeadBytes = std::size_t{1} << 20;

class Head {
 public:
  explicit Head(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool has(std::size_t at, std::size_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  /// 0 behind the end.
  [[nodiscard]] std::uint64_t byte(std::size_t at) const {
    return has(at, 1) ? std::to_integer<std::uint64_t>(bytes_[at]) : 0;
  }
  [[nodiscard]] std::uint64_t big(std::size_t at, std::size_t count) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte(at + i);
    return value;
  }
  [[nodiscard]] std::uint64_t little(std::size_t at, std::size_t count) const {
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | byte(at + i);
    return value;
  }
  [[nodiscard]] std::string_view text(std::size_t at, std::size_t count) const {
    return has(at, count)
               ? std::string_view(reinterpret_cast<const char*>(bytes_.data()) + at, count)
               : std::string_view();
  }

 private:
  std::span<const std::byte> bytes_;
};

/// 0 for a picture that is refused, which its decoder therefore does not begin to hold.
std::uint64_t unless_refused(std::uint64_t width, std::uint64_t height, std::uint64_t each) {
  const auto side = static_cast<std::uint64_t>(kMaxPictureSide);
  if (width > side || height > side || width * height > kMaxWholePixels) return 0;
  return width * height * each;
}

/// Coefficients of all components of a frame whose header (ITU-T T.81, B.2.2) is at `at`.
std::uint64_t coefficients(const Head& head, std::size_t at) {
  constexpr std::size_t kMostComponents = 4;
  const auto components = static_cast<std::size_t>(head.byte(at + 7));
  if (components > kMostComponents) return 0;
  std::uint64_t widest = 1;
  std::uint64_t highest = 1;
  std::uint64_t blocks = 0;
  for (std::size_t i = 0; i < components; ++i) {
    const std::uint64_t sampling = head.byte(at + 9 + 3 * i) & 0x77;  // 1 to 4 each
    widest = std::max(widest, sampling >> 4);
    highest = std::max(highest, sampling & 15);
    blocks += (sampling >> 4) * (sampling & 15);
  }
  return unless_refused(head.big(at + 5, 2), head.big(at + 3, 2), blocks) / (widest * highest);
}

/// A picture in one scan that has all components is decoded row by row.
std::uint64_t jpeg_bytes(const Head& head) {
  std::uint64_t held = 0;
  std::uint64_t components = 0;
  bool progressive = false;
  for (std::size_t at = 2; head.has(at, 4) && head.byte(at) == 0xFF;) {
    const std::uint64_t marker = head.byte(at + 1);
    if (marker == 0xFF) {  // filling
      ++at;
      continue;
    }
    at += 2;
    const bool other = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
    if (marker >= 0xC0 && marker <= 0xCF && !other) {
      held = 2 * coefficients(head, at);
      components = head.byte(at + 7);
      progressive = (marker & 3) == 2;
    }
    if (marker == 0xDA) return progressive || head.byte(at + 2) < components ? held : 0;
    at += static_cast<std::size_t>(head.big(at, 2));
  }
  return 0;
}

/// By its IHDR chunk (PNG, section 11.2.1).
std::uint64_t png_bytes(const Head& head) {
  constexpr std::uint64_t kPalette = 3;
  if (head.text(12, 4) != "IHDR" || head.byte(28) == 0) return 0;
  const std::uint64_t colour = head.byte(25);
  std::uint64_t samples = (colour & 2) != 0 ? 3 : 1;
  samples += (colour & 4) != 0 || colour == kPalette ? 1 : 0;
  return unless_refused(head.big(16, 4), head.big(20, 4), samples * (head.byte(24) == 16 ? 2 : 1));
}

/// By its first chunk (RFC 9649, section 2).
std::uint64_t webp_bytes(const Head& head) {
  const std::string_view chunk = head.text(12, 4);
  if (chunk == "VP8X") {
    return unless_refused(head.little(24, 3) + 1, head.little(27, 3) + 1, kWebpBytes);
  }
  if (chunk == "VP8 ") {
    return unless_refused(head.little(26, 2) & 0x3FFF, head.little(28, 2) & 0x3FFF, kWebpBytes);
  }
  if (chunk != "VP8L") return 0;
  const std::uint64_t sides = head.little(21, 4);
  return unless_refused((sides & 0x3FFF) + 1, ((sides >> 14) & 0x3FFF) + 1, kWebpBytes);
}

/// Their headers are libheif's and libjxl's business.
std::uint64_t decoder_bytes(PictureKind kind, const InputBytes& input) {
  const std::vector<std::byte> file = input.all();
  const PictureDecoder decoder(kind, file);
  const std::uint64_t each = decoder.deep() ? kDeepHeifBytes : kHeifBytes;
  return file.size() + each * decoder.size().area();
}

std::uint64_t bytes_of_photo(const PoolFile& photo) {
  try {
    if (photo.size > kMaxPictureFileBytes) return 0;
    const InputBytes input(photo.open, Links::refuse);
    const PictureKind kind = sniff_picture(input.head(kSniffBytes));
    if (kind == PictureKind::none || kind == PictureKind::unsupported) return 0;
    if (kind == PictureKind::heif || kind == PictureKind::jxl) return decoder_bytes(kind, input);
    const std::size_t needed = kind == PictureKind::jpeg ? kHeadBytes : kSniffBytes;
    const std::uint64_t held = bytes_held_whole(kind, input.head(needed));
    return photo.size + held;
  } catch (const PictureProblem&) {
    return 0;  // it is going to be skipped
  }
}

std::string ending_of(const std::string& name) {
  return has_picture_extension(name) ? lower_ending(name) : std::string();
}

}  // namespace

std::uint64_t bytes_held_whole(PictureKind kind, std::span<const std::byte> bytes) {
  const Head head(bytes);
  switch (kind) {
    case PictureKind::jpeg:
      return jpeg_bytes(head);
    case PictureKind::png:
      return png_bytes(head);
    case PictureKind::gif:
      return unless_refused(head.little(6, 2), head.little(8, 2), kGifBytes);
    case PictureKind::webp:
      return webp_bytes(head);
    default:
      return 0;
  }
}

std::vector<std::uint64_t> photo_bytes(const PoolListing& listing) {
  std::map<std::string, std::vector<const PoolFile*>> by_ending;
  for (const PoolFile& file : listing.files) by_ending[ending_of(file.name)].push_back(&file);
  std::vector<std::uint64_t> bytes;
  for (auto& [ending, files] : by_ending) {
    const std::size_t most = std::min(files.size(), kLookedInto);
    std::partial_sort(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(most), files.end(),
                      [](const PoolFile* a, const PoolFile* b) { return a->size > b->size; });
    for (std::size_t i = 0; i < most; ++i) bytes.push_back(bytes_of_photo(*files[i]));
  }
  std::sort(bytes.begin(), bytes.end(), std::greater<>());
  return bytes;
}

}  // namespace mosaic
