// The colour a shot as a whole has, for color_harmony.
#pragma once

#include <cstdint>
#include <span>

#include "backend/color_sums.hpp"
#include "core/byte_io.hpp"

namespace mosaic {

/// Oklab a and b of a cast, per unit of L.
struct Tint {
  double a = 0.0;
  double b = 0.0;
  friend bool operator==(const Tint&, const Tint&) = default;
};

/// Note [Frozen tint]
/// A statistic that follows the frames makes a picture breathe. So the tint is measured once per
/// shot, on its first frame that has light (a mean of at least kTintLight levels), and then holds.
/// It is the ratio of the frame's summed colours, so it is the same for a scene at half its
/// exposure, and dark pixels count for nothing: a shot that fades in from black is measured during
/// the fade and gets nearly the tint it would have got later. Until then there is none, which no
/// one can see: the pull is proportional to lightness.
inline constexpr std::int64_t kTintLight = 24;

class ShotTint {
 public:
  /// Takes a frame's colours, one entry per cell. True when the tint is another than before.
  bool next(std::span<const ColorSums> cells, bool scene_cut);
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);
  [[nodiscard]] const Tint& tint() const { return tint_; }

 private:
  bool measured_ = false;
  Tint tint_;
};

}  // namespace mosaic
