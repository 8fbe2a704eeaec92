#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/portable_math.hpp"

namespace mosaic {
namespace {

TEST(PortableMath, PowersAgreeWithTheLibraryTo1e14) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> base(1e-6, 4.0);
  std::uniform_real_distribution<double> exponent(-3.0, 3.0);
  for (int round = 0; round < 20000; ++round) {
    const double x = base(random);
    const double y = exponent(random);
    const double wanted = std::pow(x, y);
    ASSERT_NEAR(portable_pow(x, y) / wanted, 1.0, 1e-14) << x << "^" << y;
  }
}

TEST(PortableMath, CubeRootsAgreeWithTheLibrary) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> draw(-8.0, 8.0);
  for (int round = 0; round < 20000; ++round) {
    const double x = draw(random);
    ASSERT_NEAR(portable_cbrt(x), std::cbrt(x), 1e-15 * std::abs(std::cbrt(x)) + 1e-300) << x;
  }
  EXPECT_EQ(portable_cbrt(0.0), 0.0);
  EXPECT_EQ(portable_cbrt(1.0), 1.0);
}

TEST(PortableMath, EdgesOfPow) {
  EXPECT_EQ(portable_pow(0.0, 0.94), 0.0);
  EXPECT_EQ(portable_pow(1.0, 123.0), 1.0);
  EXPECT_EQ(portable_pow(0.3, 0.0), 1.0);
}

}  // namespace
}  // namespace mosaic
