#include "pictures/picture_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "core/color_convert.hpp"
#include "core/file_names.hpp"
#include "core/output_file.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/error.hpp"
#include "pictures/exif_orientation.hpp"
#include "pictures/input_bytes.hpp"
#include "pictures/picture_decoder.hpp"
#include "pictures/picture_kind.hpp"

namespace mosaic {

namespace {

/// Planes in stored orientation, one per channel.
std::vector<Plane> read_planes(PictureDecoder& decoder) {
  const Size size = decoder.size();
  const int channels = decoder.channels();
  std::vector<Plane> planes(static_cast<std::size_t>(channels), Plane(size));
  for (int y = 0; y < size.height; ++y) {
    const u8* from = decoder.row(y, 0, size.width);
    for (int c = 0; c < channels; ++c) {
      u8* to = planes[static_cast<std::size_t>(c)].row(y);
      for (int x = 0; x < size.width; ++x) to[x] = from[x * channels + c];
    }
  }
  return planes;
}

/// Upright planes: three, or one for a grey picture in grey_raw mode.
std::vector<Plane> read_upright(const std::filesystem::path& path, PictureMode mode) {
  try {
    const std::vector<std::byte> file = InputBytes(path, Links::follow).all();
    const auto head = std::span(file).first(std::min(file.size(), kSniffBytes));
    if (file.empty()) throw PictureProblem("empty");
    const PictureKind kind = sniff_picture(head);
    if (kind == PictureKind::unsupported) {
      throw PictureProblem(std::string(unsupported_name(head)) + " files are not supported");
    }
    PictureDecoder decoder(kind, file, mode);
    std::vector<Plane> planes = read_planes(decoder);
    for (Plane& plane : planes) plane = make_upright(decoder.orientation(), std::move(plane));
    return planes;
  } catch (const PictureProblem& problem) {
    throw InputError("cannot read picture '" + path.string() + "': " + problem.what(),
                     "Use a complete JPEG, PNG, TIFF, WebP, GIF, HEIF or AVIF file.");
  }
}

RgbImage as_rgb(std::vector<Plane> planes) {
  RgbImage image;
  image.r = std::move(planes[0]);
  image.g = std::move(planes[1]);
  image.b = std::move(planes[2]);
  return image;
}

PictureEncoding encode_kind(const std::string& name) {
  const std::string ending = lower_ending(name);
  if (ending == ".png") return PictureEncoding::png;
  if (ending == ".jpg" || ending == ".jpeg") return PictureEncoding::jpeg;
  throw OutputError("picture '" + name + "' has an ending that is not written",
                    "Use .png, .jpg or .jpeg.");
}

void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const auto fail = [&](int error) { throw output_error("cannot write", path, error); };
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) fail(errno);
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      close(file);
      fail(error);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (close(file) != 0) fail(errno);
}

}  // namespace

RgbImage read_picture(const std::filesystem::path& path) {
  return as_rgb(read_upright(path, PictureMode::srgb));
}

Plane read_picture_luma(const std::filesystem::path& path) {
  std::vector<Plane> planes = read_upright(path, PictureMode::grey_raw);
  if (planes.size() == 1) return std::move(planes[0]);
  ThreadPool serial(1);
  return luma_of(as_rgb(std::move(planes)), serial);
}

std::vector<std::byte> picture_bytes(const std::string& name_hint, const RgbImage& image) {
  const PictureEncoding kind = encode_kind(name_hint);
  std::vector<u8> rgb(image.size().area() * 3);
  for (std::size_t i = 0; i < image.size().area(); ++i) {
    rgb[3 * i] = image.r.pixels[i];
    rgb[3 * i + 1] = image.g.pixels[i];
    rgb[3 * i + 2] = image.b.pixels[i];
  }
  try {
    return encode_picture(rgb, image.size(), kind);
  } catch (const PictureProblem& problem) {
    throw OutputError("cannot write picture '" + name_hint + "': " + problem.what());
  }
}

void write_picture(const std::filesystem::path& path, const std::string& name_hint,
                   const RgbImage& image) {
  write_bytes(path, picture_bytes(name_hint, image));
}

}  // namespace mosaic
