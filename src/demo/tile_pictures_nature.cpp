// Motifs from outdoors.
#include <array>

#include "demo/tile_pictures.hpp"

namespace mosaic::demo {

namespace {

/// A frame of reference that is turned, scaled and moved: compositions differ.
struct View {
  double c, s, scale, x, y;
  static View any(Random& random, double zoom) {
    const double turn = random.unit();
    return {cosine(turn), sine(turn), zoom * random.between(0.75, 1.35), random.between(-0.4, 0.4),
            random.between(-0.4, 0.4)};
  }
  [[nodiscard]] double u(double px, double py) const { return (c * px - s * py) * scale + x; }
  [[nodiscard]] double v(double px, double py) const { return (s * px + c * py) * scale + y; }
};

/// Gradient sky, a sun or moon, soft clouds.
Motif sky(const Palette& p, Random& random) {
  const double sun_x = random.between(-0.7, 0.7);
  const double sun_y = random.between(-0.6, 0.6);
  const double size = random.between(0.06, 0.22);
  const double cover = random.between(0.38, 0.62);
  const std::uint64_t seed = random.next();
  return [=](double u, double v) {
    Color c = mix(p.base, p.light, ramp(-1, 1.1, v));
    const double d = std::sqrt((u - sun_x) * (u - sun_x) + (v - sun_y) * (v - sun_y));
    c = mix(c, p.light, 0.7 / (1 + 9 * d * d));
    c = mix(c, mix(p.light, Color{1, 1, 1}, 0.6), ramp(size, size * 0.86, d));
    const double density = fractal(seed, u * 1.4 + 5, v * 2.6, 5);
    const double light =
        clamp01(0.5 + 4 * (density - fractal(seed, u * 1.4 + 5.1, v * 2.6 - 0.2, 5)));
    return mix(c, mix(p.accent, mix(p.light, Color{1, 1, 1}, 0.5), light),
               0.8 * ramp(cover, cover + 0.18, density));
  };
}

/// One large leaf with veins over a dark ground.
Motif leaf(const Palette& p, Random& random) {
  const View view = View::any(random, 1.0);
  const double width = random.between(0.55, 0.85);
  const double veins = random.between(5, 9);
  const Color far = random.below(2) == 0 ? p.dark : mix(p.light, p.accent, 0.4);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = view.u(px, py);
    const double v = view.v(px, py);
    const double along = clamp01((u + 1.15) / 2.3);
    const double half = width * 2.6 * along * (1 - along) * (1.25 - 0.5 * along);
    const double edge = std::fabs(v) - half * (1 + 0.05 * sine(along * 14));
    const double rib = std::fabs(v);
    const double side = fraction((u - 0.75 * std::fabs(v)) * veins * 0.5);
    const double vein = std::min(side, 1 - side) / veins * 2;
    Color c = mix(p.base, p.dark, 0.5 * fractal(seed, u * 4, v * 4, 4));
    c = mix(c, p.light, 0.35 * ramp(0.0, 0.25, v + 0.1));
    c = mix(c, p.light, 0.65 * std::max(ramp(0.030, 0.010, rib), 0.7 * ramp(0.035, 0.0, vein)));
    const Color ground = mix(far, far * 0.45, fractal(seed + 9, px * 2, py * 2, 4));
    const double shadow = ramp(0.35, 0.0, edge);
    return mix(ground * (1 - 0.5 * shadow), c, ramp(0.015, -0.015, edge));
  };
}

/// A flower seen from above.
Motif petals(const Palette& p, Random& random) {
  const int count = 5 + random.below(9);
  const double turn = random.unit();
  const double cx = random.between(-0.3, 0.3);
  const double cy = random.between(-0.3, 0.3);
  const double heart = random.between(0.16, 0.34);
  const double reach = random.between(0.75, 1.15);
  const Color far = random.below(2) == 0 ? p.dark : mix(p.light, p.accent, 0.5);
  const std::uint64_t seed = random.next();
  return [=](double u, double v) {
    const double x = u - cx;
    const double y = v - cy;
    const double r = std::sqrt(x * x + y * y);
    Color c = mix(far * 0.55, far, fractal(seed, u * 2.2, v * 2.2, 4));
    for (int ring = 0; ring < 2; ++ring) {
      for (int i = 0; i < count; ++i) {
        const double a = turn + (i + 0.5 * ring) / count;
        const double along = x * cosine(a) + y * sine(a);
        const double across = y * cosine(a) - x * sine(a);
        const double t = clamp01(along / reach * (1 + 0.25 * ring));
        const double half = 2.3 / count * t * (1.35 - t) * 1.9;
        const double inside = ramp(0.02, -0.02, std::fabs(across) - half) * ramp(0.0, 0.05, along) *
                              ramp(1.0, 0.97, t);
        if (inside <= 0) continue;
        const double crease = 0.75 + 0.25 * cosine(across / (half + 0.02) * 0.45);
        const Color petal = mix(p.base, p.light, t * t) * (crease - 0.16 * (1 - ring));
        c = mix(c, petal, inside);
      }
    }
    const Scatter seeds = scatter(seed + 4, u * 22, v * 22);
    const Color core = mix(p.accent * 0.55, p.accent, ramp(0.6, 0.1, seeds.first));
    return mix(c, core, ramp(heart, heart - 0.05, r));
  };
}

/// Rolling water with foam.
Motif waves(const Palette& p, Random& random) {
  const View view = View::any(random, 1.3);
  const double steep = random.between(2.0, 4.5);
  const double foam = random.between(0.55, 0.72);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = view.u(px, py);
    const double v = view.v(px, py);
    const double bend = fractal(seed, u * 1.1, v * 1.1, 4);
    const double phase = v * steep * 0.5 + 1.6 * bend;
    const double crest = 0.5 + 0.5 * sine(phase);
    const double spray = fractal(seed + 7, u * 7, v * 7 + 2 * bend, 4);
    Color c = mix(p.dark, p.base, crest);
    c = mix(c, p.light, 0.7 * crest * crest * crest);
    return mix(c, Color{0.97, 0.98, 0.98},
               0.9 * ramp(foam, foam + 0.1, spray * 0.6 + crest * 0.42));
  };
}

