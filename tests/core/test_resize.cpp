#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include "core/resize.hpp"

namespace mosaic {
namespace {

/// The definition, written the slow way: weights of one axis as exact fractions over `total`.
struct TapWeights {
  std::vector<std::int64_t> weight;  // of every source sample
  std::int64_t total;
};

TapWeights reference_weights(std::int64_t source, std::int64_t target, std::int64_t i) {
  TapWeights w{std::vector<std::int64_t>(static_cast<std::size_t>(source), 0), 0};
  if (target <= source) {  // overlap of [j, j+1) * target with [i, i+1) * source
    for (std::int64_t j = 0; j < source; ++j) {
      const std::int64_t overlap =
          std::min((j + 1) * target, (i + 1) * source) - std::max(j * target, i * source);
      w.weight[static_cast<std::size_t>(j)] = std::max<std::int64_t>(0, overlap);
    }
    w.total = source;
    return w;
  }
  // Position of the target centre between source centres, in 1 / (2 * target).
  const std::int64_t unit = 2 * target;
  const std::int64_t position =
      std::clamp<std::int64_t>((2 * i + 1) * source - target, 0, (source - 1) * unit);
  w.weight[static_cast<std::size_t>(position / unit)] += unit - position % unit;
  if (position % unit != 0)
    w.weight[static_cast<std::size_t>(position / unit) + 1] += position % unit;
  w.total = unit;
  return w;
}

Plane reference_resize(const Plane& source, Rect crop, Size out_size) {
  Plane out(out_size);
  for (int y = 0; y < out_size.height; ++y) {
    const TapWeights wy = reference_weights(crop.height, out_size.height, y);
    for (int x = 0; x < out_size.width; ++x) {
      const TapWeights wx = reference_weights(crop.width, out_size.width, x);
      std::int64_t sum = 0;
      for (int j = 0; j < crop.height; ++j) {
        for (int i = 0; i < crop.width; ++i) {
          sum += wy.weight[static_cast<std::size_t>(j)] * wx.weight[static_cast<std::size_t>(i)] *
                 source.row(crop.y + j)[crop.x + i];
        }
      }
      const std::int64_t total = wx.total * wy.total;
      out.row(y)[x] = static_cast<u8>((2 * sum + total) / (2 * total));
    }
  }
  return out;
}

Plane random_plane(Size size, std::mt19937& random) {
  Plane plane(size);
  // Edges of the range are where clamping and rounding go wrong, so they are common here.
  for (u8& p : plane.pixels) {
    const unsigned draw = random();
    p = static_cast<u8>(draw % 4 == 0 ? 255 : draw % 4 == 1 ? 0 : draw >> 8);
  }
  return plane;
}

std::string shape(Rect crop, Size out) {
  return std::to_string(crop.width) + "x" + std::to_string(crop.height) + " at " +
         std::to_string(crop.x) + "," + std::to_string(crop.y) + " to " +
         std::to_string(out.width) + "x" + std::to_string(out.height);
}

TEST(Resize, MatchesTheDefinitionOnRandomShapes) {
  constexpr unsigned kSeed = 20240501;
  std::mt19937 random(kSeed);
  ThreadPool pool(2);
  for (int round = 0; round < 400; ++round) {
    const auto side = [&] { return static_cast<int>(1 + random() % 23); };
    const Rect crop{static_cast<int>(random() % 5), static_cast<int>(random() % 5), side(), side()};
    const Plane source = random_plane(Size{crop.x + crop.width + static_cast<int>(random() % 3),
                                           crop.y + crop.height + static_cast<int>(random() % 3)},
                                      random);
    const Size out{side(), side()};
    const Plane expected = reference_resize(source, crop, out);
    for (const Isa isa : supported_isas()) {
      ASSERT_EQ(resize(source, crop, out, pool, isa).pixels, expected.pixels)
          << "seed " << kSeed << ", round " << round << ": " << shape(crop, out) << " "
          << isa_name(isa);
    }
  }
}

TEST(Resize, InstructionSetsAgreeOnWholeFrames) {
  std::mt19937 random(23);
  ThreadPool pool(2);
  const Plane source = random_plane(Size{427, 241}, random);
  for (const Size to : {Size{960, 540}, Size{854, 482}, Size{421, 240}, Size{200, 120},
                        Size{1709, 67}, Size{33, 961}}) {
    const Rect crop{1, 0, 425, 240};
    const Plane plain = resize(source, crop, to, pool, Isa::plain);
    for (const Isa isa : supported_isas()) {
      EXPECT_EQ(resize(source, crop, to, pool, isa).pixels, plain.pixels)
          << shape(crop, to) << " " << isa_name(isa);
    }
  }
}

TEST(Resize, SameSizeIsACopyOfTheCrop) {
  std::mt19937 random(3);
  ThreadPool pool(1);
  const Plane source = random_plane(Size{13, 9}, random);
  const Plane out = resize(source, Rect{2, 1, 7, 5}, Size{7, 5}, pool);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) EXPECT_EQ(out.row(y)[x], source.row(y + 1)[x + 2]);
  }
}

