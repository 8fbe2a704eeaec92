// HDR and wide gamuts against the standards' formulas in double precision and against zimg.
#include <algorithm>
#include <cmath>
#include <string>

#include "support/pq_curve.hpp"
#include "video/clips.hpp"
#include "video/decode/sdr.hpp"

namespace mosaic::test {
namespace {

/// Grey of so many cd/m2 on a screen whose white is 203, as an 8-bit level.
double level_of(double nits) { return 255.0 * std::pow(std::min(nits / 203.0, 1.0), 1.0 / 2.4); }

int grey_level(const SdrMapper& mapper, double signal) {
  const int code = static_cast<int>(std::lround(signal * SdrMapper::kTop));
  const auto pixel = mapper.map(code, code, code);
  EXPECT_EQ(pixel[0], pixel[1]) << "grey must stay grey";
  EXPECT_EQ(pixel[1], pixel[2]) << "grey must stay grey";
  return pixel[0];
}

TEST(Sdr, PqBelowTheKneeKeepsItsLight) {
  const SdrMapper mapper({LightCurve::pq, Gamut::bt2020, 1000});
  for (const double nits : {0.5, 2.0, 10.0, 36.5, 60.0, 85.0}) {
    EXPECT_NEAR(grey_level(mapper, pq_signal(nits)), level_of(nits), 1.0) << nits << " cd/m2";
  }
}

TEST(Sdr, PqAboveTheKneeFollowsBt2390) {
  for (const int peak : {400, 1000, 4000}) {
    const SdrMapper mapper({LightCurve::pq, Gamut::bt2020, peak});
    const double most = pq_signal(203.0) / pq_signal(peak);
    const double knee = 1.5 * most - 0.5;
    for (const double nits : {120.0, 203.0, 350.0, 800.0}) {
      if (nits > peak) continue;
      const double e = pq_signal(nits) / pq_signal(peak);
      if (e <= knee) continue;
      // The Hermite spline as BT.2390 prints it.
      const double t = (e - knee) / (1.0 - knee);
      const double spline = (2 * t * t * t - 3 * t * t + 1) * knee +
                            (t * t * t - 2 * t * t + t) * (1 - knee) +
                            (-2 * t * t * t + 3 * t * t) * most;
      const double shown = pq_light(spline * pq_signal(peak));
      EXPECT_NEAR(grey_level(mapper, pq_signal(nits)), level_of(shown), 1.0)
          << nits << " of " << peak;
    }
    EXPECT_EQ(grey_level(mapper, pq_signal(peak)), 255) << "the peak is white";
    EXPECT_EQ(grey_level(mapper, 1.0), 255) << "and nothing is brighter";
  }
}

TEST(Sdr, LevelsNeverFallAsTheSignalRises) {
  for (const LightCurve curve : {LightCurve::pq, LightCurve::hlg, LightCurve::bt1886}) {
    const SdrMapper mapper({curve, Gamut::bt2020, 1000});
    int last = 0;
    for (int code = 0; code <= SdrMapper::kTop; ++code) {
      const int level = mapper.map(code, code, code)[0];
      ASSERT_GE(level, last) << static_cast<int>(curve) << " at " << code;
      last = level;
    }
    EXPECT_EQ(mapper.map(0, 0, 0)[0], 0);
    EXPECT_EQ(last, 255);
  }
}

TEST(Sdr, HlgGreyFollowsBt2100) {
  const SdrMapper mapper({LightCurve::hlg, Gamut::bt2020, 1000});
  for (const double signal : {0.1, 0.25, 0.38}) {  // up to 87 cd/m2: below the knee
    const double scene = signal * signal / 3.0;
    EXPECT_NEAR(grey_level(mapper, signal), level_of(1000.0 * std::pow(scene, 1.2)), 1.0) << signal;
  }
  // BT.2408: HLG reference white, signal 0.75, is 203 cd/m2.
  const double e = pq_signal(203.0) / pq_signal(1000.0);
  const double knee = 1.5 * e - 0.5;
  const double t = (e - knee) / (1.0 - knee);
  const double spline = (2 * t * t * t - 3 * t * t + 1) * knee +
                        (t * t * t - 2 * t * t + t) * (1 - knee) + (-2 * t * t * t + 3 * t * t) * e;
  EXPECT_NEAR(grey_level(mapper, 0.75), level_of(pq_light(spline * pq_signal(1000.0))), 1.0);
}

TEST(Sdr, BrightColoursKeepTheirHue) {
  // 4:2:1 of light before and after, within BT.709 so that nothing is clipped.
  const SdrMapper mapper({LightCurve::pq, Gamut::bt709, 1000});
  const auto code = [](double nits) {
    return static_cast<int>(std::lround(pq_signal(nits) * SdrMapper::kTop));
  };
  const auto pixel = mapper.map(code(400.0), code(200.0), code(100.0));
  const auto light = [](int level) { return std::pow(level / 255.0, 2.4); };
  EXPECT_NEAR(light(pixel[0]) / light(pixel[1]), 2.0, 0.05);
  EXPECT_NEAR(light(pixel[1]) / light(pixel[2]), 2.0, 0.05);
  EXPECT_LT(pixel[0], 255);
}

class SdrClips : public ClipTest {};

TEST_F(SdrClips, HdrIsToneMappedAndSaid) {
  for (const auto& [transfer, name] :
       {std::pair{"smpte2084", "HDR (PQ"}, std::pair{"arib-std-b67", "HDR (HLG"}}) {
    ffmpeg(std::string("-f lavfi -i color=gray:s=32x32:r=25:d=0.08 -vf format=yuv420p10le "
                       "-color_primaries bt2020 -colorspace bt2020nc -color_trc ") +
           transfer + " -c:v libx264 hdr.mkv");
    const FilmRead film = read_film(file("hdr.mkv"));
    EXPECT_TRUE(Heard::has(film.heard.notices, name));
    EXPECT_TRUE(Heard::has(film.heard.notices, "tone-mapped to SDR BT.709"));
    EXPECT_EQ(film.info.color_transfer, 2) << "the output is not HDR";
    EXPECT_EQ(film.info.color_primaries, 2);
    EXPECT_EQ(film.info.matrix, YuvMatrix::bt709);
    EXPECT_NE(std::get_if<RgbImage>(&film.frames[0].picture), nullptr);
  }
}

/// Colours below the knee through zimg (ffmpeg's zscale) and through us.
TEST_F(SdrClips, DarkPqAndWideGamutAreWhatZimgMakesOfThem) {
  if (run_command({"ffmpeg", "-v", "quiet", "-filters"}).out.find(" zscale ") ==
      std::string::npos) {
    GTEST_SKIP() << "this ffmpeg has no zscale";
  }
  const std::string bars =
      "-f lavfi -i smptehdbars=s=128x72:r=25:d=0.08,format=gbrp -vf "
      "lutrgb=r=val*0.6:g=val*0.6:b=val*0.6,";
  for (const auto& [transfer, primaries] :
       {std::pair{"smpte2084", "bt2020"}, std::pair{"bt709", "bt2020"}}) {
    SCOPED_TRACE(transfer);
    ffmpeg(bars + "zscale=pin=bt709:tin=bt709:min=gbr:rin=full:p=" + primaries + ":t=" + transfer +
           ":m=bt2020nc:r=limited:npl=203,format=yuv444p10le -color_primaries " + primaries +
           " -colorspace bt2020nc -color_trc " + transfer +
           " -color_range tv -c:v libx264 -qp 0 wide.mkv");
    const FilmRead film = read_film(file("wide.mkv"));
    EXPECT_TRUE(Heard::has(film.heard.notices, "BT.709"));
    ffmpeg(bars + "format=rgb24 -c:v png -frames:v 1 plain.mkv");
    const FilmRead plain = read_film(file("plain.mkv"));
    for (int x = 4; x < 128; x += 9) {
      for (int y = 4; y < 72; y += 16) {
        const Rgb ours = pixel_at(film.frames[0].picture, x, y);
        const Rgb theirs = pixel_at(plain.frames[0].picture, x, y);
        // In light: ten bits leave some levels of play where gamma is steep.
        const auto light = [](int level) { return std::pow(level / 255.0, 2.4); };
        EXPECT_NEAR(light(ours.r), light(theirs.r), 0.01) << x << "," << y;
        EXPECT_NEAR(light(ours.g), light(theirs.g), 0.01) << x << "," << y;
        EXPECT_NEAR(light(ours.b), light(theirs.b), 0.01) << x << "," << y;
      }
    }
  }
}

}  // namespace
}  // namespace mosaic::test
