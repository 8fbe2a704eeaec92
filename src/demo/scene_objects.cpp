// What moves through the scene by itself: balloons, birds, a boat.
#include "demo/scene.hpp"

namespace mosaic::demo {

namespace {

struct Balloon {
  double x, y;   ///< where it is at the start
  double drift;  ///< heights per second, to the right
  double rise;   ///< heights per second, upward
  double radius;
  Color first, second;
};

constexpr Balloon kBalloons[] = {
    {-0.62, 0.30, 0.075, 0.006, 0.105, {0.86, 0.16, 0.15}, {0.99, 0.84, 0.32}},
    {0.58, 0.20, -0.030, -0.002, 0.050, {0.13, 0.44, 0.66}, {0.96, 0.95, 0.90}},
    {-0.10, 0.15, 0.018, 0.004, 0.030, {0.56, 0.22, 0.58}, {0.98, 0.70, 0.25}},
};

/// 1 inside, 0 outside, one pixel wide at the edge; `distance` is negative inside.
double covered(double distance, double pixel) { return ramp(pixel, -pixel, distance); }

Color with_balloon(Color behind, double x, double y, const Balloon& b, double seconds,
                   double pixel) {
  const double cx = b.x + b.drift * seconds;
  const double cy = b.y - b.rise * seconds + 0.007 * sine(0.23 * seconds + b.radius * 9);
  const double px = (x - cx) / b.radius;
  const double py = (y - cy) / b.radius;
  if (px < -1.2 || px > 1.2 || py < -1.2 || py > 1.9) return behind;
  const double edge = pixel / b.radius;
  Color c = behind;
  // Ropes and basket.
  const double spread = 0.16 + (1.5 - py) * 0.42;
  const double rope = std::fabs(std::fabs(px) - spread) - 0.02;
  if (py > 0.85 && py < 1.5) c = mix(c, Color{0.25, 0.17, 0.12}, 0.8 * covered(rope, edge));
  const double basket = std::max(std::fabs(px) - 0.16, std::fabs(py - 1.62) - 0.13);
  c = mix(c, Color{0.45, 0.28, 0.14} * (1.15 + px), covered(basket, edge));
  // The envelope: a circle above, drawn out to a blunt point below.
  const double low = py > 0 ? py : 0;
  const double width = std::max(0.1, 1 - 0.36 * low * low);
  const double sx = px / width;
  const double sy = py > 0 ? py / 1.18 : py;
  const double r = std::sqrt(sx * sx + sy * sy);
  const double inside = covered((r - 1) * width, edge);
  if (inside <= 0 || py > 1.2) return c;
  // Gores: longitudes of a sphere, seen from the side.
  const double across = sx / std::sqrt(std::max(0.02, 1 - std::min(0.98, sy * sy)));
  const double s = std::min(1.0, std::max(-1.0, across));
  const double longitude = s * (1 + 0.21 * s * s);  // near enough to the arc sine
  const double stripe = ramp(-0.25, 0.25, sine(longitude * 1.5 + 0.02 * seconds));
  Color skin = mix(b.first, b.second, stripe);
  const double band = std::fabs(sy - 0.15) - 0.11;
  skin = mix(skin, b.second * 0.96, 0.85 * covered(band, edge));
  // Sunlight from the right and a little below; shade on the left.
  const double light = 0.74 + 0.36 * px - 0.16 * py * py + 0.20 * std::sqrt(clamp01(1 - r * r));
  return mix(c, skin * light + Color{0.10, 0.06, 0.0} * clamp01(px), inside);
}

double segment_distance(double px, double py, double ax, double ay, double bx, double by) {
  const double vx = bx - ax;
  const double vy = by - ay;
  const double t = clamp01(((px - ax) * vx + (py - ay) * vy) / (vx * vx + vy * vy));
  const double dx = px - ax - t * vx;
  const double dy = py - ay - t * vy;
  return std::sqrt(dx * dx + dy * dy);
}

}  // namespace

Color with_balloons(Color behind, double x, double y, double seconds, double pixel) {
  Color c = behind;
  for (int i = 2; i >= 0; --i) c = with_balloon(c, x, y, kBalloons[i], seconds, pixel);
  return c;
}

Color with_birds(Color behind, double x, double y, double seconds, double pixel) {
  Color c = behind;
  for (int i = 0; i < 7; ++i) {
    // A loose wedge that flies to the left.
    const int rank = (i + 1) / 2;
    const double side = i % 2 == 0 ? 1 : -1;
    const double cx = 0.80 - 0.115 * seconds + 0.052 * rank + 0.012 * side;
    const double cy = 0.205 + 0.028 * rank * side + 0.006 * sine(0.31 * seconds + 0.17 * i);
    const double span = 0.026;
    if (std::fabs(x - cx) > 2 * span || std::fabs(y - cy) > 2 * span) continue;
    const double flap = 0.55 * sine(1.7 * seconds + 0.13 * i);
    const double tip_y = cy - span * flap;
    const double mid_y = cy - span * (0.30 + 0.35 * flap);
    double d = 1;
    for (const double wing : {-1.0, 1.0}) {
      d = std::min(d, segment_distance(x, y, cx, cy, cx + wing * 0.45 * span, mid_y));
      d = std::min(d,
                   segment_distance(x, y, cx + wing * 0.45 * span, mid_y, cx + wing * span, tip_y));
    }
    d = std::min(d, segment_distance(x, y, cx - 0.3 * span, cy, cx + 0.35 * span, cy) - 0.0006);
    c = mix(c, Color{0.16, 0.14, 0.22}, 0.9 * covered(d - 0.0019, pixel));
  }
  return c;
}

Color with_boat(Color behind, double x, double y, double seconds, double pixel) {
  const double cx = 0.10 - 0.040 * seconds;
  const double bob = 0.0025 * sine(0.5 * seconds);
  const double water_line = 0.655 + bob;
  const double px = (x - cx) / 0.075;
  const double py = (y - water_line) / 0.075;
  if (px < -1.4 || px > 1.4 || py < -2.4 || py > 1.9) return behind;
  const double edge = pixel / 0.075;
  Color c = behind;
  const auto hull = [&](double hx, double hy) {  // hy from 0 at the water to -0.28 at the rail
    return std::max({std::fabs(hx) - (0.78 - 0.9 * (hy + 0.28)), hy, -0.28 - hy});
  };
  const auto sail = [&](double sx, double sy, double lean) {
    const double up = (sy + 0.36) / -1.75;  // 0 at the boom, 1 at the top
    const double curve = lean * (0.86 * (1 - up) + 0.18 * up * (1 - up));
    const double along =
        lean > 0 ? std::max(0.05 - sx, sx - curve) : std::max(sx - -0.03, curve - sx);
    return std::max({along, sy + 0.36, -2.1 - sy});
  };
  // Its mirror image first, squeezed and faint, with ripples.
  const double ripple = 0.06 * sine(2.2 * y * 40 + 0.8 * seconds);
  const double mirror_y = -py * 1.25;
  const double image = std::min(sail(px + ripple, mirror_y, 1), sail(px + ripple, mirror_y, -0.62));
  if (py > 0) {
    c = mix(c, Color{0.93, 0.86, 0.78}, 0.36 * covered(image, 4 * edge));
    c = mix(c, Color{0.30, 0.12, 0.10}, 0.50 * covered(hull(px + ripple, mirror_y), 3 * edge));
  }
  c = mix(c, Color{0.99, 0.95, 0.86} * (0.86 + 0.14 * px), covered(sail(px, py, 1), edge));
  c = mix(c, Color{0.93, 0.40, 0.20} * (0.95 - 0.10 * px), covered(sail(px, py, -0.62), edge));
  const double mast = std::max(std::fabs(px - 0.01) - 0.022, std::max(py, -2.16 - py));
  c = mix(c, Color{0.28, 0.18, 0.11}, covered(mast, edge));
  return mix(c, mix(Color{0.44, 0.16, 0.12}, Color{0.92, 0.88, 0.80}, ramp(-0.19, -0.21, py)),
             covered(hull(px, py), edge));
}

}  // namespace mosaic::demo
