// Motifs made by people, and things on a table.
#include <array>

#include "demo/tile_pictures.hpp"

namespace mosaic::demo {

namespace {

/// A wall with mortar and worn bricks.
Motif bricks(const Palette& p, Random& random) {
  const double rows = random.between(3, 6.5);
  const double tilt = random.between(-0.12, 0.12);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double v = (py + tilt * px) * rows * 0.5;
    const double row = floor_of(v);
    const double u = (px - tilt * py) * rows * 0.25 + 0.5 * fraction(row * 0.5);
    const double column = floor_of(u);
    const std::uint64_t h =
        hash_of(seed, static_cast<std::int64_t>(column), static_cast<std::int64_t>(row));
    const double du = std::min(fraction(u), 1 - fraction(u)) * 2;
    const double dv = std::min(fraction(v), 1 - fraction(v));
    const double gap = std::min(du, dv) - 0.05 - 0.05 * fractal(seed + 2, px * 8, py * 8, 3);
    const double wear = fractal(seed + 3, px * 9, py * 9, 4);
    Color c = mix(mix(p.base, p.accent, 0.35 * unit_of(h)), p.dark,
                  0.8 * unit_of(hash_of(h, 2, 2)) * wear);
    c = c * (0.80 + 0.4 * wear);
    c = mix(c, p.light, 0.35 * ramp(0.10, 0.02, fraction(v) - 0.06));
    const Color mortar = mix(p.light, p.dark, 0.4 + 0.3 * wear);
    return mix(mortar * 0.85, c, ramp(0.0, 0.03, gap));
  };
}

/// Woven cloth, plain or chequered.
Motif fabric(const Palette& p, Random& random) {
  const double threads = random.between(9, 18);
  const double check = random.between(1.2, 3.2);
  const double turn = random.between(-0.09, 0.09);
  const double folds = random.between(0.1, 0.32);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = px * cosine(turn) - py * sine(turn);
    const double v = px * sine(turn) + py * cosine(turn);
    const double warp = 0.5 + 0.5 * cosine(u * threads);
    const double weft = 0.5 + 0.5 * cosine(v * threads);
    const bool over = fraction((floor_of(u * threads) + floor_of(v * threads)) * 0.5) < 0.25;
    const double stripe_u = ramp(-0.15, 0.15, sine(u * check * 0.5));
    const double stripe_v = ramp(-0.15, 0.15, sine(v * check * 0.5));
    const Color yarn = over ? mix(p.base, p.accent, stripe_u) : mix(p.base, p.dark, stripe_v);
    const double fold = fractal(seed, px * 1.3 + 0.7 * py, py * 0.8, 3);
    return yarn * (0.72 + 0.22 * (over ? warp : weft) + folds * 3 * (fold - 0.5)) +
           p.light * (0.12 * (over ? warp : weft));
  };
}

/// Lights out of focus.
Motif bokeh(const Palette& p, Random& random) {
  struct Light {
    double x, y, r, glow;
    Color c;
  };
  std::array<Light, 26> lights;
  for (Light& light : lights) {
    const int which = random.below(3);
    light = {random.between(-1.2, 1.2), random.between(-1.2, 1.2), random.between(0.07, 0.30),
             random.between(0.25, 0.8),
             which == 0   ? p.accent
             : which == 1 ? p.light
                          : p.base};
  }
  const std::uint64_t seed = random.next();
  const Color night = mix(p.dark, Color{0, 0, 0}, random.between(0.2, 0.7));
  return [=](double u, double v) {
    Color c = mix(night, p.dark, fractal(seed, u, v, 3));
    for (const Light& light : lights) {
      const double dx = u - light.x;
      const double dy = v - light.y;
      const double d = std::sqrt(dx * dx + dy * dy);
      const double disc =
          ramp(light.r, light.r * 0.9, d) * (0.7 + 0.3 * ramp(0.6, 1.0, d / light.r));
      c = c + light.c * (light.glow * (0.75 * disc + 0.10 / (1 + 30 * d * d)));
    }
    return c;
  };
}

