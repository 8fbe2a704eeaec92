#include "demo/paint.hpp"

namespace mosaic::demo {

namespace {

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double eased(double t) { return t * t * t * (t * (t * 6 - 15) + 10); }

}  // namespace

Color hsv(double hue, double saturation, double value) {
  const auto channel = [&](double offset) {
    const double k = fraction(hue + offset) * 6;
    const double pure = clamp01(k < 3 ? (k < 1 ? k : 1) : 4 - k);
    return value * (1 - saturation * (1 - pure));
  };
  // Red is full at hue 0; the trapezoid `pure` is full from 1/6 to 1/2.
  return {channel(1.0 / 3), channel(0), channel(2.0 / 3)};
}

std::uint64_t Random::next() { return mixed(state_++); }
double Random::unit() { return unit_of(next()); }

std::uint64_t hash_of(std::uint64_t seed, std::int64_t x, std::int64_t y) {
  return mixed(seed ^ mixed(static_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15ULL ^
                            mixed(static_cast<std::uint64_t>(y))));
}

double unit_of(std::uint64_t hash) {
  return static_cast<double>(hash >> 11) / 9007199254740992.0;  // 53 bits
}

double noise(std::uint64_t seed, double x, double y) {
  const double fx = floor_of(x);
  const double fy = floor_of(y);
  const auto ix = static_cast<std::int64_t>(fx);
  const auto iy = static_cast<std::int64_t>(fy);
  const double tx = eased(x - fx);
  const double ty = eased(y - fy);
  const double top = mix(unit_of(hash_of(seed, ix, iy)), unit_of(hash_of(seed, ix + 1, iy)), tx);
  const double bottom =
      mix(unit_of(hash_of(seed, ix, iy + 1)), unit_of(hash_of(seed, ix + 1, iy + 1)), tx);
  return mix(top, bottom, ty);
}

double fractal(std::uint64_t seed, double x, double y, int octaves) {
  double sum = 0;
  double weight = 0.5;
  double total = 0;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * noise(seed + static_cast<std::uint64_t>(i), x, y);
    total += weight;
    weight /= 2;
    // A little more than twice, so that the lattices of the octaves do not line up.
    x = x * 2.03 + 17.3;
    y = y * 2.03 - 9.1;
  }
  return sum / total;
}

Scatter scatter(std::uint64_t seed, double x, double y) {
  const auto ix = static_cast<std::int64_t>(floor_of(x));
  const auto iy = static_cast<std::int64_t>(floor_of(y));
  double first = 9;
  double second = 9;
  std::uint64_t which = 0;
  for (std::int64_t j = iy - 1; j <= iy + 1; ++j) {
    for (std::int64_t i = ix - 1; i <= ix + 1; ++i) {
      const std::uint64_t h = hash_of(seed, i, j);
      const double dx = static_cast<double>(i) + unit_of(h) - x;
      const double dy = static_cast<double>(j) + unit_of(hash_of(h, 1, 2)) - y;
      const double d = dx * dx + dy * dy;
      if (d < first) {
        second = first;
        first = d;
        which = h;
      } else if (d < second) {
        second = d;
      }
    }
  }
  return {std::sqrt(first), std::sqrt(second), which};
}

std::size_t NoiseSheet::sample_index(int x, int y) {
  return static_cast<std::size_t>(y) * kEdge + static_cast<std::size_t>(x);
}

NoiseSheet::NoiseSheet(std::uint64_t seed, int coarsest, int octaves)
    : samples_(static_cast<std::size_t>(kEdge) * kEdge) {
  for (int y = 0; y < kEdge; ++y) {
    for (int x = 0; x < kEdge; ++x) {
      double sum = 0;
      double weight = 0.5;
      double total = 0;
      std::int64_t period = coarsest;
      for (int i = 0; i < octaves; ++i) {
        const double px = static_cast<double>(x) * static_cast<double>(period) / kEdge;
        const double py = static_cast<double>(y) * static_cast<double>(period) / kEdge;
        const auto ix = static_cast<std::int64_t>(px);
        const auto iy = static_cast<std::int64_t>(py);
        const auto corner = [&](std::int64_t dx, std::int64_t dy) {
          return unit_of(hash_of(seed + static_cast<std::uint64_t>(i), (ix + dx) % period,
                                 (iy + dy) % period));
        };
        const double tx = eased(px - static_cast<double>(ix));
        const double ty = eased(py - static_cast<double>(iy));
        sum += weight *
               mix(mix(corner(0, 0), corner(1, 0), tx), mix(corner(0, 1), corner(1, 1), tx), ty);
        total += weight;
        weight /= 2;
        period *= 2;
      }
      samples_[sample_index(x, y)] = static_cast<float>(sum / total);
    }
  }
}

double NoiseSheet::at(double x, double y) const {
  const double px = fraction(x) * kEdge;
  const double py = fraction(y) * kEdge;
  const int ix = static_cast<int>(px) % kEdge;
  const int iy = static_cast<int>(py) % kEdge;
  const int jx = (ix + 1) % kEdge;
  const int jy = (iy + 1) % kEdge;
  const double tx = px - floor_of(px);
  const double ty = py - floor_of(py);
  const auto sample = [this](int sx, int sy) {
    return static_cast<double>(samples_[sample_index(sx, sy)]);
  };
  return mix(mix(sample(ix, iy), sample(jx, iy), tx), mix(sample(ix, jy), sample(jx, jy), tx), ty);
}

NoiseLine::NoiseLine(std::uint64_t seed, int octaves)
    : samples_(static_cast<std::size_t>(kPeriod) * kPerUnit) {
  for (std::size_t x = 0; x < samples_.size(); ++x) {
    double sum = 0;
    double weight = 0.5;
    double total = 0;
    std::int64_t period = kPeriod;
    for (int i = 0; i < octaves; ++i) {
      const double p = static_cast<double>(x) * static_cast<double>(period) /
                       static_cast<double>(samples_.size());
      const auto cell = static_cast<std::int64_t>(p);
      sum += weight * mix(unit_of(hash_of(seed, cell, i)),
                          unit_of(hash_of(seed, (cell + 1) % period, i)),
                          eased(p - static_cast<double>(cell)));
      total += weight;
      weight /= 2;
      period *= 2;
    }
    samples_[x] = static_cast<float>(sum / total);
  }
}

double NoiseLine::at(double x) const {
  const auto count = static_cast<double>(samples_.size());
  const double p = fraction(x / kPeriod) * count;
  const std::size_t i = static_cast<std::size_t>(p) % samples_.size();
  return mix(static_cast<double>(samples_[i]),
             static_cast<double>(samples_[(i + 1) % samples_.size()]), p - floor_of(p));
}

}  // namespace mosaic::demo
