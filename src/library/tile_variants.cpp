#include "library/tile_variants.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace mosaic {
namespace {

using u8 = std::uint8_t;

constexpr int kMatrixBits = 14;
constexpr int kGamutBits = 12;

struct Turn {
  double cosine;
  double sine;
};

/// Taylor series of both: the C library's last bit differs between machines.
Turn turn_by(double radians) {
  Turn turn{0.0, 0.0};
  double term = 1.0;
  for (int n = 0; n < 40; ++n) {
    const double sign = n / 2 % 2 == 0 ? 1.0 : -1.0;
    (n % 2 == 0 ? turn.cosine : turn.sine) += sign * term;
    term *= radians / (n + 1);
  }
  return turn;
}

/// Rows sum to exactly 2^kMatrixBits, so greys stay as they are.
std::array<std::int32_t, 9> hue_matrix(int step, int steps) {
  constexpr double kPi = 3.14159265358979323846;
  constexpr double kLuma[3] = {0.213, 0.715, 0.072};
  constexpr double kSine[9] = {-0.213, -0.715, 0.928, 0.143, 0.140, -0.283, -0.787, 0.715, 0.072};
  const Turn turn = turn_by(2.0 * kPi * step / steps);
  std::array<std::int32_t, 9> matrix{};
  for (std::size_t row = 0; row < 3; ++row) {
    std::int32_t rest = 1 << kMatrixBits;
    for (std::size_t column = 0; column < 3; ++column) {
      const double identity = row == column ? 1.0 : 0.0;
      const double value = kLuma[column] + turn.cosine * (identity - kLuma[column]) +
                           turn.sine * kSine[row * 3 + column];
      if (column == row) continue;
      matrix[row * 3 + column] = static_cast<std::int32_t>(std::llrint(value * (1 << kMatrixBits)));
      rest -= matrix[row * 3 + column];
    }
    matrix[row * 3 + row] = rest;
  }
  return matrix;
}

/// Share (1 << kGamutBits: all) of the chroma that a colour of luma `grey` can keep.
std::int32_t kept_chroma(const std::int32_t (&rgb)[3], std::int32_t grey) {
  std::int32_t kept = 1 << kGamutBits;
  for (const std::int32_t v : rgb) {
    if (v > 255) kept = std::min(kept, ((255 - grey) << kGamutBits) / (v - grey));
    if (v < 0) kept = std::min(kept, (grey << kGamutBits) / (grey - v));
  }
  return kept;
}

}  // namespace

RgbImage brightened(const RgbImage& tile, int tenths) {
  std::array<u8, 256> level{};
  for (int i = 0; i < 256; ++i) {
    level[static_cast<std::size_t>(i)] =
        static_cast<u8>(std::min(255, (i * (10 + tenths) + 5) / 10));
  }
  RgbImage out = tile;
  for (Plane* plane : {&out.r, &out.g, &out.b}) {
    for (u8& sample : plane->pixels) sample = level[sample];
  }
  return out;
}

RgbImage mirrored(const RgbImage& tile) {
  RgbImage out = tile;
  for (Plane* plane : {&out.r, &out.g, &out.b}) {
    for (int y = 0; y < plane->size.height; ++y) {
      u8* row = plane->row(y);
      std::reverse(row, row + plane->size.width);
    }
  }
  return out;
}

RgbImage hue_rotated(const RgbImage& tile, int step, int steps) {
  const std::array<std::int32_t, 9> m = hue_matrix(step, steps);
  RgbImage out = tile;
  for (std::size_t i = 0; i < tile.r.pixels.size(); ++i) {
    const std::int32_t from[3] = {tile.r.pixels[i], tile.g.pixels[i], tile.b.pixels[i]};
    std::int32_t to[3];
    for (std::size_t c = 0; c < 3; ++c) {
      to[c] = (m[3 * c] * from[0] + m[3 * c + 1] * from[1] + m[3 * c + 2] * from[2] +
               (1 << (kMatrixBits - 1))) >>
              kMatrixBits;
    }
    const std::int32_t grey = (54 * from[0] + 183 * from[1] + 19 * from[2] + 128) >> 8;
    const std::int32_t kept = kept_chroma(to, grey);
    const auto fitted = [&](std::int32_t v) {
      const std::int32_t moved =
          grey + (((v - grey) * kept + (1 << (kGamutBits - 1))) >> kGamutBits);
      return static_cast<u8>(std::clamp(moved, 0, 255));
    };
    out.r.pixels[i] = fitted(to[0]);
    out.g.pixels[i] = fitted(to[1]);
    out.b.pixels[i] = fitted(to[2]);
  }
  return out;
}

}  // namespace mosaic
