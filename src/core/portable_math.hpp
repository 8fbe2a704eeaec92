// Powers and roots in order-fixed fp64, for tables that decide bytes.
//
// The C library's pow and cbrt differ between versions and processors in the last bit. These use
// only
// + - * / and exact scaling by powers of two, so every IEEE machine gives the same bits. Relative
// error is below 1e-14 (tests/core/test_portable_math.cpp); they are for tables, not for inner
// loops.
#pragma once

#include <cmath>

namespace mosaic {

/// Natural logarithm of x > 0, by the series of atanh around 1 (Abramowitz & Stegun 4.1.27).
inline double portable_log(double x) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // exact
  if (m < 0.70710678118654752) {
    m *= 2.0;
    --exponent;
  }
  const double t = (m - 1.0) / (m + 1.0);
  const double square = t * t;
  double sum = 0.0;
  for (int k = 25; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2.0 * t * sum + static_cast<double>(exponent) * kLn2;
}

/// e^x for |x| < 700, by the Taylor series after reduction by powers of two.
inline double portable_exp(double x) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  const double n = std::floor(x / kLn2 + 0.5);
  const double f = x - n * kLn2;
  double sum = 1.0;
  for (int k = 18; k >= 1; --k) sum = sum * f / k + 1.0;
  return std::ldexp(sum, static_cast<int>(n));  // exact
}

/// x^y for x >= 0.
inline double portable_pow(double x, double y) {
  return x <= 0.0 ? 0.0 : portable_exp(y * portable_log(x));
}

/// Cube root of any x, polished by two Newton steps.
inline double portable_cbrt(double x) {
  if (x == 0.0) return 0.0;
  const double magnitude = x < 0.0 ? -x : x;
  double root = portable_pow(magnitude, 1.0 / 3.0);
  for (int i = 0; i < 2; ++i) root = (2.0 * root + magnitude / (root * root)) / 3.0;
  return x < 0.0 ? -root : root;
}

}  // namespace mosaic
