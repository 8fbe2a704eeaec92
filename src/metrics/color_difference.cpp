#include "metrics/color_difference.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "metrics/row_sums.hpp"

namespace mosaic::metrics {
namespace {

using LinearTable = std::array<double, 256>;

LinearTable make_linear_table() {
  LinearTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double v = static_cast<double>(i) / 255.0;
    table[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return table;
}

const LinearTable& linear_table() {
  static const LinearTable table = make_linear_table();
  return table;
}

/// CIE 15: the cube root, and its tangent below (6/29)^3.
double lightness_curve(double t) {
  constexpr double kDelta = 6.0 / 29.0;
  return t > kDelta * kDelta * kDelta ? std::cbrt(t) : t / (3.0 * kDelta * kDelta) + 4.0 / 29.0;
}

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }

double seventh_power_share(double chroma) {
  const double c7 = std::pow(chroma, 7.0);
  constexpr double kTwentyFiveToTheSeventh = 6103515625.0;
  return std::sqrt(c7 / (c7 + kTwentyFiveToTheSeventh));
}

/// Degrees in [0, 360); 0 for grey.
double hue_degrees(double a, double b) {
  if (a == 0.0 && b == 0.0) return 0.0;
  const double degrees = std::atan2(b, a) * 180.0 / std::numbers::pi;
  return degrees < 0.0 ? degrees + 360.0 : degrees;
}

/// Difference and mean of two hues across the shorter arc (equations 10 and 14 of Sharma et al.).
struct HuePair {
  double difference = 0.0;
  double mean = 0.0;
};

HuePair pair_hues(double h1, double h2, bool either_grey) {
  if (either_grey) return {0.0, h1 + h2};
  const double raw = h2 - h1;
  if (std::abs(raw) <= 180.0) return {raw, (h1 + h2) / 2.0};
  const double sum = h1 + h2;
  return {raw > 180.0 ? raw - 360.0 : raw + 360.0,
          sum < 360.0 ? (sum + 360.0) / 2.0 : (sum - 360.0) / 2.0};
}

}  // namespace

Lab lab_from_srgb(u8 r, u8 g, u8 b) {
  const LinearTable& linear = linear_table();
  const double lr = linear[r];
  const double lg = linear[g];
  const double lb = linear[b];
  // Primaries and white of Rec. ITU-R BT.709 / IEC 61966-2-1, to the six digits usually printed.
  const double x = (0.412453 * lr + 0.357580 * lg + 0.180423 * lb) / 0.95047;
  const double y = 0.212671 * lr + 0.715160 * lg + 0.072169 * lb;
  const double z = (0.019334 * lr + 0.119193 * lg + 0.950227 * lb) / 1.08883;
  const double fx = lightness_curve(x);
  const double fy = lightness_curve(y);
  const double fz = lightness_curve(z);
  return {116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)};
}

double ciede2000(const Lab& x, const Lab& y) {
  const double mean_c = (std::hypot(x.a, x.b) + std::hypot(y.a, y.b)) / 2.0;
  const double g = 0.5 * (1.0 - seventh_power_share(mean_c));
  const double a1 = (1.0 + g) * x.a;
  const double a2 = (1.0 + g) * y.a;
  const double c1 = std::hypot(a1, x.b);
  const double c2 = std::hypot(a2, y.b);
  const HuePair hue = pair_hues(hue_degrees(a1, x.b), hue_degrees(a2, y.b), c1 == 0.0 || c2 == 0.0);

  const double dl = y.l - x.l;
  const double dc = c2 - c1;
  const double dh = 2.0 * std::sqrt(c1 * c2) * std::sin(radians(hue.difference) / 2.0);

  const double from_50 = (x.l + y.l) / 2.0 - 50.0;
  const double c = (c1 + c2) / 2.0;
  const double t = 1.0 - 0.17 * std::cos(radians(hue.mean - 30.0)) +
                   0.24 * std::cos(radians(2.0 * hue.mean)) +
                   0.32 * std::cos(radians(3.0 * hue.mean + 6.0)) -
                   0.20 * std::cos(radians(4.0 * hue.mean - 63.0));
  const double turn = (hue.mean - 275.0) / 25.0;
  const double rotation =
      -2.0 * seventh_power_share(c) * std::sin(radians(60.0 * std::exp(-turn * turn)));
  const double sl = 1.0 + 0.015 * from_50 * from_50 / std::sqrt(20.0 + from_50 * from_50);
  const double sc = 1.0 + 0.045 * c;
  const double sh = 1.0 + 0.015 * c * t;
  const double l_term = dl / sl;
  const double c_term = dc / sc;
  const double h_term = dh / sh;
  return std::sqrt(l_term * l_term + c_term * c_term + h_term * h_term +
                   rotation * c_term * h_term);
}

double mean_ciede2000(const RgbImage& x, const RgbImage& y, ThreadPool& pool) {
  const Size size = x.size();
  const double total = sum_over_rows<double>(pool, size.height, [&](int row) {
    double sum = 0.0;
    for (int i = 0; i < size.width; ++i) {
      sum += ciede2000(lab_from_srgb(x.r.row(row)[i], x.g.row(row)[i], x.b.row(row)[i]),
                       lab_from_srgb(y.r.row(row)[i], y.g.row(row)[i], y.b.row(row)[i]));
    }
    return sum;
  });
  return total / static_cast<double>(size.area());
}

}  // namespace mosaic::metrics