TEST(Resize, FlatStaysFlatAtEveryLevelAndShape) {
  ThreadPool pool(1);
  for (const Size from : {Size{1, 1}, Size{31, 17}, Size{640, 3}}) {
    for (const Size to : {Size{1, 1}, Size{7, 33}, Size{1000, 1}}) {
      for (int level = 0; level < 256; level += 5) {
        const Plane out = resize(Plane(from, static_cast<u8>(level)),
                                 Rect{0, 0, from.width, from.height}, to, pool);
        ASSERT_TRUE(std::ranges::all_of(out.pixels, [&](u8 p) { return p == level; }))
            << level << ": " << shape({0, 0, from.width, from.height}, to);
      }
    }
  }
}

TEST(Resize, DivisionIsExactForEveryDivisor) {
  // One pixel enlarged to a row divides by 2 * target: every divisor meets sums at its rounding
  // edges, since two neighbours are mixed in every proportion.
  ThreadPool pool(1);
  Plane source(Size{2, 1});
  source.pixels = {0, 255};
  for (int target = 3; target < 700; ++target) {
    const Plane out = resize(source, Rect{0, 0, 2, 1}, Size{target, 1}, pool);
    for (int x = 0; x < target; ++x) {
      const std::int64_t unit = 2 * target;
      const std::int64_t position = std::clamp<std::int64_t>((2 * x + 1) * 2 - target, 0, unit);
      ASSERT_EQ(out.pixels[static_cast<std::size_t>(x)], (2 * 255 * position + unit) / (2 * unit))
          << target << " at " << x;
    }
  }
}

TEST(Resize, RoundsHalfUpOnce) {
  ThreadPool pool(1);
  Plane source(Size{2, 2});
  source.pixels = {0, 1, 0, 1};  // mean 0.5
  EXPECT_EQ(resize(source, Rect{0, 0, 2, 2}, Size{1, 1}, pool).pixels[0], 1);
  source.pixels = {0, 0, 0, 1};  // mean 0.25; rounding each axis in turn would give 1
  EXPECT_EQ(resize(source, Rect{0, 0, 2, 2}, Size{1, 1}, pool).pixels[0], 0);
}

TEST(Resize, EnlargingInterpolatesBetweenCentres) {
  ThreadPool pool(1);
  Plane source(Size{2, 1});
  source.pixels = {0, 200};
  // Centres of the four target pixels lie at -0.25, 0.25, 0.75, 1.25.
  EXPECT_EQ(resize(source, Rect{0, 0, 2, 1}, Size{4, 1}, pool).pixels,
            (std::vector<u8>{0, 50, 150, 200}));
}

TEST(Resize, LargePicturesAverageExactly) {
  // Sums beyond 32 bits, and a divisor beyond the reciprocal's range.
  ThreadPool pool(2);
  for (const Size size : {Size{20000, 900}, Size{20011, 13999}}) {
    Plane source(size, 255);
    const auto area = static_cast<std::int64_t>(size.area());
    std::int64_t sum = 255 * area;
    for (std::size_t i = 0; i < source.pixels.size(); i += 3) {
      source.pixels[i] = static_cast<u8>(i * 7);
      sum += source.pixels[i] - 255;
    }
    const Plane out = resize(source, Rect{0, 0, size.width, size.height}, Size{1, 1}, pool);
    EXPECT_EQ(out.pixels[0], (2 * sum + area) / (2 * area)) << size.width << "x" << size.height;
  }
}

