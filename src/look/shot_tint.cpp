#include "look/shot_tint.hpp"

#include "look/oklab.hpp"

namespace mosaic {
namespace {

/// Tint of summed colours: of the colour in their proportion whose mean is mid-grey.
Tint tint_of(const std::int64_t (&sum)[3]) {
  const double total =
      static_cast<double>(sum[0]) + static_cast<double>(sum[1]) + static_cast<double>(sum[2]);
  Vector3 rgb{};
  for (std::size_t c = 0; c < 3; ++c) rgb[c] = 1.5 * static_cast<double>(sum[c]) / total;
  const Vector3 lab = oklab_from_srgb(rgb);
  return {lab[1] / lab[0], lab[2] / lab[0]};
}

}  // namespace

bool ShotTint::next(std::span<const ColorSums> cells, bool scene_cut) {
  const Tint before = tint_;
  if (scene_cut) {
    measured_ = false;
    tint_ = {};
  }
  if (!measured_) {
    std::int64_t sum[3] = {};
    std::int64_t pixels = 0;
    for (const ColorSums& cell : cells) {
      for (int c = 0; c < 3; ++c) sum[c] += cell.sum[c];
      pixels += cell.pixels;
    }
    if (sum[0] + sum[1] + sum[2] >= 3 * kTintLight * pixels && pixels > 0) {
      tint_ = tint_of(sum);
      measured_ = true;
    }
  }
  return tint_ != before;
}

void ShotTint::save(ByteWriter& out) const {
  out.number(static_cast<std::uint8_t>(measured_));
  out.number(tint_.a);
  out.number(tint_.b);
}

void ShotTint::restore(ByteReader& in) {
  measured_ = in.number<std::uint8_t>() != 0;
  tint_.a = in.number<double>();
  tint_.b = in.number<double>();
}

}  // namespace mosaic
