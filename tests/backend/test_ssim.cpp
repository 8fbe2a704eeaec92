#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "backend/cpu/ssim.hpp"
#include "backend/ssim_math.hpp"
#include "mosaic/error.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic::cpu {
namespace {

constexpr std::int64_t kOne = std::int64_t{1} << 44;

/// One window straight from the definition in docs/determinism.md, sums in 64 bit.
double naive_window(const std::uint8_t* a, std::ptrdiff_t a_stride, const std::uint8_t* b,
                    std::ptrdiff_t b_stride) {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t p = 0;
  std::int64_t q = 0;
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 7; ++column) {
      const std::int64_t va = a[row * a_stride + column];
      const std::int64_t vb = b[row * b_stride + column];
      x += va;
      y += vb;
      p += va * vb;
      q += va * va + vb * vb;
    }
  }
  const double a1 = static_cast<double>(2 * x * y) + 15612.5025;
  const double b1 = static_cast<double>(x * x + y * y) + 15612.5025;
  const double a2 = static_cast<double>(2 * (49 * p - x * y)) + 137644.92;
  const double b2 = static_cast<double>(49 * q - (x * x + y * y)) + 137644.92;
  return (a1 * a2) / (b1 * b2);
}

std::int64_t naive_sum(const std::uint8_t* a, std::ptrdiff_t a_stride, const std::uint8_t* b,
                       int size) {
  std::int64_t sum = 0;
  for (int y = 0; y + 7 <= size; ++y) {
    for (int x = 0; x + 7 <= size; ++x) {
      const double s = naive_window(a + y * a_stride + x, a_stride, b + y * size + x, size);
      sum += std::llrint(s * 17592186044416.0);
    }
  }
  return sum;
}

TEST(SsimScorer, IsTheDefinitionOnEverySetOfInstructions) {
  constexpr unsigned kSeed = 51;
  ThreadPool pool(1);
  test::EdgeBytes bytes(kSeed);
  for (const int size : {7, 8, 9, 10, 15, 16, 17, 22, 23, 31, 32, 33, 63, 64, 101}) {
    const auto area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    const std::ptrdiff_t stride = size + 5;
    for (int round = 0; round < 10; ++round) {
      const auto cell = bytes(static_cast<std::size_t>(stride * size));
      const auto tile = bytes(area);
      const std::int64_t want = naive_sum(cell.data(), stride, tile.data(), size);
      for (const Isa isa : supported_isas()) {
        SsimScorer scorer(size, isa);
        scorer.set_cell(cell.data(), stride);
        ASSERT_EQ(scorer.windows(), static_cast<std::int64_t>(size - 6) * (size - 6));
        // twice: the buffers must not remember
        ASSERT_EQ(scorer.score(tile.data()), want)
            << isa_name(isa) << " seed " << kSeed << " size " << size << " round " << round;
        const TileWindowSums sums(tile, 1, size, isa, pool);
        ASSERT_EQ(scorer.score(tile.data(), sums.of(0)), want)
            << isa_name(isa) << " seed " << kSeed << " size " << size << ", sums at hand";
        ASSERT_EQ(scorer.score(tile.data()), want) << isa_name(isa) << " second call";
      }
    }
  }
}

TEST(TileWindowSums, EveryTileHasItsOwnWithAnyNumberOfThreads) {
  constexpr int kTiles = 700;  // several ranges of threads
  constexpr int kSize = 9;
  test::EdgeBytes bytes(54);
  const auto tiles = bytes(std::size_t{kTiles} * kSize * kSize);
  const auto cell = bytes(std::size_t{kSize} * kSize);
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    const TileWindowSums sums(tiles, kTiles, kSize, fastest_isa(), pool);
    ASSERT_FALSE(sums.empty());
    SsimScorer scorer(kSize, fastest_isa());
    scorer.set_cell(cell.data(), kSize);
    for (int tile = 0; tile < kTiles; ++tile) {
      const std::uint8_t* luma = tiles.data() + std::ptrdiff_t{tile} * kSize * kSize;
      ASSERT_EQ(scorer.score(luma, sums.of(tile)), scorer.score(luma)) << tile;
    }
  }
}