/// Round fruit in a heap.
Motif fruit(const Palette& p, Random& random) {
  struct Ball {
    double x, y, r, tint;
  };
  const int count = 3 + random.below(6);
  std::array<Ball, 8> balls;
  for (Ball& ball : balls) {
    ball = {random.between(-0.8, 0.8), random.between(-0.6, 0.8), random.between(0.34, 0.62),
            random.unit()};
  }
  std::sort(balls.begin(), balls.end(), [](const Ball& a, const Ball& b) { return a.y < b.y; });
  const double lx = random.between(-0.6, 0.6);
  const double table = random.between(-0.2, 0.5);
  const std::uint64_t seed = random.next();
  return [=](double u, double v) {
    Color c = v < table ? mix(p.dark, p.dark * 0.5, ramp(-1, table, v))
                        : mix(p.accent * 0.8, p.accent * 0.45,
                              ramp(table, 1.2, v) + 0.25 * (fractal(seed, u * 2, v * 12, 4) - 0.5));
    for (int i = 0; i < count; ++i) {
      const Ball& b = balls[static_cast<std::size_t>(i)];
      const double x = (u - b.x) / b.r;
      const double y = (v - b.y) / b.r;
      const double r2 = x * x + y * y;
      c = c * (1 - 0.45 * ramp(1.5, 0.8, std::sqrt(x * x + (y - 0.25) * (y - 0.25))));
      if (r2 > 1.04) continue;
      const double z = std::sqrt(std::max(0.0, 1 - r2));
      const double light = clamp01(lx * x - 0.62 * y + 0.55 * z);
      const double speck = fractal(seed + 3, u * 14, v * 14, 3);
      Color skin = mix(mix(p.base, p.accent, 0.4 * b.tint), p.dark, 0.35 * speck);
      skin = skin * (0.38 + 0.85 * light) + p.light * (0.18 * z * z * (1 - light));
      const double hx = x - lx * 0.55;
      const double hy = y + 0.45;
      skin = mix(skin, Color{1, 1, 1}, 0.75 * ramp(0.20, 0.04, std::sqrt(hx * hx + hy * hy)));
      c = mix(c, skin, ramp(1.03, 0.97, std::sqrt(r2)));
    }
    return c;
  };
}

/// Planks with grain and knots.
Motif wood(const Palette& p, Random& random) {
  const double planks = random.between(1.5, 3.5);
  const bool upright = random.below(2) == 0;
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = upright ? py : px;
    const double v = (upright ? px : py) * planks * 0.5 + 0.3;
    const double plank = floor_of(v);
    const std::uint64_t h = hash_of(seed, static_cast<std::int64_t>(plank), 0);
    const double knot_u = unit_of(h) * 3 - 1.5;
    const double knot_v = plank + 0.3 + 0.4 * unit_of(hash_of(h, 1, 0));
    const double ku = u - knot_u;
    const double kv = (v - knot_v) * 1.6;
    const double around = std::sqrt(ku * ku + kv * kv);
    const double rings = fractal(h, u * 0.8, v * 7, 3) * 5 + 1.2 / (0.15 + around);
    const double grain = 0.5 + 0.5 * sine(rings);
    const double fibre = fractal(h + 3, u * 3, v * 40, 3);
    Color c = mix(p.base, p.dark, 0.55 * grain * grain + 0.25 * (fibre - 0.5));
    c = mix(c, p.light, 0.25 * unit_of(hash_of(h, 4, 4)));
    c = mix(c, p.dark * 0.5, ramp(0.13, 0.05, around));
    const double gap = std::min(fraction(v), 1 - fraction(v));
    return c * mix(0.25, 1.0, ramp(0.0, 0.035, gap));
  };
}

