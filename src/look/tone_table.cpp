#include "look/tone_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "backend/tone_math.hpp"
#include "core/portable_math.hpp"
#include "look/oklab.hpp"

namespace mosaic {
namespace {

/// Oklab chroma above which vibrance no longer lifts.
constexpr double kFullChroma = 0.2;

/// How much a colour looks like skin, 0-1: near the hue of skin of every shade (about 55 degrees in
/// Oklab), with the moderate chroma skin has.
double skin_likeness(double a, double b, double chroma) {
  if (chroma < 1e-9) return 0.0;
  constexpr double kCos55 = 0.5735764363510461;
  constexpr double kSin55 = 0.8191520442889918;
  const double along = (a * kCos55 + b * kSin55) / chroma;  // cosine of the hue difference
  const double hue = std::clamp((along - 0.85) / 0.12, 0.0, 1.0);
  const double weak = std::clamp((chroma - 0.02) / 0.03, 0.0, 1.0);
  const double strong = std::clamp((0.20 - chroma) / 0.06, 0.0, 1.0);
  return hue * std::min(weak, strong);
}

/// Warm hues (red to yellow) lie around 60 degrees in Oklab, cool ones opposite.
double warmth(double a, double b, double chroma) {
  if (chroma < 1e-9) return 0.5;
  return 0.5 + 0.5 * (a * 0.5 + b * 0.8660254037844386) / chroma;
}

Vector3 curve(Vector3 rgb, const ToneSettings& s) {
  for (double& v : rgb) {
    v = portable_pow(v, s.gamma);
    v += s.shadow_lift / 255.0 * (1.0 - v);
  }
  return rgb;
}

Vector3 graded(const Vector3& rgb, const ToneSettings& s, const Tint& tint) {
  const Vector3 curved = curve(rgb, s);
  const Vector3 plain = oklab_from_srgb(curved);
  const double plain_chroma = std::sqrt(plain[1] * plain[1] + plain[2] * plain[2]);
  const double protection =
      1.0 - s.skin_protection * skin_likeness(plain[1], plain[2], plain_chroma);
  const double contrast = 1.0 + (s.contrast_boost - 1.0) * protection;
  Vector3 contrasted = curved;
  for (double& v : contrasted) v = std::clamp(0.5 + contrast * (v - 0.5), 0.0, 1.0);

  Vector3 lab = oklab_from_srgb(contrasted);
  const double chroma = std::sqrt(lab[1] * lab[1] + lab[2] * lab[2]);
  const double warm = warmth(lab[1], lab[2], chroma);
  const double cool_gain = s.boost_cool > 0.0 ? s.boost_cool : s.saturation_boost;
  const double warm_gain = s.boost_warm > 0.0 ? s.boost_warm : s.saturation_boost;
  const double saturation = cool_gain + warm * (warm_gain - cool_gain);
  const double vibrance = 1.0 + s.vibrance * protection * std::max(0.0, 1.0 - chroma / kFullChroma);
  const double gain = (1.0 + (saturation - 1.0) * protection) * vibrance;
  lab[1] = lab[1] * gain * (1.0 - s.color_harmony) + s.color_harmony * tint.a * lab[0];
  lab[2] = lab[2] * gain * (1.0 - s.color_harmony) + s.color_harmony * tint.b * lab[0];
  return srgb_from_oklab_in_gamut(lab);
}

bool is_identity(const ToneSettings& s) {
  return s.gamma == 1.0 && s.shadow_lift == 0.0 && s.saturation_boost == 1.0 &&
         s.boost_cool <= 0.0 && s.boost_warm <= 0.0 && s.vibrance == 0.0 &&
         s.contrast_boost == 1.0 && s.color_harmony == 0.0;
}

/// Result at a node, 0-1. A node at 256 lies one beyond the largest value: it is set so that
/// interpolation at 255 hits the colour of 255 (node31 + (colour255 - node31) * 8/7).
Vector3 node_colour(const std::array<int, 3>& node, const ToneSettings& settings,
                    const Tint& tint) {
  const auto at = [&](int last) {
    Vector3 rgb{};
    for (std::size_t c = 0; c < 3; ++c) {
      rgb[c] = (node[c] == kToneNodes - 1 ? last : node[c] * 8) / 255.0;
    }
    return graded(rgb, settings, tint);
  };
  if (std::ranges::count(node, kToneNodes - 1) == 0) return at(0);
  const Vector3 below = at(248);
  const Vector3 top = at(255);
  Vector3 beyond{};
  for (std::size_t c = 0; c < 3; ++c) {
    beyond[c] = std::max(0.0, below[c] + (top[c] - below[c]) * (8.0 / 7.0));
  }
  return beyond;
}

}  // namespace

ToneTable build_tone_table(const ToneSettings& settings, const Tint& tint, ThreadPool* pool) {
  if (is_identity(settings)) return {};
  ToneTable table(kToneEntries);
  const auto fill = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto node = static_cast<int>(i);
      const Vector3 rgb =
          node_colour({node / kToneStrideR, node / kToneStrideG % kToneNodes, node % kToneNodes},
                      settings, tint);
      std::uint64_t entry = 0;
      for (std::size_t lane = 3; lane-- > 0;) {
        entry = (entry << kToneLane) | static_cast<std::uint64_t>(std::llrint(rgb[lane] * 4080.0));
      }
      table[i] = entry;
    }
  };
  if (pool != nullptr) {
    pool->parallel_for(table.size(), 256, fill);
  } else {
    fill(0, table.size());
  }
  return table;
}

}  // namespace mosaic
