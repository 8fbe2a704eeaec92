#include "video/pixel_reader.hpp"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace mosaic {

namespace {

// 16-bit samples times 24-bit coefficients, three of them, stay far below 2^63.
constexpr int kFractionBits = 24;
constexpr std::int64_t kHalf = std::int64_t{1} << (kFractionBits - 1);

/// Rounded fixed-point value of num/den, both positive.
constexpr std::int64_t fixed_point(std::int64_t num, std::int64_t den) {
  return ((num << kFractionBits) + den / 2) / den;
}

u8 to_level(std::int64_t fixed) {
  return static_cast<u8>(std::clamp<std::int64_t>((fixed + kHalf) >> kFractionBits, 0, 255));
}

/// Kr and Kb of ITU-T H.273 in 1/10000.
struct LumaWeights {
  std::int64_t kr;
  std::int64_t kb;
};

constexpr LumaWeights luma_weights(YuvMatrix matrix) {
  switch (matrix) {
    case YuvMatrix::bt601:
      return {2990, 1140};
    case YuvMatrix::bt2020:
      return {2627, 593};
    case YuvMatrix::bt709:
      break;
  }
  return {2126, 722};
}

/// YUV of any depth up to 16 bits to 8-bit RGB.
///   R = y*(Y - black) + r_v*(V - mid)         with every coefficient in 2^-24 output levels
///   G = y*(Y - black) - g_u*(U - mid) - g_v*(V - mid)
///   B = y*(Y - black) + b_u*(U - mid)
struct YuvScale {
  std::int64_t y, r_v, g_u, g_v, b_u;
  std::int64_t black, mid;

  YuvScale(const ColorReading& reading, int depth) {
    const bool full = reading.range == YuvRange::full;
    const std::int64_t top = (std::int64_t{1} << depth) - 1;
    // Limited range is defined at 8 bits and shifted; below 8 bits it does not exist.
    const std::int64_t luma_span = full ? top : (std::int64_t{219} << depth) >> 8;
    const std::int64_t chroma_span = full ? top : (std::int64_t{224} << depth) >> 8;
    black = full ? 0 : (std::int64_t{16} << depth) >> 8;
    mid = std::int64_t{1} << (depth - 1);
    const auto [kr, kb] = luma_weights(reading.matrix);
    const std::int64_t kg = 10000 - kr - kb;
    y = fixed_point(255, luma_span);
    r_v = fixed_point(2 * (10000 - kr) * 255, 10000 * chroma_span);
    b_u = fixed_point(2 * (10000 - kb) * 255, 10000 * chroma_span);
    g_u = fixed_point(2 * kb * (10000 - kb) * 255, 10000 * kg * chroma_span);
    g_v = fixed_point(2 * kr * (10000 - kr) * 255, 10000 * kg * chroma_span);
  }
};

/// Code value to 0-255, for grey and RGB components of one depth.
std::vector<u8> level_table(int depth, bool limited) {
  const std::int64_t top = (std::int64_t{1} << depth) - 1;
  const bool scaled = limited && depth >= 8;
  const std::int64_t black = scaled ? (std::int64_t{16} << depth) >> 8 : 0;
  const std::int64_t span = scaled ? (std::int64_t{219} << depth) >> 8 : top;
  std::vector<u8> table(static_cast<std::size_t>(top) + 1);
  for (std::int64_t value = 0; value <= top; ++value) {
    const std::int64_t level = std::max<std::int64_t>(0, (value - black) * 255 + span / 2) / span;
    table[static_cast<std::size_t>(value)] = static_cast<u8>(std::min<std::int64_t>(level, 255));
  }
  return table;
}

/// Reads one row of one component after another, driven by the pixel format's descriptor.
class RowReader {
 public:
  RowReader(const AVFrame& frame, const AVPixFmtDescriptor& descriptor)
      : frame_(frame), descriptor_(descriptor) {
    for (int i = 0; i < 4; ++i) planes_[static_cast<std::size_t>(i)] = frame.data[i];
  }

  [[nodiscard]] int depth(int component) const { return descriptor_.comp[component].depth; }
  [[nodiscard]] bool subsampled(int component) const {
    return (component == 1 || component == 2) && (descriptor_.flags & AV_PIX_FMT_FLAG_RGB) == 0;
  }

