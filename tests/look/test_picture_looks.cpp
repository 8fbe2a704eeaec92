// Sharpening, local contrast and the tint of a shot.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "backend/tone_math.hpp"
#include "look/local_contrast.hpp"
#include "look/sharpen.hpp"
#include "look/shot_tint.hpp"
#include "look/tone_table.hpp"

namespace mosaic {
namespace {

std::vector<std::uint8_t> random_bytes(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Sharpen, FollowsAPlainUnsharpMaskWithinHalfALevel) {
  constexpr double kKernel[5] = {1, 4, 6, 4, 1};
  for (const int size : {1, 2, 3, 5, 16, 21}) {
    const auto area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    const auto tiles = random_bytes(static_cast<unsigned>(size), 2 * 3 * area);
    for (const double sharpness : {0.25, 2.0}) {
      ThreadPool one(1);
      ThreadPool three(3);
      const auto got = sharpened_tiles(tiles, size, sharpness, one);
      EXPECT_EQ(got, sharpened_tiles(tiles, size, sharpness, three));
      for (std::size_t plane = 0; plane < 6; ++plane) {
        const auto at = [&](int x, int y) {
          x = std::clamp(x, 0, size - 1);
          y = std::clamp(y, 0, size - 1);
          return static_cast<double>(tiles[plane * area + static_cast<std::size_t>(y * size + x)]);
        };
        for (int y = 0; y < size; ++y) {
          for (int x = 0; x < size; ++x) {
            double blurred = 0.0;
            for (int j = 0; j < 5; ++j) {
              for (int i = 0; i < 5; ++i) {
                blurred += kKernel[i] * kKernel[j] / 256 * at(x + i - 2, y + j - 2);
              }
            }
            const double wanted =
                std::clamp(at(x, y) + sharpness * (at(x, y) - blurred), 0.0, 255.0);
            ASSERT_NEAR(got[plane * area + static_cast<std::size_t>(y * size + x)], wanted, 0.51);
          }
        }
      }
    }
  }
}

TEST(Sharpen, NothingIsCopiedWhenNothingIsAsked) {
  ThreadPool pool(1);
  EXPECT_TRUE(sharpened_tiles(random_bytes(1, 300), 10, 0.0, pool).empty());
}

RgbImage random_image(Size size, unsigned seed, int low, int range) {
  std::mt19937 random(seed);
  RgbImage image(size);
  for (Plane* plane : {&image.r, &image.g, &image.b}) {
    for (auto& v : plane->pixels) {
      v = static_cast<std::uint8_t>(low +
                                    static_cast<int>(random() % static_cast<unsigned>(range)));
    }
  }
  return image;
}

double luma_spread(const RgbImage& image) {
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < image.r.pixels.size(); ++i) {
    const double y =
        (54 * image.r.pixels[i] + 183 * image.g.pixels[i] + 19 * image.b.pixels[i]) / 256.0;
    sum += y;
    squares += y * y;
  }
  const auto n = static_cast<double>(image.r.pixels.size());
  return std::sqrt(squares / n - sum / n * (sum / n));
}

TEST(LocalContrast, RaisesWeakContrastUpToItsClipLimit) {
  for (const double clip : {1.5, 3.0}) {
    RgbImage image = random_image({123, 77}, 3, 100, 30);
    const double before = luma_spread(image);
    ThreadPool pool(1);
    equalise_locally(clip, 4, pool, image);
    const double gain = luma_spread(image) / before;
    EXPECT_GT(gain, 1.2) << clip;
    // No bin counts more than clip times the mean, so no curve is steeper than that (and half of
    // the excess that comes back).
    EXPECT_LT(gain, clip + 0.8) << clip;
  }
}

TEST(LocalContrast, AnEvenHistogramStaysAndThreadsDoNotMatter) {
  RgbImage even(Size{256, 64});
  for (Plane* plane : {&even.r, &even.g, &even.b}) {
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 256; ++x) plane->row(y)[x] = static_cast<std::uint8_t>(x);
    }
  }
  RgbImage after = even;
  ThreadPool one(1);
  equalise_locally(2.0, 1, one, after);
  for (std::size_t i = 0; i < even.r.pixels.size(); ++i) {
    ASSERT_NEAR(after.r.pixels[i], even.r.pixels[i], 1);
  }
  for (const Size size : {Size{1, 1}, Size{5, 3}, Size{61, 47}}) {
    RgbImage a = random_image(size, 9, 0, 256);
    RgbImage b = a;
    ThreadPool three(3);
    equalise_locally(1.5, 16, one, a);
    equalise_locally(1.5, 16, three, b);
    EXPECT_EQ(a.g.pixels, b.g.pixels);
  }
}

