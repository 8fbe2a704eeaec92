#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/color_convert.hpp"
#include "core/yuv_math.hpp"
#include "mosaic/error.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic {
namespace {

constexpr YuvMatrix kMatrices[] = {YuvMatrix::bt601, YuvMatrix::bt709, YuvMatrix::bt2020};
constexpr YuvRange kRanges[] = {YuvRange::limited, YuvRange::full};

/// Half a level of the last rounding plus what 16-bit coefficients lose.
constexpr double kMaxError = 0.505;

struct Weights {
  double kr, kb;
};

Weights weights(YuvMatrix matrix) {
  if (matrix == YuvMatrix::bt601) return {0.299, 0.114};
  if (matrix == YuvMatrix::bt709) return {0.2126, 0.0722};
  return {0.2627, 0.0593};
}

struct Real3 {
  double a, b, c;
};

/// Rec. ITU-T H.273 in fp64, clamped.
Real3 exact_rgb(int y, int u, int v, YuvMatrix matrix, YuvRange range) {
  const auto [kr, kb] = weights(matrix);
  const bool limited = range == YuvRange::limited;
  const double luma = limited ? (y - 16) / 219.0 : y / 255.0;
  const double pb = (u - 128) / (limited ? 224.0 : 255.0);
  const double pr = (v - 128) / (limited ? 224.0 : 255.0);
  const double r = luma + 2 * (1 - kr) * pr;
  const double b = luma + 2 * (1 - kb) * pb;
  const double g = (luma - kr * r - kb * b) / (1 - kr - kb);
  const auto level = [](double value) { return std::clamp(255 * value, 0.0, 255.0); };
  return {level(r), level(g), level(b)};
}

Real3 exact_yuv(int r, int g, int b, YuvMatrix matrix, YuvRange range) {
  const auto [kr, kb] = weights(matrix);
  const bool limited = range == YuvRange::limited;
  const double luma = (kr * r + (1 - kr - kb) * g + kb * b) / 255;
  const double pb = (b / 255.0 - luma) / (2 * (1 - kb));
  const double pr = (r / 255.0 - luma) / (2 * (1 - kr));
  const double c_span = limited ? 224 : 255;
  return {limited ? 16 + 219 * luma : 255 * luma, std::clamp(128 + c_span * pb, 0.0, 255.0),
          std::clamp(128 + c_span * pr, 0.0, 255.0)};
}

std::string describe(YuvMatrix matrix, YuvRange range) {
  return "matrix " + std::to_string(static_cast<int>(matrix)) + " range " +
         std::to_string(static_cast<int>(range));
}

TEST(YuvToRgb, MatchesTheStandardForEveryMatrixAndRange) {
  ThreadPool pool(1);
  RgbImage rgb;
  for (const YuvMatrix matrix : kMatrices) {
    for (const YuvRange range : kRanges) {
      double worst = 0;
      for (int u = 0; u < 256; u += 15) {
        for (int v = 0; v < 256; v += 15) {
          YuvImage yuv(Size{256, 1});
          yuv.matrix = matrix;
          yuv.range = range;
          std::ranges::fill(yuv.u.pixels, static_cast<u8>(u));
          std::ranges::fill(yuv.v.pixels, static_cast<u8>(v));
          for (int y = 0; y < 256; ++y) yuv.y.row(0)[y] = static_cast<u8>(y);
          yuv_to_rgb(yuv, Rect{0, 0, 256, 1}, rgb, pool);
          for (int y = 0; y < 256; ++y) {
            const Real3 want = exact_rgb(y, u, v, matrix, range);
            worst =
                std::max({worst, std::abs(rgb.r.row(0)[y] - want.a),
                          std::abs(rgb.g.row(0)[y] - want.b), std::abs(rgb.b.row(0)[y] - want.c)});
          }
        }
      }
      EXPECT_LE(worst, kMaxError) << describe(matrix, range);
      RecordProperty(describe(matrix, range), std::to_string(worst));
    }
  }
}

TEST(RgbToYuv, MatchesTheStandardForEveryMatrixAndRange) {
  ThreadPool pool(1);
  for (const YuvMatrix matrix : kMatrices) {
    for (const YuvRange range : kRanges) {
      double worst = 0;
      for (int r = 0; r < 256; r += 15) {
        for (int g = 0; g < 256; g += 15) {
          RgbImage rgb(Size{512, 1});
          std::ranges::fill(rgb.r.pixels, static_cast<u8>(r));
          std::ranges::fill(rgb.g.pixels, static_cast<u8>(g));
          for (int x = 0; x < 512; ++x) rgb.b.row(0)[x] = static_cast<u8>(x / 2);
          YuvImage yuv(rgb.size());
          yuv.matrix = matrix;
          yuv.range = range;
          rgb_to_yuv(rgb, yuv, pool);
          for (int b = 0; b < 256; ++b) {
            const Real3 want = exact_yuv(r, g, b, matrix, range);
            worst =
                std::max({worst, std::abs(yuv.y.row(0)[2 * b] - want.a),
                          std::abs(yuv.u.row(0)[b] - want.b), std::abs(yuv.v.row(0)[b] - want.c)});
          }
        }
      }
      EXPECT_LE(worst, kMaxError) << describe(matrix, range);
    }
  }
}

TEST(RgbToYuv, GreyStaysGreyAndComesBackWithinOneLevel) {
  ThreadPool pool(1);
  for (const YuvMatrix matrix : kMatrices) {
    for (const YuvRange range : kRanges) {
      for (int level = 0; level < 256; ++level) {
        RgbImage rgb(Size{2, 2});
        for (Plane* plane : {&rgb.r, &rgb.g, &rgb.b}) {
          std::ranges::fill(plane->pixels, static_cast<u8>(level));
        }
        YuvImage yuv(rgb.size());
        yuv.matrix = matrix;
        yuv.range = range;
        rgb_to_yuv(rgb, yuv, pool);
        ASSERT_EQ(yuv.u.pixels[0], 128) << level;
        ASSERT_EQ(yuv.v.pixels[0], 128) << level;
        RgbImage back;
        yuv_to_rgb(yuv, Rect{0, 0, 2, 2}, back, pool);
        ASSERT_LE(std::abs(back.r.pixels[3] - level), 1) << describe(matrix, range);
        ASSERT_EQ(back.r.pixels[3], back.g.pixels[3]) << level;
        ASSERT_EQ(back.g.pixels[3], back.b.pixels[3]) << level;
        if (range == YuvRange::full) {
          ASSERT_EQ(back.r.pixels[3], level);
        }
      }
    }
  }
}

/// One pixel by the documented formula.
u8 fixed(std::int64_t sum) { return static_cast<u8>(std::clamp<std::int64_t>(sum >> 16, 0, 255)); }

TEST(YuvToRgb, EverySetOfInstructionsAndThreadCountGivesTheFormula) {
  constexpr unsigned kSeed = 11;
  test::EdgeBytes bytes(kSeed);
  for (const int width : {1, 2, 3, 15, 16, 31, 33, 64, 511, 512, 513, 1030}) {
    const Size size{width + 3, 9};
    YuvImage yuv(size);
    yuv.matrix = kMatrices[bytes.number(3)];
    yuv.range = kRanges[bytes.number(2)];
    yuv.y.pixels = bytes(size.area());
    yuv.u.pixels = bytes(yuv.u.size.area());
    yuv.v.pixels = bytes(yuv.v.size.area());
    const Rect crop{static_cast<int>(bytes.number(4)), static_cast<int>(bytes.number(3)), width, 7};
    const YuvToRgb c = yuv_to_rgb_coefficients(yuv.matrix, yuv.range);
    for (const Isa isa : supported_isas()) {
      for (const int threads : {1, 3}) {
        ThreadPool pool(threads);
        RgbImage rgb;
        yuv_to_rgb(yuv, crop, rgb, pool, isa);
        ASSERT_EQ(rgb.size(), (Size{width, 7}));
        for (int y = 0; y < 7; ++y) {
          for (int x = 0; x < width; ++x) {
            const int sy = crop.y + y;
            const int sx = crop.x + x;
            const std::int64_t luma = std::int64_t{c.y_gain} * (yuv.y.row(sy)[sx] - c.y_zero);
            const int u = yuv.u.row(sy / 2)[sx / 2] - 128;
            const int v = yuv.v.row(sy / 2)[sx / 2] - 128;
            ASSERT_EQ(rgb.r.row(y)[x], fixed(luma + c.r_from_v * v + kYuvHalf))
                << isa_name(isa) << " seed " << kSeed << " width " << width << " x " << x;
            ASSERT_EQ(rgb.g.row(y)[x], fixed(luma + c.g_from_u * u + c.g_from_v * v + kYuvHalf));
            ASSERT_EQ(rgb.b.row(y)[x], fixed(luma + c.b_from_u * u + kYuvHalf));
          }
        }
      }
    }
  }
}

TEST(RgbToYuv, EverySetOfInstructionsGivesTheFormulaAtOddSizes) {
  constexpr unsigned kSeed = 12;
  test::EdgeBytes bytes(kSeed);
  for (const int width : {1, 2, 3, 15, 16, 31, 33, 64, 511, 512, 513, 1031}) {
    for (const int height : {1, 2, 5}) {
      RgbImage rgb(Size{width, height});
      for (Plane* plane : {&rgb.r, &rgb.g, &rgb.b}) plane->pixels = bytes(rgb.size().area());
      YuvImage yuv(rgb.size());
      yuv.matrix = kMatrices[bytes.number(3)];
      yuv.range = kRanges[bytes.number(2)];
      const RgbToYuv c = rgb_to_yuv_coefficients(yuv.matrix, yuv.range);
      for (const Isa isa : supported_isas()) {
        ThreadPool pool(2);
        rgb_to_yuv(rgb, yuv, pool, isa);
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            ASSERT_EQ(yuv.y.row(y)[x], fixed(c.yr * rgb.r.row(y)[x] + c.yg * rgb.g.row(y)[x] +
                                             c.yb * rgb.b.row(y)[x] + c.y_bias));
          }
        }
        for (int y = 0; y < yuv.u.size.height; ++y) {
          for (int x = 0; x < yuv.u.size.width; ++x) {
            const int x1 = std::min(2 * x + 1, width - 1);
            const int y1 = std::min(2 * y + 1, height - 1);
            const auto mean = [&](const Plane& plane) {
              return (plane.row(2 * y)[2 * x] + plane.row(2 * y)[x1] + plane.row(y1)[2 * x] +
                      plane.row(y1)[x1] + 2) >>
                     2;
            };
            const int r = mean(rgb.r);
            const int g = mean(rgb.g);
            const int b = mean(rgb.b);
            ASSERT_EQ(yuv.u.row(y)[x], fixed(c.ur * r + c.ug * g + c.ub * b + c.c_bias))
                << isa_name(isa) << " seed " << kSeed << " width " << width << " x " << x;
            ASSERT_EQ(yuv.v.row(y)[x], fixed(c.vr * r + c.vg * g + c.vb * b + c.c_bias));
          }
        }
      }
    }
  }
}

