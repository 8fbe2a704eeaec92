#include "support/motion_clips.hpp"

#include <algorithm>
#include <cmath>

namespace mosaic::testing {

namespace {

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double lattice(std::uint64_t seed, int x, int y) {
  const std::uint64_t h =
      mixed(seed ^ mixed((static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) << 32) |
                         static_cast<std::uint32_t>(y)));
  return static_cast<double>(h >> 40) / static_cast<double>(1 << 24) - 0.5;
}

/// Uniform cubic B-spline weights: the noise has continuous curvature, so sub-pixel shifts of it
/// are as good as shifts of a band-limited picture.
void spline_weights(double t, double (&w)[4]) {
  const double s = 1 - t;
  w[0] = s * s * s / 6;
  w[1] = (4 - 6 * t * t + 3 * t * t * t) / 6;
  w[2] = (4 - 6 * s * s + 3 * s * s * s) / 6;
  w[3] = t * t * t / 6;
}

double value_noise(std::uint64_t seed, double x, double y) {
  const double fx = std::floor(x);
  const double fy = std::floor(y);
  double wx[4];
  double wy[4];
  spline_weights(x - fx, wx);
  spline_weights(y - fy, wy);
  double sum = 0;
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      sum +=
          wy[j] * wx[i] * lattice(seed, static_cast<int>(fx) + i - 1, static_cast<int>(fy) + j - 1);
    }
  }
  return sum;
}

/// A landscape-like texture: broad shapes, detail, and fine grain; about 20-235.
double texture(std::uint64_t seed, Point p) {
  const double broad = value_noise(seed, p.x / 61, p.y / 61);
  const double middle = value_noise(seed + 1, p.x / 17, p.y / 17);
  const double fine = value_noise(seed + 2, p.x / 5, p.y / 5);
  const double value = 128 + 300 * broad + 130 * middle + 70 * fine;
  return std::clamp(value, 2.0, 253.0);
}

constexpr double kObjectSide = 72;

}  // namespace

std::uint64_t TestRandom::next() { return mixed(state_++); }

int TestRandom::between(int low, int high) {
  return low + static_cast<int>(next() % static_cast<std::uint64_t>(high - low + 1));
}

double TestRandom::normal() {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(next() >> 11) / 9007199254740992.0;
  return sum;
}

MotionClip::MotionClip(const ClipSpec& spec) : spec_(spec) {}

Plane MotionClip::luma(int frame) const { return render(frame, 0); }

RgbImage MotionClip::rgb(int frame) const {
  RgbImage image;
  image.r = render(frame, 1);
  image.g = render(frame, 2);
  image.b = render(frame, 3);
  return image;
}

Point MotionClip::object_origin(int frame, int object) const {
  const double way_x = spec_.dx * frame;
  const double way_y = spec_.dy * frame;
  if (object == 1) return {16 + way_x, 20 + way_y};
  return {spec_.size.width - 16 - kObjectSide - way_x, 56 - way_y};
}

int MotionClip::object_at(int frame, Point at) const {
  if (spec_.kind != ClipSpec::Kind::crossing) return 0;
  for (const int object : {1, 2}) {
    const Point origin = object_origin(frame, object);
    if (at.x >= origin.x && at.x < origin.x + kObjectSide && at.y >= origin.y &&
        at.y < origin.y + kObjectSide) {
      return object;
    }
  }
  return 0;
}

Point MotionClip::texture_point(int frame, Point at) const {
  const double cx = spec_.size.width / 2.0;
  const double cy = spec_.size.height / 2.0;
  switch (spec_.kind) {
    case ClipSpec::Kind::pan:
      return {at.x - spec_.dx * frame, at.y - spec_.dy * frame};
    case ClipSpec::Kind::zoom: {
      double scale = 1;
      for (int i = 0; i < frame; ++i) scale /= 1 + spec_.rate;
      return {cx + (at.x - cx) * scale, cy + (at.y - cy) * scale};
    }
    case ClipSpec::Kind::rotate: {
      // Cosine and sine of one frame's turn from its half-angle tangent, then powers: no libm.
      const double t = spec_.rate / 2;
      const double c = (1 - t * t) / (1 + t * t);
      const double s = 2 * t / (1 + t * t);
      Point p{at.x - cx, at.y - cy};
      for (int i = 0; i < frame; ++i) p = {c * p.x + s * p.y, c * p.y - s * p.x};
      return {cx + p.x, cy + p.y};
    }
    default:
      return at;
  }
}

