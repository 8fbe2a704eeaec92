// HDR and wide-gamut pictures brought to what tiles are: BT.709 primaries, SDR white.
//
// Note [To SDR]
// Tiles are sRGB photos; a frame must be in their terms to be compared with them. Per pixel, all in
// integers from tables that are built without libm (core/portable_math.hpp):
//   1. R'G'B' in 12 bits to display light: PQ by SMPTE ST 2084; HLG by ITU-R BT.2100 for a screen
//      of 1,000 cd/m2 (system gamma 1.2); SDR by ITU-R BT.1886.
//   2. HDR only: one factor for all three from the largest of them, the EETF of ITU-R BT.2390,
//      section 5.4.1, from the mastering screen's peak (1,000 cd/m2 where the file does not say) to
//      203 cd/m2, the reference white of BT.2408. Light below the knee, 89 cd/m2 for a peak of
//      1,000, stays what it is; colours keep their hue.
//   3. BT.2020 or P3-D65 primaries to BT.709 in linear light (ITU-R BT.2087); what BT.709 cannot
//      show is clipped.
//   4. Back to gamma by BT.1886 with white at 203 cd/m2, rounded to 8 bits.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "video/decode/level_reader.hpp"

namespace mosaic {

enum class LightCurve { bt1886, pq, hlg };
enum class Gamut { bt709, bt2020, p3_d65 };

/// What a stream's light is, where it is not plain SDR BT.709.
struct LightFacts {
  LightCurve curve = LightCurve::bt1886;
  Gamut gamut = Gamut::bt2020;
  int peak_nits = 1000;  ///< of HDR; 203 to 10,000
  /// "HDR (PQ, BT.2020, peak 1000 cd/m2)", or "P3-D65 primaries" where it is SDR.
  [[nodiscard]] std::string describe() const;
};

/// Unset when the frame's tags name SDR with primaries like BT.709's, or nothing.
std::optional<LightFacts> light_facts_of(const AVFrame& frame);

class SdrMapper {
 public:
  static constexpr int kTop = 4095;  ///< levels taken

  explicit SdrMapper(const LightFacts& facts);
  /// A whole frame. Alpha is ignored: HDR formats have none.
  [[nodiscard]] RgbImage map(const AVFrame& frame, const ColorReading& reading) const;
  /// One pixel of 12-bit R'G'B'.
  [[nodiscard]] std::array<u8, 3> map(int r, int g, int b) const;

 private:
  void build_light(const LightFacts& facts);
  void build_gains(const LightFacts& facts);
  void build_levels();

  LightCurve curve_;
  std::array<std::array<std::int32_t, 3>, 3> matrix_;  ///< in 2^-14
  std::vector<std::int32_t> light_;                    ///< of 12-bit levels; HLG: scene light
  std::vector<std::int32_t> scene_gain_;  ///< HLG: display over scene light, by scene luminance
  std::vector<std::int32_t> gain_;        ///< tone mapping, by the largest light >> 10
  std::vector<u8> level_;                 ///< by light, 0 to white
};

}  // namespace mosaic
