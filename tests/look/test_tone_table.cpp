#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <random>

#include "backend/cpu/apply_tone.hpp"
#include "backend/tone_math.hpp"
#include "look/oklab.hpp"
#include "look/tone_table.hpp"

namespace mosaic {
namespace {

std::array<int, 3> lookup(const ToneTable& table, int r, int g, int b) {
  const std::uint64_t result = tone_lookup(table.data(), r, g, b);
  return {tone_lane(result, 0), tone_lane(result, 1), tone_lane(result, 2)};
}

/// A table that is not recognised as the identity, but nearly is one.
ToneSettings almost_nothing() {
  ToneSettings settings;
  settings.vibrance = 1e-9;
  return settings;
}

ToneSettings vivid() {
  ToneSettings settings;
  settings.gamma = 0.94;
  settings.shadow_lift = 9;
  settings.saturation_boost = 1.75;
  settings.boost_cool = 1.75;
  settings.boost_warm = 1.45;
  settings.vibrance = 0.48;
  settings.contrast_boost = 1.06;
  settings.skin_protection = 0.75;
  return settings;
}

TEST(ToneTable, DoingNothingMakesNoTable) { EXPECT_TRUE(build_tone_table({}).empty()); }

TEST(ToneTable, AnIdentityTableGivesBackEveryColour) {
  const ToneTable table = build_tone_table(almost_nothing());
  ASSERT_EQ(table.size(), static_cast<std::size_t>(kToneEntries));
  for (int r = 0; r < 256; r += 5) {
    for (int g = 0; g < 256; g += 3) {
      for (int b = 0; b < 256; b += 3) {
        ASSERT_EQ(lookup(table, r, g, b), (std::array<int, 3>{r, g, b}));
      }
    }
  }
}

TEST(ToneTable, GreysFollowTheToneCurve) {
  ToneSettings settings;
  settings.gamma = 0.94;
  settings.shadow_lift = 9;
  settings.contrast_boost = 1.06;
  const ToneTable table = build_tone_table(settings);
  for (int v = 0; v < 256; ++v) {
    double x = std::pow(v / 255.0, 0.94);
    x += 9.0 / 255.0 * (1.0 - x);
    x = std::clamp(0.5 + 1.06 * (x - 0.5), 0.0, 1.0);
    const auto [r, g, b] = lookup(table, v, v, v);
    // 33 nodes are a coarse curve where it is steep (black) and where it is cut off (white).
    EXPECT_NEAR(r, x * 255.0, v < 16 ? 1.6 : 1.1) << v;
    EXPECT_EQ(r, g);
    EXPECT_EQ(g, b);
  }
}

TEST(ToneTable, SaturationKeepsLightnessAndHue) {
  ToneSettings settings;
  settings.saturation_boost = 1.3;
  const ToneTable table = build_tone_table(settings);
  std::mt19937 random(3);
  int judged = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::array<int, 3> in = {60 + static_cast<int>(random() % 130),
                                   60 + static_cast<int>(random() % 130),
                                   60 + static_cast<int>(random() % 130)};
    const auto out = lookup(table, in[0], in[1], in[2]);
    const auto lab = [](const std::array<int, 3>& c) {
      return oklab_from_srgb({c[0] / 255.0, c[1] / 255.0, c[2] / 255.0});
    };
    const Vector3 before = lab(in);
    const Vector3 after = lab(out);
    const double c0 = std::hypot(before[1], before[2]);
    const double c1 = std::hypot(after[1], after[2]);
    EXPECT_NEAR(after[0], before[0], 0.012);
    // Near the gamut's border chroma has to give way.
    const auto [least, most] = std::ranges::minmax(out);
    if (c0 < 0.05 || most > 245 || least < 12) continue;
    EXPECT_NEAR(c1 / c0, 1.3, 0.1);
    EXPECT_GT((before[1] * after[1] + before[2] * after[2]) / (c0 * c1), 0.99);
    ++judged;
  }
  EXPECT_GT(judged, 500);
}

TEST(ToneTable, SkinIsProtected) {
  ToneSettings open = vivid();
  open.skin_protection = 0.0;
  const ToneTable without = build_tone_table(open);
  const ToneTable with = build_tone_table(vivid());
  const auto change = [](const ToneTable& table, const std::array<int, 3>& c) {
    const auto out = lookup(table, c[0], c[1], c[2]);
    return std::abs((out[0] - out[2]) - (c[0] - c[2]));
  };
  for (const std::array<int, 3> skin :
       {std::array{224, 172, 140}, std::array{198, 134, 96}, std::array{141, 85, 54}}) {
    EXPECT_LT(change(with, skin), change(without, skin)) << skin[0];
  }
  const std::array<int, 3> sky = {90, 140, 220};
  EXPECT_EQ(lookup(with, sky[0], sky[1], sky[2]), lookup(without, sky[0], sky[1], sky[2]));
}

TEST(ToneTable, IsSmooth) {
  const ToneTable table = build_tone_table(vivid());
  int steepest = 0;
  int steps = 0;
  int steep = 0;
  for (int g = 0; g < 256; g += 15) {
    for (int b = 0; b < 256; b += 15) {
      for (int v = 16; v < 255; ++v) {
        const auto a = lookup(table, v, g, b);
        const auto c = lookup(table, v + 1, g, b);
        for (std::size_t i = 0; i < 3; ++i) {
          const int step = std::abs(a[i] - c[i]);
          steepest = std::max(steepest, step);
          steep += step > 6 ? 1 : 0;
          ++steps;
        }
      }
    }
  }
  // Only where the gamut ends (saturated yellow) does one channel have to give way faster.
  EXPECT_LT(steep, steps / 400);
  EXPECT_LE(steepest, 20) << "levels between neighbouring colours";
}

// Between the extrapolated nodes at 256 a strong table passes 255; the surplus once wrapped to
// black.
TEST(ToneTable, HighlightsOfStrongTablesDoNotWrapAround) {
  ToneSettings settings;
  settings.gamma = 3;
  settings.saturation_boost = 3;
  const ToneTable table = build_tone_table(settings);
  int clipped = 0;
  for (int r = 248; r < 256; ++r) {
    for (int g = 0; g < 256; ++g) {
      for (int b = 0; b < 256; ++b) {
        const std::uint64_t exact = tone_lookup(table.data(), r, g, b);
        for (int lane = 0; lane < 3; ++lane) {
          const auto low_bits = static_cast<int>((exact >> (lane * kToneLane)) & 0xff);
          const bool over = ((exact >> (lane * kToneLane + 8)) & 0x3f) != 0;
          ASSERT_EQ(tone_lane(exact, lane), over ? 255 : low_bits) << r << " " << g << " " << b;
          clipped += over ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(clipped, 0) << "the test no longer reaches what it is for";
}

/// Draws pictures of odd sizes through `table` with every instruction set.
void expect_equal_bits(const ToneTable& table) {
  std::mt19937 random(17);
  for (const Size size : {Size{1, 1}, Size{15, 3}, Size{32, 16}, Size{33, 7}, Size{129, 65}}) {
    RgbImage source(size);
    for (Plane* plane : {&source.r, &source.g, &source.b}) {
      for (u8& pixel : plane->pixels) {
        const auto draw = random();
        pixel = static_cast<u8>(draw % 4 == 0 ? (draw >> 8) % 2 * 255 : draw >> 8);
      }
    }
    for (const Isa isa : supported_isas()) {
      RgbImage image = source;
      cpu::Tone tone;
      tone.set(table, isa);
      tone.apply(0, size.height / 2, image);
      tone.apply(size.height / 2, size.height, image);
      for (std::size_t p = 0; p < size.area(); ++p) {
        const auto wanted =
            lookup(table, source.r.pixels[p], source.g.pixels[p], source.b.pixels[p]);
        ASSERT_EQ((std::array<int, 3>{image.r.pixels[p], image.g.pixels[p], image.b.pixels[p]}),
                  wanted)
            << isa_name(isa) << " " << size.width << "x" << size.height << " pixel " << p;
      }
    }
  }
}

TEST(ToneTable, EveryInstructionSetGivesTheSameBits) {
  expect_equal_bits(build_tone_table(vivid()));
}

// Up to what 16 bits hold of eight times a result (8183), and far beyond it.
TEST(ToneTable, EveryInstructionSetGivesTheSameBitsForAnyTable) {
  std::mt19937 random(19);
  for (const unsigned most : {4080U, 8183U, 8184U, 260000U}) {
    ToneTable table(kToneEntries);
    for (std::uint64_t& entry : table) {
      for (int lane = 0; lane < 3; ++lane) {
        const auto draw = random();
        const std::uint64_t result = draw % 4 == 0 ? most : (draw >> 2) % (most + 1);
        entry |= result << (lane * kToneLane);
      }
    }
    expect_equal_bits(table);
  }
}

TEST(ToneTable, ThreadsDoNotMatter) {
  ToneSettings settings;
  settings.gamma = 0.9;
  settings.color_harmony = 0.2;
  ThreadPool pool(3);
  EXPECT_EQ(build_tone_table(settings, {0.01, 0.02}),
            build_tone_table(settings, {0.01, 0.02}, &pool));
}

}  // namespace
}  // namespace mosaic
