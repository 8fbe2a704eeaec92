#include "video/decode/sdr.hpp"

#include <algorithm>
#include <cmath>

#include "core/portable_math.hpp"

extern "C" {
#include <libavutil/mastering_display_metadata.h>
}

namespace mosaic {

namespace {

constexpr int kWhite_nits = 203;
constexpr int kWhite = 1 << 20;  ///< light units of SDR white
constexpr int kGainBits = 20;    ///< fraction of gain_
constexpr int kGainStep = 10;    ///< light units per entry of gain_, as a shift
constexpr int kMatrixBits = 14;
constexpr int kSceneTop = 1 << 20;  ///< units of HLG scene light 1
constexpr int kSceneStep = 8;       ///< scene luminance per entry of scene_gain_, as a shift
constexpr double kHlgPeak_nits = 1000.0;
constexpr double kGamma = 2.4;  ///< BT.1886 with a black of 0

// SMPTE ST 2084, section 5.
constexpr double kM1 = 2610.0 / 16384.0;
constexpr double kM2 = 2523.0 / 4096.0 * 128.0;
constexpr double kC1 = 3424.0 / 4096.0;
constexpr double kC2 = 2413.0 / 4096.0 * 32.0;
constexpr double kC3 = 2392.0 / 4096.0 * 32.0;

double nits_of_pq(double signal) {
  const double p = portable_pow(signal, 1.0 / kM2);
  return 10000.0 * portable_pow(std::max(p - kC1, 0.0) / (kC2 - kC3 * p), 1.0 / kM1);
}

double pq_of_nits(double nits) {
  const double y = portable_pow(nits / 10000.0, kM1);
  return portable_pow((kC1 + kC2 * y) / (1.0 + kC3 * y), kM2);
}

/// Scene light 0-1 of an HLG signal (BT.2100, table 5, inverse OETF).
double scene_of_hlg(double signal) {
  constexpr double kA = 0.17883277;
  constexpr double kB = 1.0 - 4.0 * kA;
  constexpr double kC = 0.55991073;  // 1/2 - a*ln(4a)
  if (signal <= 0.5) return signal * signal / 3.0;
  return (portable_exp((signal - kC) / kA) + kB) / 12.0;
}

/// BT.2390-10, 5.4.1: PQ signals of both, black at 0.
double eetf(double signal, double source_peak, double target_peak) {
  const double e1 = std::min(signal / source_peak, 1.0);
  const double most = target_peak / source_peak;
  const double knee = 1.5 * most - 0.5;
  if (e1 < knee) return e1 * source_peak;
  const double t = (e1 - knee) / (1.0 - knee);
  const double t2 = t * t;
  const double t3 = t2 * t;
  const double e2 = (2.0 * t3 - 3.0 * t2 + 1.0) * knee + (t3 - 2.0 * t2 + t) * (1.0 - knee) +
                    (-2.0 * t3 + 3.0 * t2) * most;
  return e2 * source_peak;
}

std::int32_t rounded(double value) { return static_cast<std::int32_t>(std::floor(value + 0.5)); }

std::int32_t light_of_nits(double nits) { return rounded(nits * kWhite / kWhite_nits); }

/// Rows sum to 1, so that grey stays grey. BT.2020: BT.2087-0, table 3; P3-D65: SMPTE EG 432-1
/// primaries, by the same construction.
std::array<std::array<std::int32_t, 3>, 3> matrix_to_bt709(Gamut gamut) {
  using Row = std::array<double, 3>;
  static constexpr std::array<Row, 3> kBt2020 = {Row{1.660491, -0.587641, -0.072850},
                                                 Row{-0.124550, 1.132900, -0.008349},
                                                 Row{-0.018151, -0.100579, 1.118730}};
  static constexpr std::array<Row, 3> kP3 = {Row{1.224940, -0.224940, 0.0},
                                             Row{-0.042057, 1.042057, 0.0},
                                             Row{-0.019638, -0.078636, 1.098274}};
  std::array<std::array<std::int32_t, 3>, 3> out{};
  for (std::size_t row = 0; row < 3; ++row) {
    std::int32_t rest = 1 << kMatrixBits;
    for (std::size_t column = 0; column < 3; ++column) {
      if (column == row) continue;
      const double value = gamut == Gamut::bt709    ? 0.0
                           : gamut == Gamut::bt2020 ? kBt2020[row][column]
                                                    : kP3[row][column];
      out[row][column] = rounded(value * (1 << kMatrixBits));
      rest -= out[row][column];
    }
    out[row][row] = rest;
  }
  return out;
}

/// Straight line between the entries around `at`, which lie 2^step apart.
std::int64_t between(const std::vector<std::int32_t>& table, std::int64_t at, int step) {
  const auto low = std::min(static_cast<std::size_t>(at >> step), table.size() - 2);
  const std::int64_t part = std::min(at - (std::int64_t(low) << step), std::int64_t{1} << step);
  return table[low] + (((std::int64_t{table[low + 1]} - table[low]) * part) >> step);
}

int mastering_peak_nits(const AVFrame& frame) {
  constexpr int kUsual = 1000;
  const AVFrameSideData* side =
      av_frame_get_side_data(&frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
  if (side == nullptr || side->size < sizeof(AVMasteringDisplayMetadata)) return kUsual;
  const auto& facts = *reinterpret_cast<const AVMasteringDisplayMetadata*>(side->data);
  if (facts.has_luminance == 0 || facts.max_luminance.den <= 0 || facts.max_luminance.num <= 0) {
    return kUsual;
  }
  const std::int64_t peak = facts.max_luminance.num / facts.max_luminance.den;
  return static_cast<int>(std::clamp<std::int64_t>(peak, kWhite_nits, 10000));
}

}  // namespace

std::string LightFacts::describe() const {
  const std::string colors = gamut == Gamut::bt709    ? "BT.709"
                             : gamut == Gamut::bt2020 ? "BT.2020"
                                                      : "P3-D65";
  if (curve == LightCurve::bt1886) return colors + " primaries";
  return (curve == LightCurve::pq ? "HDR (PQ, " : "HDR (HLG, ") + colors +
         (curve == LightCurve::pq ? ", peak " + std::to_string(peak_nits) + " cd/m2)" : ")");
}

std::optional<LightFacts> light_facts_of(const AVFrame& frame) {
  LightFacts facts;
  const bool pq = frame.color_trc == AVCOL_TRC_SMPTE2084;
  const bool hlg = frame.color_trc == AVCOL_TRC_ARIB_STD_B67;
  switch (frame.color_primaries) {
    case AVCOL_PRI_BT2020:
      facts.gamut = Gamut::bt2020;
      break;
    case AVCOL_PRI_SMPTE432:
      facts.gamut = Gamut::p3_d65;
      break;
    case AVCOL_PRI_UNSPECIFIED:
      if (!pq && !hlg) return std::nullopt;
      facts.gamut = Gamut::bt2020;  // what BT.2100 uses with both curves
      break;
    default:
      if (!pq && !hlg) return std::nullopt;
      facts.gamut = Gamut::bt709;
      break;
  }
  facts.curve = pq ? LightCurve::pq : hlg ? LightCurve::hlg : LightCurve::bt1886;
  if (pq) facts.peak_nits = mastering_peak_nits(frame);
  return facts;
}

SdrMapper::SdrMapper(const LightFacts& facts)
    : curve_(facts.curve), matrix_(matrix_to_bt709(facts.gamut)) {
  build_light(facts);
  build_gains(facts);
  build_levels();
}

void SdrMapper::build_light(const LightFacts& facts) {
  light_.resize(kTop + 1);
  for (int i = 0; i <= kTop; ++i) {
    const double signal = static_cast<double>(i) / kTop;
    switch (facts.curve) {
      case LightCurve::pq:
        light_[static_cast<std::size_t>(i)] = light_of_nits(nits_of_pq(signal));
        break;
      case LightCurve::hlg:
        light_[static_cast<std::size_t>(i)] = rounded(scene_of_hlg(signal) * kSceneTop);
        break;
      case LightCurve::bt1886:
        light_[static_cast<std::size_t>(i)] = rounded(portable_pow(signal, kGamma) * kWhite);
        break;
    }
  }
  if (facts.curve != LightCurve::hlg) return;
  // BT.2100 OOTF: display light = peak * Y^(gamma - 1) * scene light, here in light units per unit
  // of scene light, 2^-kGainBits.
  scene_gain_.resize((kSceneTop >> kSceneStep) + 2);
  for (std::size_t i = 0; i < scene_gain_.size(); ++i) {
    const double luminance =
        static_cast<double>(i) * (1 << kSceneStep) / static_cast<double>(kSceneTop);
    const double peak = kHlgPeak_nits / kWhite_nits * kWhite / kSceneTop;
    scene_gain_[i] = rounded(peak * portable_pow(std::min(luminance, 1.0), 0.2) *
                             static_cast<double>(1 << kGainBits));
  }
}

void SdrMapper::build_gains(const LightFacts& facts) {
  if (facts.curve == LightCurve::bt1886) return;
  const double peak = facts.curve == LightCurve::hlg ? kHlgPeak_nits : facts.peak_nits;
  const double source = pq_of_nits(peak);
  const double target = pq_of_nits(kWhite_nits);
  const auto entries = static_cast<std::size_t>(light_of_nits(10000.0) >> kGainStep) + 2;
  gain_.resize(entries);
  gain_[0] = 1 << kGainBits;
  for (std::size_t i = 1; i < entries; ++i) {
    const double nits =
        static_cast<double>(i) * (1 << kGainStep) * kWhite_nits / static_cast<double>(kWhite);
    const double shown =
        peak <= kWhite_nits ? nits : nits_of_pq(eetf(pq_of_nits(nits), source, target));
    gain_[i] = std::min(rounded(shown / nits * (1 << kGainBits)), 1 << kGainBits);
  }
}

void SdrMapper::build_levels() {
  level_.assign(kWhite + 1, 255);
  int light = 0;
  for (int level = 0; level < 255; ++level) {
    // Half a level up is where the next one begins.
    const int end = rounded(portable_pow((level + 0.5) / 255.0, kGamma) * kWhite);
    for (; light < std::max(end, 1); ++light) {
      level_[static_cast<std::size_t>(light)] = static_cast<u8>(level);
    }
  }
}

std::array<u8, 3> SdrMapper::map(int r, int g, int b) const {
  std::array<std::int64_t, 3> light = {light_[static_cast<std::size_t>(r)],
                                       light_[static_cast<std::size_t>(g)],
                                       light_[static_cast<std::size_t>(b)]};
  if (curve_ == LightCurve::hlg) {
    // Luminance with BT.2100's weights.
    const std::int64_t luminance = (2627 * light[0] + 6780 * light[1] + 593 * light[2]) / 10000;
    const std::int64_t gain = between(scene_gain_, luminance, kSceneStep);
    for (std::int64_t& one : light) one = (one * gain) >> kGainBits;
  }
  if (!gain_.empty()) {
    const std::int64_t gain = between(gain_, std::max({light[0], light[1], light[2]}), kGainStep);
    for (std::int64_t& one : light) one = (one * gain + (1 << (kGainBits - 1))) >> kGainBits;
  }
  std::array<u8, 3> out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& row = matrix_[i];
    const std::int64_t sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
    const std::int64_t shown = (sum + (1 << (kMatrixBits - 1))) >> kMatrixBits;
    out[i] = level_[static_cast<std::size_t>(std::clamp<std::int64_t>(shown, 0, kWhite))];
  }
  return out;
}

RgbImage SdrMapper::map(const AVFrame& frame, const ColorReading& reading) const {
  RgbImage image(Size{frame.width, frame.height});
  LevelReader rows(frame, reading, kTop);
  for (int y = 0; y < frame.height; ++y) {
    const LevelReader::Row& row = rows.read(y);
    u8* r = image.r.row(y);
    u8* g = image.g.row(y);
    u8* b = image.b.row(y);
    for (std::size_t x = 0; x < row.r.size(); ++x) {
      const auto pixel = map(row.r[x], row.g[x], row.b[x]);
      r[x] = pixel[0];
      g[x] = pixel[1];
      b[x] = pixel[2];
    }
  }
  return image;
}

}  // namespace mosaic
