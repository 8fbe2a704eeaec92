#include "video/frame_source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <numeric>
#include <system_error>

#include "core/file_names.hpp"
#include "core/parallel_for.hpp"
#include "core/resize.hpp"
#include "core/utf8.hpp"
#include "pictures/picture_kind.hpp"
#include "video/decode/frame_seek.hpp"
#include "video/decode/picture_content.hpp"
#include "video/picture_names.hpp"
#include "video/sources.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

Rect centre_crop(Size from, Size shape) {
  const std::int64_t wide = std::int64_t{from.width} * shape.height;
  const std::int64_t tall = std::int64_t{from.height} * shape.width;
  Rect crop{0, 0, from.width, from.height};
  if (wide > tall) {
    crop.width = static_cast<int>(std::max<std::int64_t>(1, tall / shape.height));
    crop.x = (from.width - crop.width) / 2;
  } else if (tall > wide) {
    crop.height = static_cast<int>(std::max<std::int64_t>(1, wide / shape.width));
    crop.y = (from.height - crop.height) / 2;
  }
  return crop;
}

Rect half_of(Rect crop, Size limit) {
  Rect half{crop.x / 2, crop.y / 2, (crop.width + 1) / 2, (crop.height + 1) / 2};
  half.width = std::min(half.width, limit.width - half.x);
  half.height = std::min(half.height, limit.height - half.y);
  return half;
}

/// By the file's content where that is known, else by its name. FFmpeg's demuxers of single
/// pictures are not let in.
bool is_one_picture(const fs::path& path, const RenderObserver& observer) {
  switch (picture_content(path)) {
    case PictureContent::picture:
      return true;
    case PictureContent::film:
      return false;
    case PictureContent::jpeg_row:
      if (!has_picture_extension(path.native())) return false;
      tell(observer.warning, shown_name(path) +
                                 " holds several pictures; only the first is used (named .mjpeg "
                                 "it is read as a film)");
      return true;
    case PictureContent::animated_webp:
      throw InputError("'" + shown_name(path) + "' is an animated WebP, which cannot be read",
                       "make a GIF, an animated PNG or a film of it first");
    case PictureContent::none:
      break;
  }
  return has_picture_extension(path.native()) && lower_ending(path) != ".gif";
}

}  // namespace

std::string shown_name(const fs::path& path) { return visible_utf8(path.native()); }

Size size_of(const Picture& picture) {
  return std::visit([](const auto& image) { return image.size(); }, picture);
}

Picture fit_picture(const Picture& picture, Size size) {
  ThreadPool pool(1);
  const Rect crop = centre_crop(size_of(picture), size);
  if (const auto* rgb = std::get_if<RgbImage>(&picture)) return resize(*rgb, crop, size, pool);
  const auto& yuv = std::get<YuvImage>(picture);
  YuvImage out(size);
  out.matrix = yuv.matrix;
  out.range = yuv.range;
  out.y = resize(yuv.y, crop, size, pool);
  const Rect chroma_crop = half_of(crop, yuv.u.size);
  out.u = resize(yuv.u, chroma_crop, out.u.size, pool);
  out.v = resize(yuv.v, chroma_crop, out.v.size, pool);
  return out;
}

bool is_frame_name(const std::string& name) {
  return !name.starts_with('.') && has_decodable_extension(name);
}

Rational rational_rate(double fps) {
  if (!(fps >= 0.001 && fps <= 1000.0)) {
    throw UsageError("a frame rate of that size makes no video",
                     "--fps takes a number from 0.001 to 1000");
  }
  // 23.976 and 23.98 are both ways of writing 24000/1001.
  const double nominal = std::round(fps * 1.001);
  if (nominal >= 10.0 && std::fabs(fps - std::round(fps)) > 0.001 &&
      std::fabs(fps - nominal * 1000.0 / 1001.0) < 0.005) {
    return Rational{std::llrint(nominal) * 1000, 1001};
  }
  const std::int64_t thousandths = std::llrint(fps * 1000.0);
  const std::int64_t shared = std::gcd(thousandths, std::int64_t{1000});
  return Rational{thousandths / shared, 1000 / shared};
}

bool is_standard_stream(const fs::path& path) { return path.native() == "-"; }

std::unique_ptr<FrameSource> open_frame_source(const fs::path& path, const SourceOptions& options,
                                               const RenderObserver& observer) {
  return open_frame_source_near(path, options, 0.0, observer);
}

std::unique_ptr<FrameSource> open_frame_source_near(const fs::path& path,
                                                    const SourceOptions& options, double from_s,
                                                    const RenderObserver& observer) {
  constexpr double kDefaultRate = 25.0;
  if (is_standard_stream(path)) return open_video_source(path, options, from_s, observer);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw InputError("cannot read '" + shown_name(path) +
                     "': " + std::generic_category().message(errno));
  }
  if (S_ISDIR(status.st_mode)) {
    return open_folder_source(path, options.fps.value_or(kDefaultRate), observer);
  }
  if (!S_ISREG(status.st_mode)) {
    throw InputError("cannot read '" + shown_name(path) + "': it is not a regular file");
  }
  if (status.st_size == 0) throw InputError("'" + shown_name(path) + "' is empty");
  if (is_one_picture(path, observer)) {
    if (options.decode.choice == DecodeChoice::nvdec) {
      throw UsageError("--decode is for videos; " + shown_name(path) + " is one picture",
                       "leave out --decode");
    }
    return open_still_source(path);
  }
  return open_video_source(path, options, from_s, observer);
}

}  // namespace mosaic