/// House fronts with lit and dark windows.
Motif windows(const Palette& p, Random& random) {
  const double across = random.between(2.5, 5);
  const double up = random.between(2.5, 5);
  const double lean = random.between(-0.25, 0.25);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = px * across * 0.5 * (1 + 0.12 * lean * py) + 0.4;
    const double v = (py + lean * px) * up * 0.5 + 0.4;
    const double fu = fraction(u) - 0.5;
    const double fv = fraction(v) - 0.5;
    const std::uint64_t h = hash_of(seed, static_cast<std::int64_t>(floor_of(u)),
                                    static_cast<std::int64_t>(floor_of(v)));
    const double wall_noise = fractal(seed + 1, px * 6, py * 6, 4);
    Color c = p.base * (0.82 + 0.3 * wall_noise);
    const double frame = std::max(std::fabs(fu) - 0.30, std::fabs(fv) - 0.34);
    c = mix(c, p.light, ramp(0.015, -0.015, frame));
    c = mix(c, p.dark * 0.5, 0.6 * ramp(0.02, 0.0, std::fabs(frame - 0.03)));
    const double glass = std::max(std::fabs(fu) - 0.25, std::fabs(fv) - 0.29);
    const bool lit = unit_of(h) < 0.4;
    const double shine = ramp(0.1, 0.4, fractal(seed + 2, px * 2 + py, py - px, 3) - 0.3);
    const Color pane = lit ? mix(p.accent, Color{1, 0.93, 0.7}, 0.5) * (0.8 + 0.3 * (0.5 - fv))
                           : mix(p.dark * 0.5, p.light, 0.55 * shine);
    c = mix(c, pane, ramp(0.012, -0.012, glass));
    const double bars = std::min(std::fabs(fu), std::fabs(fv + 0.06));
    return glass < 0 ? mix(c, p.light * 0.9, ramp(0.022, 0.010, bars)) : c;
  };
}

/// Paint or marble: warped noise.
Motif marble(const Palette& p, Random& random) {
  const double zoom = random.between(0.7, 1.6);
  const double veins = random.between(1.5, 4);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = px * zoom;
    const double v = py * zoom;
    const double a = fractal(seed, u, v, 4);
    const double b = fractal(seed + 11, u + 3.7 * a, v - 2.9 * a, 4);
    const double c = fractal(seed + 23, u + 3.1 * b, v + 2.3 * a, 5);
    Color paint = mix(p.base, p.accent, ramp(0.35, 0.65, b));
    paint = mix(paint, p.light, ramp(0.45, 0.75, c));
    return mix(paint, p.dark, 0.8 * ramp(0.10, 0.0, std::fabs(fraction(c * veins) - 0.5)));
  };
}

/// One strong shape on a plain ground: a sign, a wing, a roof against the sky.
Motif edge(const Palette& p, Random& random) {
  const double turn = random.unit();
  const double offset = random.between(-0.45, 0.45);
  const double curve = random.between(-0.6, 0.6);
  const double band = random.between(0.05, 0.3);
  const std::uint64_t seed = random.next();
  return [=](double px, double py) {
    const double u = px * cosine(turn) - py * sine(turn);
    const double v = px * sine(turn) + py * cosine(turn);
    const double d = v - offset - curve * u * u;
    const double texture = fractal(seed, px * 5, py * 5, 4);
    const Color ground = mix(p.light, p.base, ramp(-1.4, 0.4, d)) * (0.94 + 0.12 * texture);
    const Color shape = mix(p.dark, p.accent, 0.25 + 0.3 * texture) * (1.05 - 0.25 * clamp01(d));
    Color c = mix(ground, shape, ramp(-0.012, 0.012, d));
    return mix(c, p.accent, 0.85 * ramp(0.012, -0.012, std::fabs(d - band - 0.06) - band * 0.3));
  };
}

constexpr std::array<MotifMaker, 8> kThingMotifs = {bricks, fabric,  bokeh,  fruit,
                                                    wood,   windows, marble, edge};

}  // namespace

std::span<const MotifMaker> thing_motifs() { return kThingMotifs; }

}  // namespace mosaic::demo
