#include "video/decode/pixel_reader.hpp"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/reused_picture.hpp"
#include "video/decode/level_reader.hpp"

namespace mosaic {

namespace {

void copy_plane(const std::uint8_t* from, std::ptrdiff_t stride, Plane& to) {
  for (int y = 0; y < to.size.height; ++y) {
    std::memcpy(to.row(y), from + y * stride, static_cast<std::size_t>(to.size.width));
  }
}

YuvImage read_420(const AVFrame& frame, const ColorReading& reading, Picture spare) {
  auto image = reused<YuvImage>(std::move(spare), Size{frame.width, frame.height});
  image.matrix = reading.matrix;
  image.range = reading.range;
  copy_plane(frame.data[0], frame.linesize[0], image.y);
  if (frame.format != AV_PIX_FMT_NV12) {
    copy_plane(frame.data[1], frame.linesize[1], image.u);
    copy_plane(frame.data[2], frame.linesize[2], image.v);
    return image;
  }
  for (int y = 0; y < image.u.size.height; ++y) {
    const std::uint8_t* pairs = frame.data[1] + std::ptrdiff_t{y} * frame.linesize[1];
    u8* u = image.u.row(y);
    u8* v = image.v.row(y);
    for (int x = 0; x < image.u.size.width; ++x) {
      u[x] = pairs[2 * x];
      v[x] = pairs[2 * x + 1];
    }
  }
  return image;
}

RgbImage read_levels(const AVFrame& frame, const ColorReading& reading) {
  RgbImage image(Size{frame.width, frame.height});
  LevelReader rows(frame, reading, 255);
  for (int y = 0; y < frame.height; ++y) {
    const LevelReader::Row& row = rows.read(y);
    const auto narrow = [](std::uint16_t level) { return static_cast<u8>(level); };
    std::transform(row.r.begin(), row.r.end(), image.r.row(y), narrow);
    std::transform(row.g.begin(), row.g.end(), image.g.row(y), narrow);
    std::transform(row.b.begin(), row.b.end(), image.b.row(y), narrow);
  }
  return image;
}

u8 over_black(u8 level, unsigned alpha) { return static_cast<u8>((level * alpha + 127U) / 255U); }

RgbImage read_palette(const AVFrame& frame) {
  RgbImage image(Size{frame.width, frame.height});
  std::array<std::uint32_t, 256> palette{};  // 0xAARRGGBB in the machine's byte order
  std::memcpy(palette.data(), frame.data[1], sizeof palette);
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* from = frame.data[0] + std::ptrdiff_t{y} * frame.linesize[0];
    for (int x = 0; x < frame.width; ++x) {
      const std::uint32_t entry = palette[from[x]];
      const unsigned alpha = entry >> 24;
      image.r.row(y)[x] = over_black(static_cast<u8>(entry >> 16), alpha);
      image.g.row(y)[x] = over_black(static_cast<u8>(entry >> 8), alpha);
      image.b.row(y)[x] = over_black(static_cast<u8>(entry), alpha);
    }
  }
  return image;
}

void composite_over_black(const AVFrame& frame, const AVPixFmtDescriptor& descriptor,
                          RgbImage& image) {
  ComponentReader rows(frame, descriptor);
  const int component = descriptor.nb_components - 1;
  const auto table = level_table(rows.depth(component), false, 255);
  for (int y = 0; y < frame.height; ++y) {
    const auto& alpha = rows.read(component, y);
    for (Plane* plane : {&image.r, &image.g, &image.b}) {
      u8* row = plane->row(y);
      for (int x = 0; x < frame.width; ++x) {
        row[x] = over_black(row[x], table[alpha[static_cast<std::size_t>(x)]]);
      }
    }
  }
}

bool full_range_format(int format, const AVPixFmtDescriptor& descriptor) {
  switch (format) {
    case AV_PIX_FMT_YUVJ411P:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P:
      return true;
    default:
      break;
  }
  // Grey without a tag is full range by FFmpeg's convention, which its encoders and players share.
  return (descriptor.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0 ||
         descriptor.nb_components < 3;
}

}  // namespace

ColorReading color_reading_of(const AVFrame& frame) {
  constexpr int kHighDefinitionHeight = 720;
  ColorReading reading;
  const AVPixFmtDescriptor* descriptor =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  switch (frame.colorspace) {
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      reading.matrix = YuvMatrix::bt601;
      break;
    case AVCOL_SPC_FCC:
      reading.matrix = YuvMatrix::bt601;
      reading.matrix_approximated = true;
      break;
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_RGB:
      reading.matrix = YuvMatrix::bt709;
      break;
    case AVCOL_SPC_BT2020_NCL:
      reading.matrix = YuvMatrix::bt2020;
      break;
    case AVCOL_SPC_BT2020_CL:
      reading.matrix = YuvMatrix::bt2020;
      reading.matrix_approximated = true;
      break;
    case AVCOL_SPC_UNSPECIFIED:
      reading.matrix = frame.height >= kHighDefinitionHeight ? YuvMatrix::bt709 : YuvMatrix::bt601;
      reading.matrix_guessed = true;
      break;
    default:
      reading.matrix_approximated = true;
      break;
  }
  if (frame.color_range == AVCOL_RANGE_UNSPECIFIED) {
    reading.range_guessed = true;
    const bool full = descriptor != nullptr && full_range_format(frame.format, *descriptor);
    reading.range = full ? YuvRange::full : YuvRange::limited;
  } else {
    reading.range = frame.color_range == AVCOL_RANGE_JPEG ? YuvRange::full : YuvRange::limited;
  }
  const bool has_matrix = descriptor != nullptr && descriptor->nb_components >= 3 &&
                          (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) == 0;
  if (!has_matrix) {  // nothing to guess about: this is what the output will be written with
    reading.matrix = YuvMatrix::bt709;
    reading.matrix_guessed = reading.matrix_approximated = false;
  }
  return reading;
}

bool kept_as_yuv(int pixel_format) {
  return pixel_format == AV_PIX_FMT_YUV420P || pixel_format == AV_PIX_FMT_YUVJ420P ||
         pixel_format == AV_PIX_FMT_NV12;
}

std::string unsupported_reason(int pixel_format) {
  const auto format = static_cast<AVPixelFormat>(pixel_format);
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  if (descriptor == nullptr) return "its pixel format is unknown";
  const std::string name = std::string("pixel format ") + descriptor->name;
  constexpr std::uint64_t kRefused =
      AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_HWACCEL;
  if ((descriptor->flags & kRefused) != 0 || format == AV_PIX_FMT_XYZ12LE ||
      format == AV_PIX_FMT_XYZ12BE) {
    return name + " is not supported";
  }
  for (int i = 0; i < descriptor->nb_components; ++i) {
    if (descriptor->comp[i].depth > 16) return name + " has more than 16 bits per sample";
  }
  return {};
}

Picture to_picture(const AVFrame& frame, const ColorReading& reading, Picture spare) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor& descriptor = *av_pix_fmt_desc_get(format);
  if (kept_as_yuv(frame.format)) return read_420(frame, reading, std::move(spare));
  if ((descriptor.flags & AV_PIX_FMT_FLAG_PAL) != 0) return read_palette(frame);
  RgbImage image = read_levels(frame, reading);
  if ((descriptor.flags & AV_PIX_FMT_FLAG_ALPHA) != 0) {
    composite_over_black(frame, descriptor, image);
  }
  return image;
}

}  // namespace mosaic