TEST(LocalContrast, ZeroClipIsOff) {
  const RgbImage before = random_image({20, 20}, 4, 0, 256);
  RgbImage image = before;
  ThreadPool pool(1);
  equalise_locally(0.0, 4, pool, image);
  EXPECT_EQ(image.r.pixels, before.r.pixels);
}

/// A warm scene at `exposure` (0-1), 50 cells of 100 pixels.
std::vector<ColorSums> scene(double exposure) {
  std::vector<ColorSums> cells(50);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i].pixels = 100;
    const double light = exposure * (60.0 + 3.0 * static_cast<double>(i));
    cells[i].sum[0] = std::llround(100 * light * 1.2);
    cells[i].sum[1] = std::llround(100 * light);
    cells[i].sum[2] = std::llround(100 * light * 0.7);
  }
  return cells;
}

TEST(ShotTint, AFadeInFromBlackIsMeasuredOnceAndGetsTheTintOfTheFullScene) {
  ShotTint full;
  full.next(scene(1.0), true);
  ShotTint fading;
  int changes = 0;
  for (int frame = 0; frame <= 48; ++frame) {
    changes += fading.next(scene(frame / 48.0), frame == 0) ? 1 : 0;
    if (frame == 0) {
      EXPECT_EQ(fading.tint(), Tint{});
    }
  }
  EXPECT_EQ(changes, 1);
  EXPECT_NEAR(fading.tint().a, full.tint().a, 1e-3);
  EXPECT_NEAR(fading.tint().b, full.tint().b, 1e-3);
  EXPECT_GT(full.tint().b, 0.02) << "the scene is warm";
}

TEST(ShotTint, WhenItIsFoundDuringAFadeNoPixelJumps) {
  ShotTint tint;
  tint.next(scene(0.0), true);
  int frame = 1;
  while (!tint.next(scene(frame / 48.0), false)) ++frame;
  ToneSettings settings;
  settings.color_harmony = 0.15;  // the strongest preset
  const ToneTable before = build_tone_table(settings);
  const ToneTable after = build_tone_table(settings, tint.tint());
  // The brightest cell of that frame, and everything darker.
  const int brightest = static_cast<int>(207 * 1.2 * frame / 48.0);
  int jump = 0;
  for (int v = 0; v <= brightest; ++v) {
    const auto a = tone_lookup(before.data(), v, v * 5 / 6, v * 7 / 12);
    const auto b = tone_lookup(after.data(), v, v * 5 / 6, v * 7 / 12);
    for (int lane = 0; lane < 3; ++lane) {
      jump = std::max(jump, std::abs(tone_lane(a, lane) - tone_lane(b, lane)));
    }
  }
  EXPECT_LE(jump, 3);
}

TEST(ShotTint, HoldsForTheShotAndIsFoundAnewInTheNext) {
  ShotTint tint;
  EXPECT_TRUE(tint.next(scene(1.0), true));
  const Tint first = tint.tint();
  std::vector<ColorSums> blue = scene(1.0);
  for (ColorSums& cell : blue) std::swap(cell.sum[0], cell.sum[2]);
  EXPECT_FALSE(tint.next(blue, false));
  EXPECT_EQ(tint.tint(), first);
  ByteWriter saved;
  tint.save(saved);
  EXPECT_TRUE(tint.next(blue, true));
  EXPECT_LT(tint.tint().b, 0.0);
  ShotTint restored;
  ByteReader in(saved.bytes());
  restored.restore(in);
  EXPECT_EQ(restored.tint(), first);
  EXPECT_FALSE(restored.next(blue, false)) << "a restored tint holds as well";
}

TEST(ToneTable, HarmonyPullsColoursTowardTheTintAndLeavesItsLightnessAlone) {
  ToneSettings settings;
  settings.color_harmony = 1.0;
  const ToneTable grey = build_tone_table(settings);
  const auto result = tone_lookup(grey.data(), 200, 120, 60);
  EXPECT_NEAR(tone_lane(result, 0), tone_lane(result, 1), 1);
  EXPECT_NEAR(tone_lane(result, 1), tone_lane(result, 2), 1);
  settings.color_harmony = 0.5;
  const auto half = tone_lookup(build_tone_table(settings).data(), 200, 120, 60);
  EXPECT_GT(tone_lane(half, 0), tone_lane(half, 2));
  EXPECT_LT(tone_lane(half, 0) - tone_lane(half, 2), 140);
  settings.color_harmony = 1.0;
  const auto warm = tone_lookup(build_tone_table(settings, {0.02, 0.05}).data(), 128, 128, 128);
  EXPECT_GT(tone_lane(warm, 0), tone_lane(warm, 2));
}

}  // namespace
}  // namespace mosaic
