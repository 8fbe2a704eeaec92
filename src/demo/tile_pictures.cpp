#include "demo/tile_pictures.hpp"

namespace mosaic::demo {

namespace {

/// The n-th point of a sequence that fills the unit cube evenly at any length: multiples of powers
/// of the plastic-like constant 1.2207 (root of x^4 = x + 1), taken modulo one.
struct CubePoint {
  double a, b, c;
};
CubePoint even_point(int n, std::uint64_t seed) {
  const double k = n + 1;
  return {fraction(unit_of(hash_of(seed, 1, 1)) + k * 0.8191725133961644),
          fraction(unit_of(hash_of(seed, 1, 2)) + k * 0.6710436067037893),
          fraction(unit_of(hash_of(seed, 1, 3)) + k * 0.5497004779019703)};
}

/// Any hue, from muted to pure and from near black to near white.
Palette pick_palette(int index, std::uint64_t seed, Random& random) {
  const CubePoint p = even_point(index, seed);
  const double hue = p.a;
  // Every seventh picture is nearly grey: real pools have plenty, and so do real scenes.
  const double saturation = index % 7 == 3 ? 0.12 * p.b : 0.15 + 0.85 * p.b * (0.6 + 0.4 * p.b);
  const double value = 0.10 + 0.90 * p.c * (1.5 - 0.5 * p.c);
  const double step = (random.below(2) == 0 ? 1 : -1) * random.between(0.03, 0.16);
  const double far = random.below(3) == 0 ? 0.5 : step * 2.2;
  Palette palette;
  palette.base = hsv(hue, saturation, value);
  palette.accent = hsv(hue + far, clamp01(saturation + random.between(-0.25, 0.25)),
                       clamp01(value + (value > 0.55 ? -0.28 : 0.34)));
  palette.dark = hsv(hue + step, clamp01(saturation * 1.1), value * random.between(0.30, 0.58));
  palette.light =
      hsv(hue - step * 0.6, saturation * random.between(0.35, 0.7), clamp01(value * 1.18 + 0.14));
  return palette;
}

/// Light that falls off in some direction, and a little grain: what every photograph has.
struct Exposure {
  double slope_u, slope_v;
  double gain;
  double grain;
};

Exposure pick_exposure(Random& random) {
  const double direction = random.unit();
  const double strength = random.between(0.05, 0.32);
  return {strength * cosine(direction), strength * sine(direction), random.between(0.92, 1.08),
          random.between(0.004, 0.018)};
}

}  // namespace

RgbImage draw_tile(std::uint64_t seed, int index) {
  Random random(hash_of(seed, index, 77));
  const Palette palette = pick_palette(index, seed, random);
  const auto nature = nature_motifs();
  const auto things = thing_motifs();
  const auto kinds = static_cast<int>(nature.size() + things.size());
  const auto kind = static_cast<std::size_t>((index + static_cast<int>(seed % 97)) % kinds);
  const Motif motif = kind < nature.size() ? nature[kind](palette, random)
                                           : things[kind - nature.size()](palette, random);
  const Exposure light = pick_exposure(random);

  static constexpr Size kSizes[] = {{128, 96}, {96, 128}, {104, 104}, {140, 94}, {112, 112}};
  const Size size = kSizes[random.below(5)];
  const int edge = std::min(size.width, size.height);
  RgbImage image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double u = (2.0 * x + 1 - size.width) / edge;
      const double v = (2.0 * y + 1 - size.height) / edge;
      const double lit = light.gain * (1 + light.slope_u * u + light.slope_v * v);
      const double grain = light.grain * (unit_of(hash_of(seed, x + 1000 * index, y)) - 0.5) * 2;
      store(image, x, y, motif(u, v) * lit + Color{grain, grain, grain});
    }
  }
  return image;
}

}  // namespace mosaic::demo
