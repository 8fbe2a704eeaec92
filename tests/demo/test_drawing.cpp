#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/hash.hpp"
#include "demo/scene.hpp"
#include "demo/sound.hpp"
#include "demo/tile_pictures.hpp"

namespace mosaic::demo {
namespace {

std::uint64_t hash_image(const RgbImage& image) {
  Hasher hasher;
  for (const Plane* plane : {&image.r, &image.g, &image.b}) {
    hasher.bytes(std::as_bytes(std::span(plane->pixels)));
  }
  return hasher.digest();
}

TEST(Paint, SineIsASine) {
  for (int i = -2000; i <= 2000; ++i) {
    const double turns = i / 317.0;
    ASSERT_NEAR(sine(turns), std::sin(turns * 6.283185307179586), 2e-4) << turns;
    ASSERT_NEAR(cosine(turns), std::cos(turns * 6.283185307179586), 2e-4) << turns;
  }
}

TEST(Paint, HsvHasTheSixPureColours) {
  const std::array<std::array<double, 3>, 6> pure = {
      {{1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 1}}};
  for (std::size_t i = 0; i < 6; ++i) {
    const Color c = hsv(static_cast<double>(i) / 6, 1, 1);
    EXPECT_NEAR(c.r, pure[i][0], 1e-9) << i;
    EXPECT_NEAR(c.g, pure[i][1], 1e-9) << i;
    EXPECT_NEAR(c.b, pure[i][2], 1e-9) << i;
  }
  const Color grey = hsv(0.3, 0, 0.25);
  EXPECT_EQ(grey.r, 0.25);
  EXPECT_EQ(grey.g, 0.25);
  EXPECT_EQ(grey.b, 0.25);
}

TEST(Paint, NoiseSheetsAndLinesRepeatWithoutASeam) {
  const NoiseSheet sheet(5, 4, 5);
  const NoiseLine line(6, 5);
  double widest_sheet = 0;
  double widest_line = 0;
  for (int i = 0; i < 200; ++i) {
    const double t = i / 200.0;
    widest_sheet = std::max(widest_sheet, std::fabs(sheet.at(1 - 1e-6, t) - sheet.at(1 + 1e-6, t)));
    widest_sheet = std::max(widest_sheet, std::fabs(sheet.at(t, -1e-6) - sheet.at(t, 1e-6)));
    EXPECT_NEAR(sheet.at(t, 0.3), sheet.at(t + 3, 0.3 - 2), 1e-6);
    EXPECT_NEAR(line.at(16 * t), line.at(16 * t - 32), 1e-6);
  }
  widest_line = std::fabs(line.at(16 - 1e-6) - line.at(16 + 1e-6));
  EXPECT_LT(widest_sheet, 1e-4);
  EXPECT_LT(widest_line, 1e-4);
}

TEST(Tiles, EachIsItsOwnPictureWhateverTheOrder) {
  std::set<std::uint64_t> seen;
  std::vector<std::uint64_t> forward(60);
  for (int i = 0; i < 60; ++i) forward[static_cast<std::size_t>(i)] = hash_image(draw_tile(1, i));
  for (int i = 59; i >= 0; --i) {
    EXPECT_EQ(hash_image(draw_tile(1, i)), forward[static_cast<std::size_t>(i)]);
    EXPECT_TRUE(seen.insert(forward[static_cast<std::size_t>(i)]).second);
  }
  EXPECT_NE(hash_image(draw_tile(2, 0)), forward[0]);
}

TEST(Tiles, CoverTheGamut) {
  // Mean colours of 300 tiles: dark to light, and in every sixth of the colour circle.
  std::array<int, 8> by_luma{};
  std::array<int, 6> by_hue{};
  for (int i = 0; i < 300; ++i) {
    const RgbImage tile = draw_tile(1, i);
    double mean[3] = {};
    int channel = 0;
    for (const Plane* plane : {&tile.r, &tile.g, &tile.b}) {
      for (const u8 sample : plane->pixels) mean[channel] += sample;
      mean[channel++] /= static_cast<double>(plane->pixels.size());
    }
    const double luma = 0.21 * mean[0] + 0.72 * mean[1] + 0.07 * mean[2];
    ++by_luma[std::min<std::size_t>(7, static_cast<std::size_t>(luma / 32))];
    const double high = std::max({mean[0], mean[1], mean[2]});
    const double low = std::min({mean[0], mean[1], mean[2]});
    if (high - low < 40) continue;
    double sixth = high == mean[0]   ? (mean[1] - mean[2]) / (high - low)
                   : high == mean[1] ? 2 + (mean[2] - mean[0]) / (high - low)
                                     : 4 + (mean[0] - mean[1]) / (high - low);
    sixth += 6.5;
    ++by_hue[static_cast<std::size_t>(sixth) % 6];
  }
  for (std::size_t i = 0; i < 7; ++i) EXPECT_GE(by_luma[i], 6) << "luma bin " << i;
  for (std::size_t i = 0; i < 6; ++i) EXPECT_GE(by_hue[i], 10) << "hue bin " << i;
}

TEST(Tiles, AreNotFlat) {
  for (int i = 0; i < 60; ++i) {
    const RgbImage tile = draw_tile(3, i);
    const auto [low, high] = std::ranges::minmax(tile.g.pixels);
    EXPECT_GE(high - low, 24) << "tile " << i;
  }
}

TEST(Scene, IsTheSameOnAnyNumberOfThreads) {
  const Scene scene({96, 54}, 1);
  ThreadPool one(1);
  ThreadPool three(3);
  for (const double t : {0.0, 1.7, 4.9, 100.0}) {
    EXPECT_EQ(hash_image(scene.frame(t, one)), hash_image(scene.frame(t, three))) << t;
  }
}

TEST(Scene, MovesALittleFromFrameToFrame) {
  const Scene scene({160, 90}, 1);
  ThreadPool pool(1);
  const RgbImage a = scene.frame(1.0, pool);
  const RgbImage b = scene.frame(1.0 + 1.0 / 24, pool);
  int changed = 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.g.pixels.size(); ++i) {
    const int d = std::abs(a.g.pixels[i] - b.g.pixels[i]);
    changed += d > 2 ? 1 : 0;
    sum += d;
  }
  EXPECT_GT(changed, 500);
  EXPECT_LT(sum / static_cast<double>(a.g.pixels.size()), 12);
}

/// Drawing uses + - * / sqrt only: any compiler and any level of optimisation must agree.
TEST(Drawing, IsTheSameOnEveryMachine) {
  ThreadPool pool(1);
  EXPECT_EQ(hex64(hash_image(Scene({64, 64}, 1).frame(2.5, pool))), "dfd673a002a71d20");
  Hasher all;
  for (int i = 0; i < 30; ++i) all.number(static_cast<std::int64_t>(hash_image(draw_tile(1, i))));
  EXPECT_EQ(hex64(all.digest()), "a8bde3fa4b2877d4");
  EXPECT_EQ(hex64(hash64_of(std::span<const std::int16_t>(compose_sound(1.5, 1)))),
            "428f2aae242e905c");
}

TEST(Sound, IsThereAndDoesNotClip) {
  const auto samples = compose_sound(5, 1);
  ASSERT_EQ(samples.size(), 5U * 44100U);
  const auto [low, high] = std::ranges::minmax(samples);
  EXPECT_GT(high, 3000);
  EXPECT_LT(high, 30000);
  EXPECT_GT(low, -30000);
  EXPECT_EQ(samples.front(), 0);
}

}  // namespace
}  // namespace mosaic::demo
