#include <gtest/gtest.h>

#include <numeric>

#include "metrics/color_difference.hpp"
#include "pipeline/recolouring.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr int kSize = 12;
constexpr int kTiles = 6;

class RecolouringTest : public testing::Test {
 protected:
  RecolouringTest() {
    std::iota(tile_.begin(), tile_.end(), 0);
    for (ColorSums& cell : cells_.color_sums) {
      cell.pixels = kSize * kSize;
      for (std::int64_t& sum : cell.sum) sum = 100 * cell.pixels;
    }
  }
  Recolouring measure(int threads = 2) {
    ThreadPool pool(threads);
    return measure_recolouring(library_, tile_, looks_, cells_, pool);
  }

  test::FakeLibrary library_{kTiles, 1, 5, kSize, 4};
  std::vector<std::int32_t> tile_ = std::vector<std::int32_t>(kTiles);
  std::vector<CellLook> looks_ = std::vector<CellLook>(kTiles);
  CellDescriptions cells_ = [] {
    CellDescriptions cells;
    cells.color_sums.resize(kTiles);
    return cells;
  }();
};

TEST_F(RecolouringTest, TilesAsTheyAreAreThemselvesWhateverIsPaintedOverThem) {
  for (CellLook& look : looks_) look.blend = 200;
  const Recolouring same = measure();
  EXPECT_EQ(same.cells, kTiles);
  EXPECT_EQ(same.structured, kTiles);
  EXPECT_EQ(same.mean_ciede2000(), 0.0);
  EXPECT_DOUBLE_EQ(same.mean_correlation(), 1.0);
}

TEST_F(RecolouringTest, IsTheDifferenceOfEachPixelToItsRecolouredSelf) {
  for (CellLook& look : looks_) {
    for (int c = 0; c < 3; ++c) {
      look.matrix[4 * c] = (1 << 14) / 2;
      look.offset[c] = (10 * c) << 14;
    }
  }
  double sum = 0.0;
  int pixels = 0;
  const auto area = static_cast<std::size_t>(kSize) * kSize;
  for (std::size_t t = 0; t < kTiles; ++t) {
    for (std::size_t at = 0; at < area; ++at) {
      if (at % kSize % 2 != 0 || at / kSize % 2 != 0) continue;
      u8 before[3];
      u8 after[3];
      for (std::size_t c = 0; c < 3; ++c) {
        before[c] = library_.rgb()[(3 * t + c) * area + at];
        after[c] = static_cast<u8>((before[c] + 1) / 2 + 10 * static_cast<int>(c));
      }
      sum += metrics::ciede2000(metrics::lab_from_srgb(before[0], before[1], before[2]),
                                metrics::lab_from_srgb(after[0], after[1], after[2]));
      ++pixels;
    }
  }
  const Recolouring half = measure();
  EXPECT_NEAR(half.mean_ciede2000(), sum / pixels, 1e-5);
  EXPECT_GT(half.mean_ciede2000(), 5.0);
  EXPECT_GT(half.mean_correlation(), 0.999);
  const Recolouring alone = measure(1);
  EXPECT_EQ(alone.ciede2000, half.ciede2000);
  EXPECT_EQ(alone.correlation, half.correlation);
}

TEST_F(RecolouringTest, ACurveThatTurnsLightAndDarkTurnsTheCorrelation) {
  for (CellLook& look : looks_) {
    look.curved = 1;
    for (auto& curve : look.curve) {
      for (int k = 0; k < kCurveNodes; ++k) {
        curve[k] = static_cast<std::int16_t>(4080 - 255 * k);  // 1/16 levels
      }
    }
    std::fill(std::begin(look.matrix), std::end(look.matrix), 0);
  }
  EXPECT_LT(measure().mean_correlation(), -0.99);
}

TEST_F(RecolouringTest, CellsInTheDarkAreLeftOut) {
  for (std::int64_t& sum : cells_.color_sums[2].sum) sum = 60 * kSize * kSize;
  const Recolouring seen = measure();
  EXPECT_EQ(seen.cells, kTiles - 1);
  EXPECT_EQ(seen.dark, 1);
  tile_ = {0, 0, 0, 0, 0, 0};
  for (ColorSums& cell : cells_.color_sums) cell.sum[1] = 0;
  EXPECT_EQ(measure().dark, kTiles);
  EXPECT_EQ(measure().mean_ciede2000(), 0.0);
}

}  // namespace
}  // namespace mosaic
