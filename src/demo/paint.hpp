// Arithmetic for drawing: colours, ramps, a sine and random numbers that are the same everywhere.
//
// Everything is + - * / sqrt and floor on doubles, each correctly rounded by IEEE 754, and the
// build forbids contraction: no libm function decides a pixel.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "mosaic/image.hpp"

namespace mosaic::demo {

/// sRGB-encoded colour, 0-1 per channel, may overshoot until it is stored.
struct Color {
  double r = 0;
  double g = 0;
  double b = 0;
  friend Color operator+(Color p, Color q) { return {p.r + q.r, p.g + q.g, p.b + q.b}; }
  friend Color operator*(Color p, double k) { return {p.r * k, p.g * k, p.b * k}; }
  friend Color operator*(Color p, Color q) { return {p.r * q.r, p.g * q.g, p.b * q.b}; }
};

inline double clamp01(double v) { return v < 0 ? 0 : v > 1 ? 1 : v; }
inline double mix(double a, double b, double t) { return a + (b - a) * t; }
inline Color mix(Color a, Color b, double t) { return a + (b + a * -1.0) * t; }

/// 0 below `from`, 1 above `to`, smooth between; from > to falls instead of rising.
inline double ramp(double from, double to, double v) {
  const double t = clamp01((v - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/// Rounded down; for |v| < 2^63. Inline, where std::floor is a call on a plain x86-64.
inline double floor_of(double v) {
  const auto whole = static_cast<double>(static_cast<std::int64_t>(v));
  return whole > v ? whole - 1 : whole;
}
inline double fraction(double v) { return v - floor_of(v); }

/// Sine of a full turn times `turns`, to about 1e-4: a Taylor polynomial on a quarter turn.
inline double sine(double turns) {
  double t = fraction(turns + 0.25);    // rises over the first half, falls over the second
  t = t < 0.5 ? 4 * t - 1 : 3 - 4 * t;  // -1 to 1: position on a quarter turn
  const double x = t * 1.5707963267948966;
  const double s = x * x;
  return x * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72))));
}
inline double cosine(double turns) { return sine(turns + 0.25); }

/// Hue in turns, saturation and value 0-1.
Color hsv(double hue, double saturation, double value);

/// splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  double unit();  ///< [0, 1)
  double between(double low, double high) { return low + (high - low) * unit(); }
  int below(int count) { return static_cast<int>(unit() * count); }

 private:
  std::uint64_t state_;
};

std::uint64_t hash_of(std::uint64_t seed, std::int64_t x, std::int64_t y);
double unit_of(std::uint64_t hash);  ///< [0, 1)

/// Smooth noise with features about one unit wide, 0-1.
double noise(std::uint64_t seed, double x, double y);
/// Noise of several octaves, each twice as fine and half as strong, 0-1.
double fractal(std::uint64_t seed, double x, double y, int octaves);

/// The two nearest of points scattered one per unit square.
struct Scatter {
  double first = 0;         ///< distance to the nearest
  double second = 0;        ///< distance to the second nearest
  std::uint64_t which = 0;  ///< hash of the nearest
};
Scatter scatter(std::uint64_t seed, double x, double y);

/// A square of fractal noise that repeats seamlessly: noise that is looked up, not computed.
class NoiseSheet {
 public:
  NoiseSheet(std::uint64_t seed, int coarsest, int octaves);
  /// x, y in sheets: any real number; 0-1.
  [[nodiscard]] double at(double x, double y) const;

 private:
  static constexpr int kEdge = 512;
  static std::size_t sample_index(int x, int y);
  std::vector<float> samples_;
};

/// A line of fractal noise that repeats every kPeriod units, looked up.
class NoiseLine {
 public:
  NoiseLine(std::uint64_t seed, int octaves);
  [[nodiscard]] double at(double x) const;  ///< 0-1; features about one unit wide

 private:
  static constexpr int kPeriod = 16;
  static constexpr int kPerUnit = 1024;
  std::vector<float> samples_;
};

inline void store(RgbImage& image, int x, int y, Color c) {
  const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.size().width) +
                 static_cast<std::size_t>(x);
  const auto level = [](double v) { return static_cast<u8>(floor_of(clamp01(v) * 255 + 0.5)); };
  image.r.pixels[i] = level(c.r);
  image.g.pixels[i] = level(c.g);
  image.b.pixels[i] = level(c.b);
}

}  // namespace mosaic::demo