TEST(LumaOf, IsTheDocumentedWeighting) {
  test::EdgeBytes bytes(13);
  ThreadPool pool(2);
  for (const int width : {1, 17, 64, 333}) {
    RgbImage rgb(Size{width, 5});
    for (Plane* plane : {&rgb.r, &rgb.g, &rgb.b}) plane->pixels = bytes(rgb.size().area());
    for (const Isa isa : supported_isas()) {
      Plane luma;
      luma_of(rgb, luma, pool, isa);
      ASSERT_EQ(luma.pixels, luma_of(rgb, pool).pixels);
      for (std::size_t i = 0; i < luma.pixels.size(); ++i) {
        ASSERT_EQ(luma.pixels[i],
                  (54 * rgb.r.pixels[i] + 183 * rgb.g.pixels[i] + 19 * rgb.b.pixels[i] + 128) >> 8);
      }
    }
  }
}

TEST(ColorConvert, RefusesWhatDoesNotFit) {
  ThreadPool pool(1);
  YuvImage yuv(Size{4, 4});
  RgbImage rgb(Size{4, 4});
  EXPECT_THROW(yuv_to_rgb(yuv, Rect{1, 0, 4, 4}, rgb, pool), Error);
  EXPECT_THROW(yuv_to_rgb(yuv, Rect{0, 0, 0, 4}, rgb, pool), Error);
  YuvImage small(Size{2, 4});
  EXPECT_THROW(rgb_to_yuv(RgbImage(Size{4, 4}), small, pool), Error);
  yuv.u = Plane(Size{4, 4});
  EXPECT_THROW(yuv_to_rgb(yuv, Rect{0, 0, 4, 4}, rgb, pool), Error);
}

TEST(Isa, PlainIsAlwaysThereAndAutomaticIsTheFastest) {
  const auto isas = supported_isas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(isas.front(), Isa::plain);
  EXPECT_EQ(fastest_isa(), isas.back());
  EXPECT_EQ(choose_isa(SimdChoice::automatic), isas.back());
  EXPECT_EQ(choose_isa(SimdChoice::plain), Isa::plain);
  const std::pair<SimdChoice, Isa> choices[] = {{SimdChoice::avx2, Isa::avx2},
                                                {SimdChoice::avx512, Isa::avx512}};
  for (const auto& [choice, isa] : choices) {
    if (std::ranges::find(isas, isa) != isas.end()) {
      EXPECT_EQ(choose_isa(choice), isa);
    } else {
      EXPECT_THROW(choose_isa(choice), DeviceError);
    }
  }
}

}  // namespace
}  // namespace mosaic
