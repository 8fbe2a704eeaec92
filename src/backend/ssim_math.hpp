// SSIM of one 7 x 7 window from exact integer sums. Shared by g++ and nvcc.
//
// Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE
// TIP 13(4), 2004, with the uniform window, sample covariance, K1 = 0.01, K2 = 0.03 and 255 levels
// that skimage.metrics.structural_similarity uses. Multiplied through by 49^2 and 49 * 48, so that
// every sum stays an integer and no product is added to anything in floating point: contraction to
// fused multiply-add finds nothing to contract.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/host_device.hpp"

namespace mosaic {

inline constexpr int kSsimWindow_px = 7;
inline constexpr int kSsimWindowPixels = kSsimWindow_px * kSsimWindow_px;

/// (49 * 0.01 * 255)^2 and (0.03 * 255)^2 * 49 * 48.
inline constexpr double kSsimC1 = 15612.5025;
inline constexpr double kSsimC2 = 137644.92;

/// Fraction bits of a window's value in a score.
inline constexpr int kSsimFractionBits = 44;

/// Most windows whose values (|S| <= 1) sum in int64, and the largest square that has no more.
inline constexpr std::int64_t kMaxSsimWindows = (std::int64_t{1} << 19) - 1;
inline constexpr int kMaxSsimSquare_px = 730;

/// `x`, `y`: sums over the window of each picture; `p`: sum of products; `q`: sum of both squares.
/// Everything here is below 2^30 before it turns into fp64. At most 1, and exactly 1 for equal
/// pictures, because rounding is monotonic.
MOSAIC_HD double ssim_of_window(std::int32_t x, std::int32_t y, std::int32_t p, std::int32_t q) {
  const std::int32_t xy = x * y;
  const std::int32_t squares = x * x + y * y;
  const double a1 = static_cast<double>(2 * xy) + kSsimC1;
  const double b1 = static_cast<double>(squares) + kSsimC1;
  const double a2 = static_cast<double>(2 * (kSsimWindowPixels * p - xy)) + kSsimC2;
  const double b2 = static_cast<double>(kSsimWindowPixels * q - squares) + kSsimC2;
  return (a1 * a2) / (b1 * b2);
}

/// llrint(s * 2^44) for |s| <= 1: adding 1.5 * 2^52 leaves the rounded integer in the low bits of
/// the sum, which vectorises where a conversion to int64 would not.
MOSAIC_HD std::int64_t ssim_fixed(double s) {
  constexpr double kRounder = 6755399441055744.0;            // 1.5 * 2^52
  constexpr std::int64_t kRounderBits = 0x4338000000000000;  // its bit pattern
  const double shifted = s * 17592186044416.0 + kRounder;    // 2^44: the product is exact
  std::int64_t bits = 0;
  std::memcpy(&bits, &shifted, sizeof bits);
  return bits - kRounderBits;
}

/// R = ssim_unit * (1 - mean SSIM), clamped to [0, ssim_unit], from the sum of ssim_fixed() over
/// `windows` windows. 1 - SSIM is first rounded to 32 fraction bits; ssim_unit is below 2^25.
MOSAIC_HD std::int32_t dissimilarity_from_sum(std::int32_t ssim_unit, std::int64_t sum,
                                              std::int64_t windows) {
  if (sum < 0) return ssim_unit;
  const std::int64_t deficit = (windows << kSsimFractionBits) - sum;
  const std::int64_t mean = (deficit / windows + (1 << 11)) >> 12;
  return static_cast<std::int32_t>((ssim_unit * mean + (std::int64_t{1} << 31)) >> 32);
}

}  // namespace mosaic
