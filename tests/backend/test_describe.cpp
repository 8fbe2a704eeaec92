#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "backend/cpu/describe.hpp"
#include "backend/feature_math.hpp"
#include "backend/saliency_math.hpp"
#include "mosaic/error.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic::cpu {
namespace {

double linear(int level) {
  const double v = level / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

/// Oklab as published, in fp64.
std::array<double, 3> oklab(double r, double g, double b) {
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

std::array<double, 3> byte_scale(const std::array<double, 3>& lab) {
  return {std::clamp(255 * lab[0], 0.0, 255.0), std::clamp(128 + 510 * lab[1], 0.0, 255.0),
          std::clamp(128 + 510 * lab[2], 0.0, 255.0)};
}

/// Area mean in linear light of one grid cell, in fp64 with fractional pixel shares.
double area_mean(const std::uint8_t* plane, std::ptrdiff_t stride, int size, int k, int cx,
                 int cy) {
  const auto share = [&](int pixel, int c) {
    const double begin = static_cast<double>(c) * size / k;
    const double end = static_cast<double>(c + 1) * size / k;
    return std::max(0.0, std::min(end, pixel + 1.0) - std::max(begin, static_cast<double>(pixel)));
  };
  double sum = 0;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      sum += share(x, cx) * share(y, cy) * linear(plane[y * stride + x]);
    }
  }
  return sum * k * k / (static_cast<double>(size) * size);
}

TEST(FeatureTables, SrgbCurveIsRoundedCorrectly) {
  for (int level = 0; level < 256; ++level) {
    EXPECT_NEAR(kLinearFromLevel[static_cast<std::size_t>(level)], 65535 * linear(level), 0.5001)
        << level;
  }
}

TEST(FeatureTables, CubeRootStaysWithinTwoUnits) {
  double worst = 0;
  for (std::int32_t value = 0; value <= 1 << 24; value += value < 65536 ? 1 : 101) {
    const double want = std::cbrt(value / 16777216.0) * 262144;
    worst = std::max(worst, std::abs(cube_root(value, kRootTable.data()) - want));
  }
  EXPECT_LE(worst, 2.0);
  EXPECT_EQ(cube_root(1 << 24, kRootTable.data()), 1 << 18);
  EXPECT_EQ(cube_root(0, kRootTable.data()), 0);
}

TEST(Oklab, GreyHasNoColourAndTheFullRange) {
  for (int level = 0; level < 256; ++level) {
    const auto value = static_cast<std::uint8_t>(level);
    std::uint8_t features[3];
    mean_colours({&value, &value, &value, nullptr, 1, 1}, 1, features);
    EXPECT_EQ(features[1], 128) << level;
    EXPECT_EQ(features[2], 128) << level;
    if (level == 0) {
      EXPECT_EQ(features[0], 0);
    }
    if (level == 255) {
      EXPECT_EQ(features[0], 255);
    }
  }
}

// Stated maximum: half a level of rounding plus 0.1 for the 16-bit curve and the tables.
TEST(Oklab, SingleColoursMatchFp64) {
  double worst = 0;
  for (int r = 0; r < 256; r += 5) {
    for (int g = 0; g < 256; g += 5) {
      for (int b = 0; b < 256; b += 5) {
        const auto want = byte_scale(oklab(linear(r), linear(g), linear(b)));
        std::uint8_t got[3];
        oklab_bytes(kLinearFromLevel[static_cast<std::size_t>(r)] << kMeanExtraBits,
                    kLinearFromLevel[static_cast<std::size_t>(g)] << kMeanExtraBits,
                    kLinearFromLevel[static_cast<std::size_t>(b)] << kMeanExtraBits,
                    kRootTable.data(), got);
        for (std::size_t c = 0; c < 3; ++c) worst = std::max(worst, std::abs(got[c] - want[c]));
      }
    }
  }
  RecordProperty("worst", std::to_string(worst));
  EXPECT_LE(worst, 0.6);
}

TEST(DescribeSquare, FeaturesMatchFp64ForEverySizeAndGrid) {
  constexpr unsigned kSeed = 21;
  test::EdgeBytes bytes(kSeed);
  double worst = 0;
  for (const int size : test::kOddSizes) {
    for (int k = 1; k <= 8; ++k) {
      const std::ptrdiff_t stride = size + 3;
      const auto area = static_cast<std::size_t>(stride * size);
      const auto r = bytes(area);
      const auto g = bytes(area);
      const auto b = bytes(area);
      std::vector<std::uint8_t> features(3 * test::area(k, k));
      mean_colours({r.data(), g.data(), b.data(), nullptr, stride, size}, k, features.data());
      for (int cell = 0; cell < k * k; ++cell) {
        const auto mean = [&](const std::vector<std::uint8_t>& plane) {
          return area_mean(plane.data(), stride, size, k, cell % k, cell / k);
        };
        const auto want = byte_scale(oklab(mean(r), mean(g), mean(b)));
        for (std::size_t c = 0; c < 3; ++c) {
          const double error = std::abs(features[test::area(3, cell) + c] - want[c]);
          ASSERT_LE(error, 0.6) << "seed " << kSeed << " size " << size << " k " << k << " cell "
                                << cell << " channel " << c;
          worst = std::max(worst, error);
        }
      }
    }
  }
  RecordProperty("worst", std::to_string(worst));
}

TEST(DescribeSquare, SumsAreExactOnEverySetOfInstructions) {
  constexpr unsigned kSeed = 22;
  test::EdgeBytes bytes(kSeed);
  for (const int size : {1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 200, 726}) {
    const std::ptrdiff_t stride = size + 5;
    const auto area = static_cast<std::size_t>(stride * size);
    std::vector<std::uint8_t> planes[3] = {bytes(area), bytes(area), bytes(area)};
    if (size >= 200) {
      for (auto& plane : planes) std::ranges::fill(plane, std::uint8_t{255});
    }
    ColorSums want;
    want.pixels = static_cast<std::int64_t>(size) * size;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const auto at = static_cast<std::size_t>(y * stride + x);
        int product = 0;
        for (std::size_t i = 0; i < 3; ++i) {
          want.sum[i] += planes[i][at];
          for (std::size_t j = i; j < 3; ++j) {
            want.product[product++] += planes[i][at] * planes[j][at];
          }
        }
      }
    }
    std::vector<std::uint8_t> first;
    for (const Isa isa : supported_isas()) {
      std::vector<std::uint8_t> features(84);
      ColorSums sums;
      describe_square(
          {planes[0].data(), planes[1].data(), planes[2].data(), planes[1].data(), stride, size}, 5,
          features.data(), sums, isa);
      EXPECT_EQ(sums, want) << isa_name(isa) << " seed " << kSeed << " size " << size;
      if (first.empty()) first = features;
      EXPECT_EQ(features, first) << isa_name(isa) << " size " << size;
    }
  }
}

