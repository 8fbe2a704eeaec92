// Near-duplicate and dull photos, and the tiles made by turning hues.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "library/pool_filter.hpp"
#include "library/tile_builder.hpp"
#include "library/tile_variants.hpp"
#include "mosaic/error.hpp"
#include "pictures/pack.hpp"

namespace mosaic {
namespace {

using namespace test;

constexpr int kSize = 32;

RgbImage with_noise(RgbImage image, int levels, unsigned seed) {
  std::mt19937 random(seed);
  for (Plane* plane : {&image.r, &image.g, &image.b}) {
    for (auto& v : plane->pixels) {
      const int moved =
          v + static_cast<int>(random() % static_cast<unsigned>(2 * levels + 1)) - levels;
      v = static_cast<std::uint8_t>(std::clamp(moved, 0, 255));
    }
  }
  return image;
}

RgbImage even(int level) {
  RgbImage image(Size{kSize, kSize});
  for (Plane* plane : {&image.r, &image.g, &image.b}) {
    plane->pixels.assign(plane->size.area(), static_cast<std::uint8_t>(level));
  }
  return image;
}

LibraryData library_of(const std::vector<RgbImage>& tiles, const LibrarySettings& settings) {
  LibraryArrays arrays({kSize, 5}, variants_per_photo(settings));
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    arrays.add({"p" + std::to_string(i), 1, 1}, describe_photo(tiles[i], settings, 5));
  }
  return std::move(arrays).take({{"broken", "why"}}, 7);
}

LibrarySettings asking(bool dedupe, bool drop_dull) {
  LibrarySettings settings;
  settings.mirror = true;
  settings.dedupe = dedupe;
  settings.drop_dull = drop_dull;
  return settings;
}

TEST(PoolFilter, OfNearDuplicatesTheFirstStays) {
  const RgbImage a = colourful({kSize, kSize}, 1);
  const RgbImage b = colourful({kSize, kSize}, 9);
  const LibrarySettings settings = asking(true, false);
  const LibraryData before = library_of({b, a, with_noise(a, 6, 1), brightened(a, 0), b}, settings);
  ThreadPool one(1);
  ThreadPool three(3);
  const LibraryData after = filtered(before, settings, one);
  ASSERT_EQ(after.photos.size(), 2U);
  EXPECT_EQ(after.photos[0].name, "p0");
  EXPECT_EQ(after.photos[1].name, "p1");
  ASSERT_EQ(after.left_out.size(), 3U);
  EXPECT_EQ(after.left_out[0].name, "p2");
  EXPECT_EQ(after.left_out[0].reason, "looks like p1");
  EXPECT_EQ(after.left_out[2].reason, "looks like p0");
  EXPECT_EQ(after.skipped.size(), 1U);
  EXPECT_EQ(after.variants, 2);
  const auto rgb = before.rgb.first(4 * before.layout.rgb_bytes());  // both photos, both variants
  EXPECT_TRUE(std::ranges::equal(after.rgb, rgb));
  EXPECT_NE(after.fingerprint, before.fingerprint);
  EXPECT_EQ(filtered(before, settings, three).fingerprint, after.fingerprint);
}

TEST(PoolFilter, TheSameShapeInOtherColoursIsAnotherPhoto) {
  const RgbImage a = colourful({kSize, kSize}, 1);
  const LibrarySettings settings = asking(true, false);
  ThreadPool pool(1);
  const LibraryData data = library_of({a, hue_rotated(a, 1, 3), mirrored(a)}, settings);
  EXPECT_EQ(filtered(data, settings, pool).photos.size(), 3U);
}

TEST(PoolFilter, HashesCountChangedNeighbours) {
  std::vector<std::uint8_t> rising;
  for (int i = 0; i < 72; ++i) rising.push_back(static_cast<std::uint8_t>(10 * (i % 9)));
  std::vector<std::uint8_t> square;
  for (int y = 0; y < 72; ++y) {
    for (int x = 0; x < 72; ++x) square.push_back(rising[static_cast<std::size_t>(x / 8)]);
  }
  EXPECT_EQ(difference_hash(square, 72), ~std::uint64_t{0});
  std::ranges::reverse(square);
  EXPECT_EQ(difference_hash(square, 72), 0U);
  for (int y = 0; y < 9; ++y) {  // the top row of parts rises again
    for (int x = 0; x < 72; ++x) {
      square[static_cast<std::size_t>(72 * y + x)] = rising[static_cast<std::size_t>(x / 8)];
    }
  }
  EXPECT_EQ(std::popcount(difference_hash(square, 72)), 8);
}

TEST(PoolFilter, DullPhotosGoWhenAsked) {
  const RgbImage good = colourful({kSize, kSize}, 1);
  const std::vector<RgbImage> tiles = {even(5), with_noise(even(6), 5, 3), good, even(200),
                                       with_noise(even(200), 20, 4)};
  ThreadPool pool(1);
  const LibraryData kept =
      filtered(library_of(tiles, asking(false, false)), asking(false, false), pool);
  EXPECT_EQ(kept.photos.size(), 5U);
  EXPECT_TRUE(kept.left_out.empty());
  const LibraryData after =
      filtered(library_of(tiles, asking(false, true)), asking(false, true), pool);
  ASSERT_EQ(after.photos.size(), 2U);
  EXPECT_EQ(after.photos[0].name, "p2");
  EXPECT_EQ(after.photos[1].name, "p4");
  ASSERT_EQ(after.left_out.size(), 3U);
  EXPECT_EQ(after.left_out[0].reason, "nearly black");
  EXPECT_EQ(after.left_out[2].reason, "nearly without detail");
  EXPECT_THROW(filtered(library_of({even(5)}, asking(false, true)), asking(false, true), pool),
               InputError);
}

TEST(HueVariants, GreysStayLumaStaysAndAFullCircleReturns) {
  const RgbImage image = colourful({kSize, kSize}, 2);
  const RgbImage grey = even(77);
  for (int steps = 2; steps <= 12; ++steps) {
    for (int step = 1; step < steps; ++step) {
      const RgbImage same = hue_rotated(grey, step, steps);
      EXPECT_EQ(same.r.pixels, grey.r.pixels);
      EXPECT_EQ(same.b.pixels, grey.b.pixels);
      const RgbImage turned = hue_rotated(image, step, steps);
      for (std::size_t i = 0; i < image.r.pixels.size(); ++i) {
        const auto luma = [i](const RgbImage& of) {
          return (54 * of.r.pixels[i] + 183 * of.g.pixels[i] + 19 * of.b.pixels[i]) / 256.0;
        };
        ASSERT_NEAR(luma(turned), luma(image), 1.6) << step << "/" << steps;
      }
    }
    const RgbImage whole = hue_rotated(image, steps, steps);
    EXPECT_LE(largest_difference(whole, image), 1);
  }
}

TEST(HueVariants, AThirdOfACircleTurnsReddishIntoGreenish) {
  RgbImage image(Size{1, 1});
  image.r.pixels = {150};
  image.g.pixels = {100};
  image.b.pixels = {100};
  const RgbImage turned = hue_rotated(image, 1, 3);
  EXPECT_GT(turned.g.pixels[0], turned.r.pixels[0] + 10);
  EXPECT_GT(turned.g.pixels[0], turned.b.pixels[0] + 5);
}

TEST(HueVariants, AreTilesOfTheirPhoto) {
  LibrarySettings settings;
  settings.hue = 3;
  settings.mirror = true;
  EXPECT_EQ(variants_per_photo(settings), 5);
  const RgbImage image = colourful({kSize, kSize}, 2);
  const PhotoTiles tiles = describe_photo(image, settings, 5);
  const std::size_t bytes = TileLayout{kSize, 5}.rgb_bytes();
  ASSERT_EQ(tiles.rgb.size(), 5 * bytes);
  EXPECT_TRUE(std::equal(image.r.pixels.begin(), image.r.pixels.end(), tiles.rgb.begin()));
  const RgbImage last = hue_rotated(image, 3, 4);
  EXPECT_TRUE(std::equal(last.r.pixels.begin(), last.r.pixels.end(),
                         tiles.rgb.begin() + static_cast<std::ptrdiff_t>(4 * bytes)));
}

}  // namespace
}  // namespace mosaic
