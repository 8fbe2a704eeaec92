#include "video/decode/level_reader.hpp"

#include <algorithm>

#include "core/yuv_math.hpp"

extern "C" {
#include <libavutil/common.h>
}

namespace mosaic {

namespace {

// 16-bit samples times coefficients of up to 2^36, three of them, stay below 2^63.
constexpr int kFractionBits = 24;
constexpr std::int64_t kHalf = std::int64_t{1} << (kFractionBits - 1);

/// Rounded fixed-point value of num/den, both positive.
constexpr std::int64_t fixed_point(std::int64_t num, std::int64_t den) {
  return ((num << kFractionBits) + den / 2) / den;
}

}  // namespace

std::vector<std::uint16_t> level_table(int depth, bool limited, int top) {
  const std::int64_t last = (std::int64_t{1} << depth) - 1;
  const bool scaled = limited && depth >= 8;
  const std::int64_t black = scaled ? (std::int64_t{16} << depth) >> 8 : 0;
  const std::int64_t span = scaled ? (std::int64_t{219} << depth) >> 8 : last;
  std::vector<std::uint16_t> table(static_cast<std::size_t>(last) + 1);
  for (std::int64_t value = 0; value <= last; ++value) {
    const std::int64_t level = std::max<std::int64_t>(0, (value - black) * top + span / 2) / span;
    table[static_cast<std::size_t>(value)] =
        static_cast<std::uint16_t>(std::min<std::int64_t>(level, top));
  }
  return table;
}

ComponentReader::ComponentReader(const AVFrame& frame, const AVPixFmtDescriptor& descriptor)
    : frame_(frame), descriptor_(descriptor) {
  for (std::size_t i = 0; i < planes_.size(); ++i) planes_[i] = frame.data[i];
}

bool ComponentReader::subsampled(int component) const {
  return (component == 1 || component == 2) && (descriptor_.flags & AV_PIX_FMT_FLAG_RGB) == 0;
}

const std::vector<std::uint32_t>& ComponentReader::read(int component, int y) {
  const bool sub = subsampled(component);
  const int width = sub ? AV_CEIL_RSHIFT(frame_.width, descriptor_.log2_chroma_w) : frame_.width;
  const int row = sub ? y >> descriptor_.log2_chroma_h : y;
  auto& out = rows_[static_cast<std::size_t>(component)];
  out.resize(static_cast<std::size_t>(width));
  av_read_image_line2(out.data(), planes_.data(), frame_.linesize, &descriptor_, 0, row, component,
                      width, 0, sizeof(std::uint32_t));
  return out;
}

LevelReader::LevelReader(const AVFrame& frame, const ColorReading& reading, int top)
    : descriptor_(*av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format))),
      components_(frame, descriptor_),
      yuv_((descriptor_.flags & AV_PIX_FMT_FLAG_RGB) == 0 && descriptor_.nb_components >= 3),
      top_(top) {
  const auto width = static_cast<std::size_t>(frame.width);
  row_ = {std::vector<std::uint16_t>(width), std::vector<std::uint16_t>(width),
          std::vector<std::uint16_t>(width)};
  if (yuv_) {
    scale_ = scale_of(reading, components_.depth(0), top);
    return;
  }
  const bool grey = (descriptor_.flags & AV_PIX_FMT_FLAG_RGB) == 0;
  for (int c = 0; c < 3; ++c) {
    auto& table = tables_[static_cast<std::size_t>(c)];
    table = level_table(components_.depth(grey ? 0 : c), reading.range == YuvRange::limited, top);
    if (frame.format == AV_PIX_FMT_MONOWHITE) std::reverse(table.begin(), table.end());
  }
}

LevelReader::Scale LevelReader::scale_of(const ColorReading& reading, int depth, int top) {
  const bool full = reading.range == YuvRange::full;
  const std::int64_t last = (std::int64_t{1} << depth) - 1;
  // Limited range is defined at 8 bits and shifted; below 8 bits it does not exist.
  const std::int64_t luma_span = full ? last : (std::int64_t{219} << depth) >> 8;
  const std::int64_t chroma_span = full ? last : (std::int64_t{224} << depth) >> 8;
  const auto [kr, kb] = luma_weights(reading.matrix);
  const std::int64_t kg = 10000 - kr - kb;
  Scale scale{};
  scale.black = full ? 0 : (std::int64_t{16} << depth) >> 8;
  scale.mid = std::int64_t{1} << (depth - 1);
  scale.y = fixed_point(top, luma_span);
  scale.r_v = fixed_point(2 * (10000 - kr) * top, 10000 * chroma_span);
  scale.b_u = fixed_point(2 * (10000 - kb) * top, 10000 * chroma_span);
  scale.g_u = fixed_point(2 * kb * (10000 - kb) * top, 10000 * kg * chroma_span);
  scale.g_v = fixed_point(2 * kr * (10000 - kr) * top, 10000 * kg * chroma_span);
  return scale;
}

const LevelReader::Row& LevelReader::read(int y) {
  if (yuv_) {
    read_yuv(y);
  } else {
    read_rgb_or_grey(y);
  }
  return row_;
}

void LevelReader::read_yuv(int y) {
  const auto& luma = components_.read(0, y);
  const auto& blue = components_.read(1, y);
  const auto& red = components_.read(2, y);
  const auto level = [this](std::int64_t fixed) {
    return static_cast<std::uint16_t>(
        std::clamp<std::int64_t>((fixed + kHalf) >> kFractionBits, 0, top_));
  };
  for (std::size_t x = 0; x < luma.size(); ++x) {
    const std::size_t at = x >> descriptor_.log2_chroma_w;
    const std::int64_t grey = scale_.y * (std::int64_t{luma[x]} - scale_.black);
    const std::int64_t u = std::int64_t{blue[at]} - scale_.mid;
    const std::int64_t v = std::int64_t{red[at]} - scale_.mid;
    row_.r[x] = level(grey + scale_.r_v * v);
    row_.g[x] = level(grey - scale_.g_u * u - scale_.g_v * v);
    row_.b[x] = level(grey + scale_.b_u * u);
  }
}

void LevelReader::read_rgb_or_grey(int y) {
  const bool grey = (descriptor_.flags & AV_PIX_FMT_FLAG_RGB) == 0;
  const std::array<std::vector<std::uint16_t>*, 3> rows{&row_.r, &row_.g, &row_.b};
  for (int c = 0; c < 3; ++c) {
    const auto& values = components_.read(grey ? 0 : c, y);
    const auto& table = tables_[static_cast<std::size_t>(c)];
    std::transform(values.begin(), values.end(), rows[static_cast<std::size_t>(c)]->begin(),
                   [&](std::uint32_t value) { return table[value]; });
  }
}

}  // namespace mosaic
