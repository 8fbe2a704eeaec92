#include "look/oklab.hpp"

#include <algorithm>

#include "core/portable_math.hpp"

namespace mosaic {
namespace {

constexpr Matrix3 kLmsFromLinear = {0.4122214708, 0.5363325363, 0.0514459929,
                                    0.2119034982, 0.6806995451, 0.1073969566,
                                    0.0883024619, 0.2817188376, 0.6299787005};
constexpr Matrix3 kLabFromRoots = {0.2104542553, 0.7936177850,  -0.0040720468,
                                   1.9779984951, -2.4285922050, 0.4505937099,
                                   0.0259040371, 0.7827717662,  -0.8086757660};
constexpr Matrix3 kRootsFromLab = {1.0, 0.3963377774,  0.2158037573,
                                   1.0, -0.1055613458, -0.0638541728,
                                   1.0, -0.0894841775, -1.2914855480};
constexpr Matrix3 kLinearFromLms = {4.0767416621,  -3.3077115913, 0.2309699292,
                                    -1.2684380046, 2.6097574011,  -0.3413193965,
                                    -0.0041960863, -0.7034186147, 1.7076147010};

// IEC 61966-2-1.
double decode(double v) {
  return v <= 0.04045 ? v / 12.92 : portable_pow((v + 0.055) / 1.055, 2.4);
}
double encode(double v) {
  return v <= 0.0031308 ? v * 12.92 : 1.055 * portable_pow(v, 1.0 / 2.4) - 0.055;
}

Vector3 linear_from_oklab(const Vector3& lab) {
  const Vector3 roots = transform(kRootsFromLab, lab);
  return transform(kLinearFromLms, {roots[0] * roots[0] * roots[0], roots[1] * roots[1] * roots[1],
                                    roots[2] * roots[2] * roots[2]});
}

/// Of linear values. A fortieth of a level outside is inside: the published matrices' own round
/// trip is not exact.
bool in_gamut(const Vector3& linear) {
  constexpr double kSlack = 1e-4;
  static const double lowest = decode(-kSlack);
  static const double highest = decode(1.0 + kSlack);
  return std::ranges::all_of(linear, [](double v) { return v >= lowest && v <= highest; });
}

}  // namespace

Vector3 oklab_from_srgb(const Vector3& rgb) {
  const Vector3 lms = transform(kLmsFromLinear, {decode(rgb[0]), decode(rgb[1]), decode(rgb[2])});
  return transform(kLabFromRoots,
                   {portable_cbrt(lms[0]), portable_cbrt(lms[1]), portable_cbrt(lms[2])});
}

Vector3 srgb_from_oklab(const Vector3& lab) {
  const Vector3 linear = linear_from_oklab(lab);
  return {encode(linear[0]), encode(linear[1]), encode(linear[2])};
}

Vector3 srgb_from_oklab_in_gamut(const Vector3& lab) {
  const Vector3 target = {std::clamp(lab[0], 0.0, 1.0), lab[1], lab[2]};
  double inside = 1.0;
  if (!in_gamut(linear_from_oklab(target))) {
    inside = 0.0;
    double outside = 1.0;
    for (int step = 0; step < 12; ++step) {
      const double share = (inside + outside) / 2.0;
      const bool fits =
          in_gamut(linear_from_oklab({target[0], target[1] * share, target[2] * share}));
      (fits ? inside : outside) = share;
    }
  }
  Vector3 rgb = srgb_from_oklab({target[0], target[1] * inside, target[2] * inside});
  for (double& value : rgb) value = std::clamp(value, 0.0, 1.0);
  return rgb;
}

}  // namespace mosaic