/// Pebbles, each with its own tint.
Motif stones(const Palette& p, Random& random) {
  const View view = View::any(random, random.between(2.2, 4.4));
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = view.u(px, py);
    const double v = view.v(px, py);
    const double wobble = 0.25 * fractal(seed + 3, u * 1.5, v * 1.5, 3);
    const Scatter s = scatter(seed, u + wobble, v + wobble);
    const double tint = unit_of(hash_of(s.which, 5, 6));
    const double round = ramp(0.0, 0.55, s.second - s.first);
    Color c = mix(mix(p.base, p.accent, 0.55 * tint * tint), p.light, 0.4 * unit_of(s.which));
    c = c * (0.72 + 0.5 * fractal(seed + 5, u * 5, v * 5, 4));
    // Light from the upper left: compare with a point a little farther that way.
    const Scatter lit = scatter(seed, u + wobble - 0.08, v + wobble - 0.08);
    c = c * (1 + 0.9 * ((s.second - s.first) - (lit.second - lit.first)));
    return mix(p.dark * 0.4, c, round);
  };
}

/// Dunes or snow: smooth ridges with a lit and a shaded side.
Motif dunes(const Palette& p, Random& random) {
  const double tilt = random.between(-0.5, 0.5);
  const double horizon = random.between(-0.75, -0.1);
  const std::uint64_t seed = random.next();
  return [=](double u, double v) {
    Color c = mix(p.accent, p.light, ramp(-1, horizon + 0.2, v));
    for (int i = 0; i < 4; ++i) {
      const double level = horizon + 0.42 * i;
      const double top = level +
                         0.55 * (fractal(seed + static_cast<std::uint64_t>(i) * 13,
                                         u * (0.8 + 0.15 * i) + 3 * i, 0.2, 3) -
                                 0.5) +
                         tilt * 0.3 * u;
      if (v < top - 0.02) continue;
      const double depth = v - top;
      const double side = fractal(seed + 50, u * 1.2 + depth * (1.5 + i), 0.7 * i, 3);
      const double ripple = 0.04 * sine(depth * 9 + 3 * fractal(seed + 60, u * 2, v * 2, 3));
      const Color sand = mix(p.dark, p.base, clamp01(2.4 * (side - 0.30) + ripple));
      c = mix(c, mix(sand, p.light, 0.35 * ramp(0.2, 0.0, depth)), ramp(-0.02, 0.02, depth));
    }
    return c;
  };
}

/// Tree trunks in mist.
Motif forest(const Palette& p, Random& random) {
  const std::uint64_t seed = random.next();
  const double lean = random.between(-0.06, 0.06);
  const double ground = random.between(0.5, 0.9);
  return [=](double u, double v) {
    Color c = mix(p.light, p.base, ramp(-1, 1, v + 0.5 * fractal(seed, u * 1.5, v * 1.5, 4)));
    for (int layer = 0; layer < 3; ++layer) {
      const double spread = 3.4 - layer;
      const double position = (u + lean * v) * spread + 7.7 * layer;
      const double slot = floor_of(position);
      const std::uint64_t h = hash_of(seed, static_cast<std::int64_t>(slot), layer);
      const double centre = 0.25 + 0.5 * unit_of(h);
      const double thick = (0.05 + 0.10 * unit_of(hash_of(h, 1, 1))) * (1 + 0.25 * layer);
      const double d =
          std::fabs(position - slot - centre + 0.06 * (fractal(h, v * 2, 0.5, 3) - 0.5)) - thick;
      const double bark = fractal(seed + 4, u * 16, v * 3, 3);
      const Color trunk = mix(p.light, mix(p.dark * 0.45, p.dark, bark), 0.40 + 0.3 * layer);
      c = mix(c, trunk, ramp(0.02, -0.02, d));
      const double crown =
          fractal(seed + 8 + static_cast<std::uint64_t>(layer), u * 3.2, v * 3.2, 5);
      c = mix(c, mix(p.light, mix(p.dark, p.accent, crown), 0.45 + 0.25 * layer),
              ramp(0.50, 0.60, crown - 0.25 * (v + 0.55)));
    }
    const double grass = fractal(seed + 20, u * 9, v * 3, 4);
    return mix(c, mix(p.dark * 0.6, p.accent, grass), ramp(ground, ground + 0.2, v + 0.2 * grass));
  };
}

constexpr std::array<MotifMaker, 7> kNatureMotifs = {sky,    leaf,  petals, waves,
                                                     stones, dunes, forest};

}  // namespace

std::span<const MotifMaker> nature_motifs() { return kNatureMotifs; }

}  // namespace mosaic::demo
