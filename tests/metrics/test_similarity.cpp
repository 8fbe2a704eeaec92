// SSIM against scikit-image and against its definition; PSNR against known answers.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <utility>

#include "metrics/similarity.hpp"
#include "metrics/test_pictures.hpp"

namespace mosaic::metrics {
namespace {

using test::sequence_plane;

/// Like `x` with a quarter of another sequence mixed in.
Plane disturbed(const Plane& x, std::uint32_t seed) {
  Plane y = sequence_plane(x.size, seed);
  for (std::size_t i = 0; i < y.pixels.size(); ++i) {
    y.pixels[i] = static_cast<u8>((x.pixels[i] * 3 + y.pixels[i]) / 4);
  }
  return y;
}

/// Straight from the definition with means, sample covariance and no shared sums.
double slow_ssim(const Plane& x, const Plane& y) {
  double total = 0.0;
  int windows = 0;
  for (int top = 0; top + 7 <= x.size.height; ++top) {
    for (int left = 0; left + 7 <= x.size.width; ++left, ++windows) {
      double mx = 0.0;
      double my = 0.0;
      for (int i = 0; i < 49; ++i) {
        mx += x.row(top + i / 7)[left + i % 7];
        my += y.row(top + i / 7)[left + i % 7];
      }
      mx /= 49;
      my /= 49;
      double vx = 0.0;
      double vy = 0.0;
      double vxy = 0.0;
      for (int i = 0; i < 49; ++i) {
        const double dx = x.row(top + i / 7)[left + i % 7] - mx;
        const double dy = y.row(top + i / 7)[left + i % 7] - my;
        vx += dx * dx / 48;
        vy += dy * dy / 48;
        vxy += dx * dy / 48;
      }
      total += (2 * mx * my + 6.5025) * (2 * vxy + 58.5225) /
               ((mx * mx + my * my + 6.5025) * (vx + vy + 58.5225));
    }
  }
  return total / windows;
}

TEST(MeanSsim, IsThatOfScikitImage) {
  const struct {
    Size size;
    std::uint32_t seed;
    double ssim;  // structural_similarity(x, y, data_range=255) of version 0.19.3
  } known[] = {{{7, 7}, 1, 0.929443299346967},    {{15, 15}, 2, 0.926348497095471},
               {{31, 31}, 3, 0.9257681365146853}, {{32, 32}, 4, 0.9220503559838751},
               {{64, 64}, 5, 0.9215936876301555}, {{97, 41}, 6, 0.9230060053575203},
               {{130, 75}, 7, 0.9235395304542492}};
  ThreadPool pool(2);
  for (const auto& pair : known) {
    const Plane x = sequence_plane(pair.size, pair.seed);
    const Plane y = disturbed(x, pair.seed + 100);
    EXPECT_NEAR(mean_ssim(x, y, pool), pair.ssim, 1e-12)
        << pair.size.width << "x" << pair.size.height;
  }
}

TEST(MeanSsim, FollowsItsDefinitionAtTheExtremes) {
  ThreadPool pool(1);
  const Size size{23, 19};
  Plane checkers(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) checkers.row(y)[x] = (x + y) % 2 != 0 ? 255 : 0;
  }
  Plane negative = checkers;
  for (u8& pixel : negative.pixels) pixel = static_cast<u8>(255 - pixel);
  const Plane black(size, 0);
  const Plane white(size, 255);
  const std::pair<const Plane*, const Plane*> pairs[] = {
      {&checkers, &negative}, {&black, &white}, {&white, &checkers}, {&white, &white}};
  for (const auto& [x, y] : pairs) {
    EXPECT_NEAR(mean_ssim(*x, *y, pool), slow_ssim(*x, *y), 1e-12);
  }
  EXPECT_EQ(mean_ssim(white, white, pool), 1.0);
  EXPECT_LT(mean_ssim(checkers, negative, pool), -0.9);
}

TEST(MeanSsim, IsTheSameForAnyThreadsAndInstructionSet) {
  const Plane x = sequence_plane({201, 163}, 9);
  const Plane y = disturbed(x, 10);
  ThreadPool one(1);
  ThreadPool three(3);
  const double plain = mean_ssim(x, y, one, Isa::plain);
  for (const Isa isa : supported_isas()) {
    EXPECT_EQ(mean_ssim(x, y, one, isa), plain) << isa_name(isa);
    EXPECT_EQ(mean_ssim(x, y, three, isa), plain) << isa_name(isa);
  }
}

TEST(MeanSsim, RefusesWhatHasNoWindow) {
  ThreadPool pool(1);
  EXPECT_THROW(mean_ssim(Plane(Size{6, 9}), Plane(Size{6, 9}), pool), std::invalid_argument);
  EXPECT_THROW(mean_ssim(Plane(Size{9, 9}), Plane(Size{9, 8}), pool), std::invalid_argument);
}

TEST(SquaredError, OfKnownDifferences) {
  ThreadPool pool(2);
  // Wider than one run of 32-bit sums.
  const Size wide{40000, 3};
  EXPECT_EQ(mean_squared_error(Plane(wide, 0), Plane(wide, 255), pool), 65025.0);
  EXPECT_EQ(mean_squared_error(Plane(wide, 7), Plane(wide, 7), pool), 0.0);
  Plane one_off(Size{10, 10}, 50);
  one_off.row(4)[3] = 40;
  EXPECT_EQ(mean_squared_error(one_off, Plane(Size{10, 10}, 50), pool), 1.0);
}

TEST(Psnr, OfKnownErrors) {
  EXPECT_NEAR(psnr_db(1.0), 48.1308036086791, 1e-12);
  EXPECT_NEAR(psnr_db(65025.0), 0.0, 1e-12);
  EXPECT_NEAR(psnr_db(650.25), 20.0, 1e-12);
  EXPECT_EQ(psnr_db(0.0), kPsnrOfEqual_db);
}

}  // namespace
}  // namespace mosaic::metrics