TEST(Resize, CommutesWithMirroring) {
  std::mt19937 random(11);
  ThreadPool pool(1);
  const Plane source = random_plane(Size{37, 29}, random);
  Plane mirrored = source;
  for (int y = 0; y < 29; ++y) std::reverse(mirrored.row(y), mirrored.row(y) + 37);
  for (const Size to : {Size{8, 5}, Size{50, 31}, Size{8, 64}}) {
    Plane out = resize(source, Rect{0, 0, 37, 29}, to, pool);
    for (int y = 0; y < to.height; ++y) std::reverse(out.row(y), out.row(y) + to.width);
    EXPECT_EQ(out.pixels, resize(mirrored, Rect{0, 0, 37, 29}, to, pool).pixels)
        << shape({0, 0, 37, 29}, to);
  }
}

TEST(Resize, ThreadCountDoesNotShow) {
  std::mt19937 random(5);
  RgbImage source(Size{321, 181});
  for (Plane* plane : {&source.r, &source.g, &source.b}) *plane = random_plane({321, 181}, random);
  for (const Size to : {Size{160, 90}, Size{640, 362}, Size{33, 400}}) {
    ThreadPool one(1);
    ThreadPool three(3);
    const RgbImage a = resize(source, Rect{1, 2, 318, 177}, to, one);
    const RgbImage b = resize(source, Rect{1, 2, 318, 177}, to, three);
    EXPECT_EQ(a.r.pixels, b.r.pixels);
    EXPECT_EQ(a.g.pixels, b.g.pixels);
    EXPECT_EQ(a.b.pixels, b.b.pixels);
    EXPECT_EQ(a.g.pixels, resize(source.g, Rect{1, 2, 318, 177}, to, one).pixels);
  }
}

TEST(Resize, InterleavedRowsMatchPlanes) {
  std::mt19937 random(17);
  ThreadPool pool(1);
  for (const Size from : {Size{61, 43}, Size{5, 3}}) {
    RgbImage source(from);
    std::vector<u8> interleaved(from.area() * 3);
    for (std::size_t i = 0; i < from.area(); ++i) {
      interleaved[3 * i] = source.r.pixels[i] = static_cast<u8>(random());
      interleaved[3 * i + 1] = source.g.pixels[i] = static_cast<u8>(random());
      interleaved[3 * i + 2] = source.b.pixels[i] = static_cast<u8>(random());
    }
    const Size to{16, 16};
    const RgbImage expected = resize(source, Rect{0, 0, from.width, from.height}, to, pool);
    RgbImage out(to);
    const RowResampler rows(from, to, 3);
    std::vector<std::uint32_t> scratch;
    for (int y = 0; y < to.height; ++y) {
      u8* const planes[3] = {out.r.row(y), out.g.row(y), out.b.row(y)};
      rows.run(
          y, [&](int j) { return interleaved.data() + j * from.width * 3; }, scratch, planes);
    }
    EXPECT_EQ(out.r.pixels, expected.r.pixels);
    EXPECT_EQ(out.g.pixels, expected.g.pixels);
    EXPECT_EQ(out.b.pixels, expected.b.pixels);
  }
}

TEST(Resize, RefusesWhatCannotBe) {
  ThreadPool pool(1);
  const Plane source(Size{4, 4});
  EXPECT_THROW(resize(source, Rect{0, 0, 5, 4}, Size{2, 2}, pool), std::invalid_argument);
  EXPECT_THROW(resize(source, Rect{-1, 0, 2, 2}, Size{2, 2}, pool), std::invalid_argument);
  EXPECT_THROW(resize(source, Rect{0, 0, 0, 4}, Size{2, 2}, pool), std::invalid_argument);
  EXPECT_THROW(resize(source, Rect{0, 0, 4, 4}, Size{0, 2}, pool), std::invalid_argument);
}

}  // namespace
}  // namespace mosaic
