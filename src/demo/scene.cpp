#include "demo/scene.hpp"

namespace mosaic::demo {

namespace {

constexpr double kHorizon = 0.56;  ///< where the lake begins
constexpr double kShore = 0.80;    ///< about where the meadow begins

/// How fast layers pass, in heights per second: the nearer, the faster.
constexpr double kMountainSpeed = 0.010;
constexpr double kHillSpeed = 0.028;
constexpr double kNearHillSpeed = 0.055;
constexpr double kMeadowSpeed = 0.17;

constexpr Color kHaze{0.93, 0.72, 0.58};
constexpr Color kSunlight{1.0, 0.86, 0.55};

}  // namespace

Scene::Scene(Size size, std::uint64_t seed)
    : size_(size),
      seed_(seed * 1000003),
      pixel_(1.0 / size.height),
      broad_(seed_ + 1, 4, 6),
      fine_(seed_ + 2, 32, 4),
      peaks_(seed_ + 3, 7),
      hills_(seed_ + 4, 5),
      shore_(seed_ + 5, 5) {}

RgbImage Scene::frame(double seconds, ThreadPool& pool) const {
  RgbImage image(size_);
  const Moment now{seconds, 0.33, 0.265 + 0.006 * seconds};
  pool.parallel_for(static_cast<std::size_t>(size_.height), 4,
                    [&](std::size_t begin, std::size_t end) {
                      for (auto y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
                        for (int x = 0; x < size_.width; ++x) {
                          const double px = (x + 0.5 - size_.width / 2.0) * pixel_;
                          const double py = (y + 0.5) * pixel_;
                          store(image, x, y, shade(px, py, now));
                        }
                      }
                    });
  return image;
}

Color Scene::shade(double x, double y, const Moment& now) const {
  const double top = meadow_top(x, now);
  const double nearest = ramp(top - pixel_, top + pixel_, y);
  Color c;
  if (nearest < 1) {
    if (y < kHorizon) {
      c = with_clouds(sky(x, y, now), x, y, now);
      c = with_mountains(c, x, y, now);
      c = with_birds(c, x, y, now.seconds, pixel_);
      c = with_hills(c, x, y, now);
    } else {
      c = water(x, y, now);
    }
    c = with_boat(c, x, y, now.seconds, pixel_);
    c = with_balloons(c, x, y, now.seconds, pixel_);
  }
  if (nearest > 0) c = mix(c, meadow(x, y, now), nearest);
  // A lens darkens its corners a little.
  const double off = x * x + (y - 0.5) * (y - 0.5);
  return c * (1.03 - 0.17 * off);
}

Color Scene::sky(double x, double y, const Moment& now) const {
  const double t = y / kHorizon;
  const Color top{0.16, 0.30, 0.62};
  const Color middle{0.50, 0.62, 0.84};
  const Color low{0.99, 0.74, 0.50};
  Color c = t < 0.55 ? mix(top, middle, ramp(0, 0.55, t)) : mix(middle, low, ramp(0.5, 1.0, t));
  const double dx = x - now.sun_x;
  const double dy = y - now.sun_y;
  const double d = std::sqrt(dx * dx + dy * dy);
  const double glow = 1 / (1 + 26 * d * d) + 0.5 / (1 + 240 * d * d);
  c = mix(c, kSunlight, 0.62 * clamp01(glow));
  return mix(c, Color{1.0, 0.97, 0.86}, ramp(0.052 + pixel_, 0.052 - pixel_, d));
}

Color Scene::with_clouds(Color behind, double x, double y, const Moment& now) const {
  Color c = behind;
  for (int layer = 0; layer < 2; ++layer) {
    const double scale = layer == 0 ? 0.42 : 0.27;
    const double drift = (layer == 0 ? 0.016 : 0.034) * now.seconds;
    // Perspective: clouds lower in the sky are farther away, flatter and slower.
    const double depth = 1 / (0.42 + kHorizon - y);
    const double u = (x * 0.62 + drift) * scale * depth + 0.37 * layer;
    const double v = y * scale * 2.2 * depth + 0.21 * layer;
    const double density = broad_.at(u, v);
    const double cover = ramp(0.53, 0.68, density) * ramp(kHorizon, 0.38, y);
    if (cover <= 0) continue;
    // Lit where the cloud thins out toward the sun, below and to the right.
    const double lit = clamp01(0.5 + 5 * (density - broad_.at(u + 0.02, v + 0.03)));
    const Color shaded = mix(Color{0.56, 0.53, 0.66}, Color{0.86, 0.66, 0.62}, y / kHorizon);
    c = mix(c, mix(shaded, Color{1.0, 0.93, 0.84}, lit), cover * 0.92);
  }
  return c;
}

Color Scene::with_mountains(Color behind, double x, double y, const Moment& now) const {
  const double u = x + kMountainSpeed * now.seconds + 11;
  const double height = 0.03 + 0.52 * ramp(0.22, 0.95, peaks_.at(u * 2.1));
  const double top = kHorizon + 0.02 - height;
  const double inside = ramp(top - pixel_, top + pixel_, y);
  if (inside <= 0) return behind;
  const double below = y - top;
  // Gullies fan out downhill from the peaks; the side toward the sun on the right is warm.
  const double across = u + 0.35 * (broad_.at(u * 0.8, y * 1.1) - 0.5);
  const double here = fine_.at(across * 0.34, y * 0.30) + 0.7 * broad_.at(across * 1.3, y * 1.5);
  const double there = fine_.at((across + 0.02) * 0.34, (y + 0.015) * 0.30) +
                       0.7 * broad_.at((across + 0.02) * 1.3, (y + 0.015) * 1.5);
  const double facing = clamp01(0.52 + 3.4 * (here - there));
  Color stone = mix(Color{0.27, 0.31, 0.50}, Color{0.80, 0.57, 0.52}, facing);
  const double snow = ramp(0.16, 0.05, below + 0.13 * (here - 0.85)) * ramp(0.14, 0.24, height);
  stone = mix(stone, mix(Color{0.66, 0.73, 0.92}, Color{1.0, 0.94, 0.88}, facing), snow);
  const double haze = 0.62 * ramp(kHorizon - 0.26, kHorizon, y) + 0.12;
  return mix(behind, mix(stone, kHaze, haze), inside);
}

Color Scene::with_hills(Color behind, double x, double y, const Moment& now) const {
  Color c = behind;
  for (std::uint64_t layer = 0; layer < 2; ++layer) {
    const double speed = layer == 0 ? kHillSpeed : kNearHillSpeed;
    const double u = x + speed * now.seconds + 31 * static_cast<double>(layer + 1);
    const double base = layer == 0 ? 0.045 : 0.012;
    double height = base + (layer == 0 ? 0.17 : 0.13) * ramp(0.2, 0.9, hills_.at(u * 1.3));
    // Trees: bumps of a few pixels along the ridge.
    height += (layer == 0 ? 0.010 : 0.022) * fine_.at(u * (layer == 0 ? 1.9 : 1.1), 0.3);
    const double top = kHorizon - height + 0.03;
    const double inside = ramp(top - pixel_, top + pixel_, y);
    if (inside <= 0) continue;
    const double field = broad_.at(u * 0.55, y * 1.7 + 0.4 * static_cast<double>(layer));
    const double leaf = fine_.at(u * 0.9, y * 1.4);
    const Color dark = layer == 0 ? Color{0.23, 0.33, 0.29} : Color{0.11, 0.22, 0.13};
    const Color light = layer == 0 ? Color{0.66, 0.60, 0.33} : Color{0.55, 0.54, 0.18};
    Color ground = mix(dark, light, clamp01(1.7 * (field - 0.32) + 0.9 * (leaf - 0.5)));
    // The ridge catches the last light.
    ground = mix(ground, Color{0.98, 0.78, 0.42}, 0.40 * ramp(0.022, 0.0, y - top));
    c = mix(c, mix(kHaze, ground, layer == 0 ? 0.68 : 0.92), inside);
  }
  return c;
}

Color Scene::water(double x, double y, const Moment& now) const {
  const double near = (y - kHorizon) / (1 - kHorizon);
  const double depth = 1 / (0.06 + near);  // distance over the water
  const double wave =
      fine_.at(x * 0.16 * depth + 0.010 * now.seconds, 0.55 * depth + 0.030 * now.seconds) +
      fine_.at(x * 0.11 * depth - 0.014 * now.seconds, 0.38 * depth + 0.045 * now.seconds) - 1;
  // What is mirrored lies as far above the shore line as the point below it, shaken by the waves.
  const double mirrored = kHorizon - (y - kHorizon) * 1.15 + wave * (0.03 + 0.22 * near);
  const double seen_x = x + wave * 0.05;
  const double seen_y = std::min(kHorizon - 0.002, mirrored);
  Color c = with_clouds(sky(seen_x, seen_y, now), seen_x, seen_y, now);
  c = with_hills(with_mountains(c, seen_x, seen_y, now), seen_x, seen_y, now);
  const Color deep{0.05, 0.16, 0.27};
  c = mix(c * Color{0.86, 0.90, 0.97}, deep, 0.10 + 0.42 * near + 0.9 * clamp01(-wave) * near);
  const double off = (x - now.sun_x) / (0.035 + 0.20 * near);
  const double glitter = ramp(0.05, 0.34, wave + 0.30 / (1 + off * off) - 0.10) / (1 + off * off);
  return mix(c, Color{1.0, 0.88, 0.62}, 0.85 * clamp01(glitter));
}

double Scene::meadow_top(double x, const Moment& now) const {
  const double u = x + kMeadowSpeed * now.seconds + 53;
  const double blade = fine_.at(u * 2.3, 0.7);
  return kShore + 0.13 - 0.20 * shore_.at(u * 0.62) -
         0.028 * blade * blade * (1 + 0.3 * sine(0.4 * now.seconds + u * 1.5));
}

Color Scene::meadow(double x, double y, const Moment& now) const {
  const double u = x + kMeadowSpeed * now.seconds + 53;
  const double top = meadow_top(x, now);
  const double below = y - top;
  const double tuft = fine_.at(u * 0.75 + 0.1 * (y - top), y * 0.42);
  const double patch = broad_.at(u * 0.32, y * 0.5);
  Color c = mix(Color{0.07, 0.17, 0.07}, Color{0.42, 0.52, 0.13},
                clamp01(1.5 * (tuft - 0.30) + 0.8 * (patch - 0.45)));
  c = mix(c, Color{0.93, 0.79, 0.36}, 0.5 * ramp(0.045, 0.0, below));
  // Flowers sit on a jittered grid that passes with the ground.
  const Scatter flower = scatter(seed_ + 900, u * 21, y * 26);
  const double kind = unit_of(hash_of(flower.which, 3, 1));
  if (kind < 0.42 && below > 0.012) {
    const Color petals = kind < 0.14   ? Color{0.93, 0.25, 0.24}
                         : kind < 0.28 ? Color{0.98, 0.86, 0.30}
                                       : Color{0.86, 0.62, 0.95};
    const double radius = 0.16 + 0.5 * kind;
    c = mix(c, petals, 0.95 * ramp(radius, radius - 0.14, flower.first));
    c = mix(c, Color{0.35, 0.20, 0.05}, ramp(0.10, 0.05, flower.first));
  }
  return c * (1.0 - 0.35 * clamp01(below * 3.0));
}

}  // namespace mosaic::demo