Plane MotionClip::render(int frame, int channel) const {
  Plane plane(spec_.size);
  const std::uint64_t seed = mixed(spec_.seed * 16 + static_cast<std::uint64_t>(channel));
  TestRandom noise(mixed(seed + 977 * static_cast<std::uint64_t>(frame + 1)));
  const double progress = spec_.frames > 1 ? double(frame) / (spec_.frames - 1) : 0;
  for (int y = 0; y < spec_.size.height; ++y) {
    for (int x = 0; x < spec_.size.width; ++x) {
      const Point at{x + 0.5, y + 0.5};
      double value = 0;
      if (const int object = object_at(frame, at); object != 0) {
        const Point origin = object_origin(frame, object);
        value = texture(seed + 100 * static_cast<std::uint64_t>(object),
                        {at.x - origin.x, at.y - origin.y});
      } else {
        value = texture(seed, texture_point(frame, at));
      }
      if (spec_.kind == ClipSpec::Kind::fade) value *= 1 - progress;
      if (spec_.kind == ClipSpec::Kind::flash && frame == spec_.at) value += 90;
      if (spec_.kind == ClipSpec::Kind::cut && frame >= spec_.at) value = texture(seed + 7, at);
      if (spec_.kind == ClipSpec::Kind::dissolve) {
        value += progress * (texture(seed + 7, at) - value);
      }
      if (spec_.noise > 0) value += spec_.noise * noise.normal();
      plane.row(y)[x] = static_cast<u8>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
    }
  }
  return plane;
}

Point MotionClip::backward(int frame, Point at) const {
  if (const int object = object_at(frame, at); object != 0) {
    const Point now = object_origin(frame, object);
    const Point before = object_origin(frame - 1, object);
    return {before.x - now.x, before.y - now.y};
  }
  const double cx = spec_.size.width / 2.0;
  const double cy = spec_.size.height / 2.0;
  switch (spec_.kind) {
    case ClipSpec::Kind::pan:
      return {-spec_.dx, -spec_.dy};
    case ClipSpec::Kind::zoom: {
      const double less = 1 / (1 + spec_.rate) - 1;
      return {(at.x - cx) * less, (at.y - cy) * less};
    }
    case ClipSpec::Kind::rotate: {
      // The picture turns about its centre at an even pace: one frame's turn, whatever the frame.
      const double t = spec_.rate / 2;
      const double c = (1 - t * t) / (1 + t * t);
      const double s = 2 * t / (1 + t * t);
      const Point p{at.x - cx, at.y - cy};
      return {c * p.x + s * p.y - p.x, c * p.y - s * p.x - p.y};
    }
    default:
      return {};
  }
}

bool MotionClip::was_visible(int frame, Point at, double border_px) const {
  const Point move = backward(frame, at);
  const Point from{at.x + move.x, at.y + move.y};
  const double right = spec_.size.width - border_px;
  const double bottom = spec_.size.height - border_px;
  if (from.x < border_px || from.y < border_px || from.x >= right || from.y >= bottom) return false;
  if (at.x < border_px || at.y < border_px || at.x >= right || at.y >= bottom) return false;
  // All four corners around the point must belong to the same thing, in both frames.
  const int object = object_at(frame, at);
  for (const double sx : {-border_px, border_px}) {
    for (const double sy : {-border_px, border_px}) {
      if (object_at(frame, {at.x + sx, at.y + sy}) != object) return false;
      if (object_at(frame - 1, {from.x + sx, from.y + sy}) != object) return false;
    }
  }
  return true;
}

}  // namespace mosaic::testing
