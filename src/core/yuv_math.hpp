// Fixed-point YUV <-> RGB of ITU-R BT.601, BT.709 and BT.2020 (non-constant luminance), as defined
// in Rec. ITU-T H.273, equations 38-43. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

inline constexpr int kYuvFractionBits = 16;
inline constexpr std::int32_t kYuvHalf = 1 << (kYuvFractionBits - 1);

/// R, G, B = (y_gain * (Y - y_zero) + chroma terms + 1/2) >> 16, clamped.
struct YuvToRgb {
  std::int32_t y_zero, y_gain;
  std::int32_t r_from_v, g_from_u, g_from_v, b_from_u;
};

/// Y = (yr*R + yg*G + yb*B + y_bias) >> 16 and so on; biases hold the zero level and the half.
struct RgbToYuv {
  std::int32_t yr, yg, yb, y_bias;
  std::int32_t ur, ug, ub, vr, vg, vb, c_bias;
};

/// Luma weights of red and blue in 1/10000, as the standards print them.
struct LumaWeights {
  std::int64_t kr, kb;
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

namespace yuv_detail {

/// round(2^16 * numerator / denominator), halves away from zero.
constexpr std::int32_t fixed(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t scaled = numerator * (std::int64_t{1} << (kYuvFractionBits + 1));
  const std::int64_t rounded = (scaled < 0 ? scaled - denominator : scaled + denominator);
  return static_cast<std::int32_t>(rounded / (2 * denominator));
}

}  // namespace yuv_detail

/// Exact rationals rounded once to 16 fraction bits.
constexpr YuvToRgb yuv_to_rgb_coefficients(YuvMatrix matrix, YuvRange range) {
  const auto [kr, kb] = luma_weights(matrix);
  const std::int64_t kg = 10000 - kr - kb;
  const bool limited = range == YuvRange::limited;
  const std::int64_t y_span = limited ? 219 : 255;
  const std::int64_t c_span = limited ? 224 : 255;
  YuvToRgb c{};
  c.y_zero = limited ? 16 : 0;
  c.y_gain = yuv_detail::fixed(255, y_span);
  c.r_from_v = yuv_detail::fixed(255 * 2 * (10000 - kr), 10000 * c_span);
  c.b_from_u = yuv_detail::fixed(255 * 2 * (10000 - kb), 10000 * c_span);
  c.g_from_u = yuv_detail::fixed(-255 * 2 * kb * (10000 - kb), 10000 * kg * c_span);
  c.g_from_v = yuv_detail::fixed(-255 * 2 * kr * (10000 - kr), 10000 * kg * c_span);
  return c;
}

/// Rounded so that the rows sum exactly: grey keeps chroma 128 and its luma to half a level.
constexpr RgbToYuv rgb_to_yuv_coefficients(YuvMatrix matrix, YuvRange range) {
  const auto [kr, kb] = luma_weights(matrix);
  const bool limited = range == YuvRange::limited;
  const std::int64_t y_span = limited ? 219 : 255;
  const std::int64_t c_span = limited ? 224 : 255;
  RgbToYuv c{};
  c.yr = yuv_detail::fixed(kr * y_span, 10000 * 255);
  c.yb = yuv_detail::fixed(kb * y_span, 10000 * 255);
  c.yg = yuv_detail::fixed(y_span, 255) - c.yr - c.yb;
  c.y_bias = ((limited ? 16 : 0) << kYuvFractionBits) + kYuvHalf;
  c.ub = yuv_detail::fixed(c_span, 2 * 255);
  c.ur = yuv_detail::fixed(-kr * c_span, 2 * (10000 - kb) * 255);
  c.ug = -c.ub - c.ur;
  c.vr = yuv_detail::fixed(c_span, 2 * 255);
  c.vb = yuv_detail::fixed(-kb * c_span, 2 * (10000 - kr) * 255);
  c.vg = -c.vr - c.vb;
  c.c_bias = (128 << kYuvFractionBits) + kYuvHalf;
  return c;
}

MOSAIC_HD std::uint8_t clamp_to_byte(std::int32_t value) {
  return static_cast<std::uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

/// `scaled` has 16 fraction bits and the half already added.
MOSAIC_HD std::uint8_t byte_from_fixed(std::int32_t scaled) {
  return clamp_to_byte(scaled >> kYuvFractionBits);
}

/// What a pixel's chroma (minus 128) adds to each channel, the half included.
MOSAIC_HD std::int32_t red_term(const YuvToRgb& c, std::int32_t cv) {
  return c.r_from_v * cv + kYuvHalf;
}
MOSAIC_HD std::int32_t green_term(const YuvToRgb& c, std::int32_t cu, std::int32_t cv) {
  return c.g_from_u * cu + c.g_from_v * cv + kYuvHalf;
}
MOSAIC_HD std::int32_t blue_term(const YuvToRgb& c, std::int32_t cu) {
  return c.b_from_u * cu + kYuvHalf;
}

/// One channel from luma and its term.
MOSAIC_HD std::uint8_t channel_of(const YuvToRgb& c, std::int32_t y, std::int32_t term) {
  return byte_from_fixed(c.y_gain * (y - c.y_zero) + term);
}

MOSAIC_HD std::uint8_t y_of_pixel(const RgbToYuv& c, std::int32_t r, std::int32_t g,
                                  std::int32_t b) {
  return byte_from_fixed(c.yr * r + c.yg * g + c.yb * b + c.y_bias);
}

/// Chroma of a 2 x 2 block from its mean_of_block() colour.
MOSAIC_HD std::uint8_t u_of_block(const RgbToYuv& c, std::int32_t r, std::int32_t g,
                                  std::int32_t b) {
  return byte_from_fixed(c.ur * r + c.ug * g + c.ub * b + c.c_bias);
}
MOSAIC_HD std::uint8_t v_of_block(const RgbToYuv& c, std::int32_t r, std::int32_t g,
                                  std::int32_t b) {
  return byte_from_fixed(c.vr * r + c.vg * g + c.vb * b + c.c_bias);
}
MOSAIC_HD std::uint8_t mean_of_block(std::int32_t sum_of_four) {
  return static_cast<std::uint8_t>((sum_of_four + 2) >> 2);
}

/// Full-range luma of sRGB: BT.709 weights in 1/256.
MOSAIC_HD std::uint8_t luma_of_pixel(std::int32_t r, std::int32_t g, std::int32_t b) {
  return static_cast<std::uint8_t>((54 * r + 183 * g + 19 * b + 128) >> 8);
}

}  // namespace mosaic