TEST(DescribeSquare, GridRunsAlongRowsWithChannelsInside) {
  // left half black, right half white; upper right quarter red
  constexpr int kSize = 6;
  std::vector<std::uint8_t> r(kSize * kSize);
  std::vector<std::uint8_t> g(kSize * kSize);
  for (int y = 0; y < kSize; ++y) {
    for (int x = kSize / 2; x < kSize; ++x) {
      r[test::area(y, kSize) + static_cast<std::size_t>(x)] = 255;
      g[test::area(y, kSize) + static_cast<std::size_t>(x)] = y < kSize / 2 ? 0 : 255;
    }
  }
  std::uint8_t features[12];
  mean_colours({r.data(), g.data(), g.data(), nullptr, kSize, kSize}, 2, features);
  EXPECT_EQ(features[0], 0);    // upper left: black
  EXPECT_EQ(features[3], 160);  // upper right: red, L = 0.628
  EXPECT_GT(features[4], 200);  // a of red
  EXPECT_EQ(features[6], 0);    // lower left
  EXPECT_EQ(features[9], 255);  // lower right: white
  EXPECT_EQ(features[10], 128);
}

TEST(DescribeSquare, MoreGridThanPixelsRepeatsThePixels) {
  const std::uint8_t r[4] = {10, 200, 30, 255};
  std::uint8_t fine[3 * 64];
  std::uint8_t coarse[12];
  mean_colours({r, r, r, nullptr, 2, 2}, 8, fine);
  mean_colours({r, r, r, nullptr, 2, 2}, 2, coarse);
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      EXPECT_EQ(fine[3 * (8 * y + x)], coarse[3 * (2 * (y / 4) + x / 4)]);
    }
  }
}

TEST(DescribeSquare, RefusesImpossibleSizes) {
  const std::uint8_t pixel = 0;
  std::uint8_t features[12];
  ColorSums sums;
  const auto describe = [&](int size_px, int k) {
    describe_square({&pixel, &pixel, &pixel, &pixel, 1, size_px}, k, features, sums);
  };
  EXPECT_THROW(describe(0, 1), UsageError);
  EXPECT_THROW(describe(4097, 1), UsageError);
  EXPECT_THROW(describe(1, 0), UsageError);
  EXPECT_THROW(describe(1, 9), UsageError);
}