TEST(TileWindowSums, AreNotMadeWhereTheyWouldTakeTooMuch) {
  EXPECT_EQ(TileWindowSums::bytes(4000, 32), std::size_t{4000} * 688 * 8);
  EXPECT_EQ(TileWindowSums::bytes(100'000, 32), 0U);
  EXPECT_EQ(TileWindowSums::bytes(1000, 6), 0U);
}

TEST(SsimScorer, EqualSquaresScoreExactlyOne) {
  test::EdgeBytes bytes(52);
  for (const int size : {7, 16, 31, 33, 64}) {
    const auto cell = bytes(test::area(size, size));
    for (const Isa isa : supported_isas()) {
      SsimScorer scorer(size, isa);
      scorer.set_cell(cell.data(), size);
      EXPECT_EQ(scorer.score(cell.data()), scorer.windows() * kOne);
      EXPECT_EQ(dissimilarity_from_sum(12345, scorer.score(cell.data()), scorer.windows()), 0);
    }
  }
}

TEST(SsimScorer, NeverExceedsOneAndHoldsTheLargestSquare) {
  const std::vector<std::uint8_t> white(std::size_t{kMaxSsimSquare_px} * kMaxSsimSquare_px, 255);
  SsimScorer scorer(kMaxSsimSquare_px, fastest_isa());
  EXPECT_LE(scorer.windows(), kMaxSsimWindows);
  scorer.set_cell(white.data(), kMaxSsimSquare_px);
  EXPECT_EQ(scorer.score(white.data()), scorer.windows() * kOne);
  EXPECT_THROW(SsimScorer(kMaxSsimSquare_px + 1, Isa::plain), UsageError);
  EXPECT_THROW(SsimScorer(6, Isa::plain), UsageError);
}

// The constants times 10^4 and 10^2 make numerator and denominator integers below 2^78; long double
// carries their quotient to 2^-62.
TEST(SsimWindow, StaysWithinTwoUnitsInTheLastPlaceOfOne) {
  constexpr unsigned kSeed = 56;
  test::EdgeBytes bytes(kSeed);
  long double worst = 0;
  for (int round = 0; round < 20000; ++round) {
    const auto a = bytes(49);
    auto b = bytes(49);
    if (round % 2 == 0) {  // nearly flat and bright, where a difference of means would drift
      for (auto& value : b) value = static_cast<std::uint8_t>(250 + bytes.number(3));
    }
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t p = 0;
    std::int64_t q = 0;
    for (std::size_t i = 0; i < 49; ++i) {
      x += a[i];
      y += b[i];
      p += a[i] * b[i];
      q += a[i] * a[i] + b[i] * b[i];
    }
    const auto real = [](std::int64_t value) { return static_cast<long double>(value); };
    const long double truth = real(2 * x * y * 10000 + 156125025) /
                              real((x * x + y * y) * 10000 + 156125025) *
                              (real(2 * (49 * p - x * y) * 100 + 13764492) /
                               real((49 * q - x * x - y * y) * 100 + 13764492));
    const double got = ssim_of_window(static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                                      static_cast<std::int32_t>(p), static_cast<std::int32_t>(q));
    const long double error = std::abs(static_cast<long double>(got) - truth);
    worst = std::max(worst, error);
  }
  EXPECT_LE(worst, 2 * 0x1p-52L) << "seed " << kSeed;
}

TEST(SsimFixed, RoundsLikeLlrint) {
  test::EdgeBytes bytes(53);
  const auto same = [](double s) {
    EXPECT_EQ(ssim_fixed(s), std::llrint(s * 17592186044416.0)) << s;
  };
  for (const double s : {0.0, 1.0, -1.0, 0.5, 0x1p-45, 0x3p-45, -0x1p-45, -0x3p-45, 0x5p-45})
    same(s);
  for (int i = 0; i < 10000; ++i) {
    const double s =
        static_cast<double>(static_cast<std::int32_t>(bytes.number(~0U))) / 2147483648.0;
    same(s);
    same(std::nextafter(s, 2.0));
  }
}

TEST(Dissimilarity, IsTheUnitTimesOneMinusTheMean) {
  test::EdgeBytes bytes(54);
  for (int i = 0; i < 10000; ++i) {
    const std::int64_t windows = 1 + bytes.number(bytes.number(2) != 0 ? 700 : kMaxSsimWindows);
    const auto unit = static_cast<std::int32_t>(bytes.number(1U << 25));
    const double mean = bytes.number(1U << 20) / 524288.0 - 1.0;
    const auto sum =
        static_cast<std::int64_t>(mean * static_cast<double>(windows) * 17592186044416.0);
    const std::int32_t got = dissimilarity_from_sum(unit, sum, windows);
    EXPECT_NEAR(got, std::clamp(unit * (1.0 - mean), 0.0, static_cast<double>(unit)), 0.52)
        << unit << " " << mean;
    EXPECT_GE(got, 0);
    EXPECT_LE(got, unit);
  }
}

TEST(SsimMap, HasTheDefinitionsBitsForEveryShape) {
  constexpr unsigned kSeed = 55;
  test::EdgeBytes bytes(kSeed);
  for (const Size size :
       {Size{7, 7}, Size{8, 7}, Size{7, 30}, Size{23, 22}, Size{40, 39}, Size{201, 57}}) {
    Plane a(size);
    Plane b(size);
    a.pixels = bytes(size.area());
    b.pixels = bytes(size.area());
    std::vector<double> want;
    want.reserve(size.area());
    std::int64_t sum = 0;
    for (int y = 0; y + 7 <= size.height; ++y) {
      for (int x = 0; x + 7 <= size.width; ++x) {
        want.push_back(naive_window(a.row(y) + x, size.width, b.row(y) + x, size.width));
        sum += std::llrint(want.back() * 17592186044416.0);
      }
    }
    const double score =
        static_cast<double>(sum) / 17592186044416.0 / static_cast<double>(want.size());
    for (const Isa isa : supported_isas()) {
      const SsimResult got = ssim_map(a, b, true, isa);
      EXPECT_EQ(got.windows, static_cast<std::int64_t>(want.size()));
      EXPECT_EQ(got.map, want) << isa_name(isa) << " seed " << kSeed << " width " << size.width;
      EXPECT_EQ(std::bit_cast<std::uint64_t>(got.score), std::bit_cast<std::uint64_t>(score));
      EXPECT_TRUE(ssim_map(a, b, false, isa).map.empty());
      EXPECT_EQ(ssim_map(a, a, false, isa).score, 1.0);
    }
  }
}

TEST(SsimMap, SumsPicturesBeyondTheRangeOfInt64) {
  // 1000 x 1000 windows at 2^44 each are more than 2^63
  const Plane white(Size{1006, 1006}, 255);
  EXPECT_EQ(ssim_map(white, white, false).score, 1.0);
}

TEST(SsimMap, RefusesPicturesThatCannotBeCompared) {
  EXPECT_THROW(ssim_map(Plane(Size{8, 8}), Plane(Size{8, 9}), false), UsageError);
  EXPECT_THROW(ssim_map(Plane(Size{8, 6}), Plane(Size{8, 6}), false), UsageError);
}

}  // namespace
}  // namespace mosaic::cpu