  /// Raw code values of row `y` of the full-size picture; subsampled components are shorter.
  const std::vector<std::uint32_t>& read(int component, int y) {
    const bool sub = subsampled(component);
    const int width = sub ? AV_CEIL_RSHIFT(frame_.width, descriptor_.log2_chroma_w) : frame_.width;
    const int row = sub ? y >> descriptor_.log2_chroma_h : y;
    auto& out = rows_[static_cast<std::size_t>(component)];
    out.resize(static_cast<std::size_t>(width));
    av_read_image_line2(out.data(), planes_.data(), frame_.linesize, &descriptor_, 0, row,
                        component, width, 0, sizeof(std::uint32_t));
    return out;
  }

 private:
  const AVFrame& frame_;
  const AVPixFmtDescriptor& descriptor_;
  std::array<const std::uint8_t*, 4> planes_{};
  std::array<std::vector<std::uint32_t>, 4> rows_;
};

void copy_plane(const std::uint8_t* from, std::ptrdiff_t stride, Plane& to) {
  for (int y = 0; y < to.size.height; ++y) {
    std::memcpy(to.row(y), from + y * stride, static_cast<std::size_t>(to.size.width));
  }
}

YuvImage read_420(const AVFrame& frame, const ColorReading& reading) {
  YuvImage image(Size{frame.width, frame.height});
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

RgbImage read_yuv(const AVFrame& frame, const AVPixFmtDescriptor& descriptor,
                  const ColorReading& reading) {
  RgbImage image(Size{frame.width, frame.height});
  RowReader rows(frame, descriptor);
  const YuvScale scale(reading, rows.depth(0));
  for (int y = 0; y < frame.height; ++y) {
    const auto& luma = rows.read(0, y);
    const auto& blue = rows.read(1, y);
    const auto& red = rows.read(2, y);
    u8* out_r = image.r.row(y);
    u8* out_g = image.g.row(y);
    u8* out_b = image.b.row(y);
    for (int x = 0; x < frame.width; ++x) {
      const auto at = static_cast<std::size_t>(x >> descriptor.log2_chroma_w);
      const std::int64_t grey =
          scale.y * (std::int64_t{luma[static_cast<std::size_t>(x)]} - scale.black);
      const std::int64_t u = std::int64_t{blue[at]} - scale.mid;
      const std::int64_t v = std::int64_t{red[at]} - scale.mid;
      out_r[x] = to_level(grey + scale.r_v * v);
      out_g[x] = to_level(grey - scale.g_u * u - scale.g_v * v);
      out_b[x] = to_level(grey + scale.b_u * u);
    }
  }
  return image;
}

RgbImage read_rgb_or_grey(const AVFrame& frame, const AVPixFmtDescriptor& descriptor,
                          const ColorReading& reading) {
  RgbImage image(Size{frame.width, frame.height});
  RowReader rows(frame, descriptor);
  const bool grey = (descriptor.flags & AV_PIX_FMT_FLAG_RGB) == 0;
  const bool limited = reading.range == YuvRange::limited;
  const std::array<Plane*, 3> planes{&image.r, &image.g, &image.b};
  for (int c = 0; c < 3; ++c) {
    const int component = grey ? 0 : c;
    auto table = level_table(rows.depth(component), limited);
    if (frame.format == AV_PIX_FMT_MONOWHITE) std::reverse(table.begin(), table.end());
    for (int y = 0; y < frame.height; ++y) {
      const auto& values = rows.read(component, y);
      u8* out = planes[static_cast<std::size_t>(c)]->row(y);
      for (int x = 0; x < frame.width; ++x) out[x] = table[values[static_cast<std::size_t>(x)]];
    }
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
  RowReader rows(frame, descriptor);
  const int component = descriptor.nb_components - 1;
  const auto table = level_table(rows.depth(component), false);
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

Picture to_picture(const AVFrame& frame, const ColorReading& reading) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor& descriptor = *av_pix_fmt_desc_get(format);
  if (kept_as_yuv(frame.format)) return read_420(frame, reading);
  if ((descriptor.flags & AV_PIX_FMT_FLAG_PAL) != 0) return read_palette(frame);
  const bool rgb = (descriptor.flags & AV_PIX_FMT_FLAG_RGB) != 0;
  RgbImage image = rgb || descriptor.nb_components < 3
                       ? read_rgb_or_grey(frame, descriptor, reading)
                       : read_yuv(frame, descriptor, reading);
  if ((descriptor.flags & AV_PIX_FMT_FLAG_ALPHA) != 0) {
    composite_over_black(frame, descriptor, image);
  }
  return image;
}

}  // namespace mosaic