/// Note [What a match is judged by].
TEST(DescribeSquare, BeginsWithTheMeanColoursAsTheyAre) {
  constexpr unsigned kSeed = 24;
  test::EdgeBytes bytes(kSeed);
  for (const int size : {5, 17, 54}) {
    for (const int k : {1, 3, 5, 8}) {
      const auto area = test::area(size, size);
      const std::vector<std::uint8_t> r = bytes(area), g = bytes(area), b = bytes(area);
      const SquareView square{r.data(), g.data(), b.data(), g.data(), size, size};
      std::vector<std::uint8_t> colours(test::area(3 * k, k));
      std::vector<std::uint8_t> features(static_cast<std::size_t>(feature_count(k)));
      ColorSums sums;
      mean_colours(square, k, colours.data());
      describe_square(square, k, features.data(), sums);
      features.resize(colours.size());
      EXPECT_EQ(features, colours) << "seed " << kSeed << " size " << size << " k " << k;
    }
  }
}

TEST(DescribeSquare, DetailIsTheMeanDifferenceOfEachPart) {
  constexpr unsigned kSeed = 25;
  test::EdgeBytes bytes(kSeed);
  for (const int size : {1, 2, 3, 4, 7, 17, 18, 31, 36, 54, 64}) {
    for (const int k : {1, 5, 8}) {
      const auto luma = bytes(test::area(size, size));
      const SquareView square{luma.data(), luma.data(), luma.data(), luma.data(), size, size};
      std::vector<std::uint8_t> features(static_cast<std::size_t>(feature_count(k)));
      ColorSums sums;
      describe_square(square, k, features.data(), sums);
      const int lag = std::max(1, size / 18);
      const int places = size - lag;
      for (int part = 0; part < 9; ++part) {
        double total = 0;
        int count = 0;
        for (int y = places * (part / 3) / 3; y < places * (part / 3 + 1) / 3; ++y) {
          for (int x = places * (part % 3) / 3; x < places * (part % 3 + 1) / 3; ++x) {
            const int here = luma[test::area(y, size) + static_cast<std::size_t>(x)];
            total += std::abs(here - luma[test::area(y, size) + static_cast<std::size_t>(x + lag)]);
            total += std::abs(here - luma[test::area(y + lag, size) + static_cast<std::size_t>(x)]);
            ++count;
          }
        }
        const double want = count == 0 ? 0.0 : std::min(255.0, k / 5.0 * total / count);
        EXPECT_NEAR(features[test::area(3 * k, k) + static_cast<std::size_t>(part)], want, 0.5001)
            << "seed " << kSeed << " size " << size << " k " << k << " part " << part;
      }
    }
  }
}

TEST(Saliency, FollowsTheFormula) {
  constexpr unsigned kSeed = 23;
  test::EdgeBytes bytes(kSeed);
  for (int round = 0; round < 20; ++round) {
    for (const int size : test::kOddSizes) {
      const std::ptrdiff_t stride = size + 2;
      const auto luma = bytes(static_cast<std::size_t>(stride * size));
      double differences = 0;
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
          const int here = luma[static_cast<std::size_t>(y * stride + x)];
          if (x + 1 < size) {
            differences += std::abs(here - luma[static_cast<std::size_t>(y * stride + x + 1)]);
          }
          if (y + 1 < size) {
            differences += std::abs(here - luma[static_cast<std::size_t>((y + 1) * stride + x)]);
          }
        }
      }
      const double mean = size > 1 ? differences / (size * (size - 1.0)) : 0.0;
      const double want = 32 + 96 * mean / (mean + 14);
      EXPECT_NEAR(saliency_of_square(luma.data(), stride, size), want, 0.5001)
          << "seed " << kSeed << " size " << size;
    }
  }
}

TEST(Saliency, RunsFromHalfToTwo) {
  EXPECT_EQ(saliency_from_differences(0, 16), 32);
  EXPECT_EQ(saliency_from_differences(7 * 240, 16), 64);
  const std::vector<std::uint8_t> flat(256, 200);
  EXPECT_EQ(saliency_of_square(flat.data(), 16, 16), 32);
  std::vector<std::uint8_t> board(4096 * 4096);
  for (std::size_t i = 0; i < board.size(); ++i) {
    board[i] = ((i / 4096) ^ i) % 2 != 0 ? 255 : 0;
  }
  const int highest = saliency_of_square(board.data(), 4096, 4096);
  EXPECT_GE(highest, 125);
  EXPECT_LE(highest, 128);
}

}  // namespace
}  // namespace mosaic::cpu
