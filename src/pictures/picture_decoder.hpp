// libvips behind one door: bytes of a picture file in, rows of 8-bit sRGB out.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mosaic/image.hpp"
#include "pictures/picture_kind.hpp"

namespace mosaic {

/// Largest picture decoded, in pixels of the stored picture (the largest phone sensors have
/// 200 million). A file may announce billions in a few bytes, so this is checked on the header.
inline constexpr std::size_t kMaxPicturePixels = std::size_t{1} << 28;
/// The same for interlaced PNG, progressive JPEG, WebP and GIF, which are held whole while they are
/// decoded. Cameras write none of them so large; HEIF, of which they do, has the limit above.
inline constexpr std::size_t kMaxWholePixels = std::size_t{1} << 26;
/// Longest side decoded.
inline constexpr int kMaxPictureSide = 1 << 20;

/// Longest row decoded, in bytes as stored: 109,226 pixels of RGB, 40,960 of RGBA with 16 bits.
/// Some 70 rows are held at once, which then stay below what a photo is estimated to take
/// (pipeline/job_memory.cpp); any JPEG fits.
inline constexpr std::size_t kMaxPictureRowBytes = std::size_t{320} << 10;

enum class PictureMode {
  srgb,      ///< 3 samples per pixel, colour-managed to sRGB
  grey_raw,  ///< 1 sample per pixel when the file is grey, as stored; else as srgb
};

/// One picture being decoded, top to bottom, at most once. Use from one thread.
///
/// Colour: an embedded ICC profile is honoured (relative colorimetric to sRGB); CMYK without one is
/// read with libvips' built-in CMYK profile; everything else goes through libvips' own conversion.
/// Alpha lies over black: (sample * alpha + 127) / 255. Animations and multi-page files give their
/// first frame. Truncated data is an error, not a grey area.
///
/// All members throw PictureProblem.
class PictureDecoder {
 public:
  /// Reads the header. `file` must outlive the decoder. `jpeg_shrink` is 1, 2, 4 or 8: JPEG
  /// pictures are decoded at that fraction (DCT scaling); ignored for other formats.
  PictureDecoder(PictureKind kind, std::span<const std::byte> file,
                 PictureMode mode = PictureMode::srgb, int jpeg_shrink = 1);
  ~PictureDecoder();
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  [[nodiscard]] Size size() const;        ///< stored orientation, after jpeg_shrink
  [[nodiscard]] int orientation() const;  ///< EXIF 1-8
  [[nodiscard]] bool deep() const;        ///< stored with more than 8 bits per sample
  [[nodiscard]] int channels() const;     ///< 3, or 1 for a grey picture in grey_raw mode

  /// Row y of columns [x, x + width), interleaved; valid until the next call. Ascending y, with
  /// repeats of the last one; x and width must stay the same.
  const u8* row(int y, int x, int width);
  /// Decodes what is left, so that damage below the rows that were read is found as well.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// libvips version and the formats this build of it can decode, for fingerprints and --version.
std::string decoder_version();

/// Frees libvips' per-thread caches; call at the end of a stretch of work on a thread.
void release_thread_caches();

/// Interleaved 8-bit RGB to a PNG or JPEG (quality 95, 4:4:4) file in memory. No dates, no
/// metadata.
enum class PictureEncoding { png, jpeg };
std::vector<std::byte> encode_picture(std::span<const u8> rgb, Size size, PictureEncoding kind);

}  // namespace mosaic
