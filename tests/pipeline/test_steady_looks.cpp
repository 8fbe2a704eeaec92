#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "flow/hold_still.hpp"
#include "flow/propagate.hpp"
#include "pipeline/steady_looks.hpp"

namespace mosaic {
namespace {

constexpr SteadyLooks::Play kStill = SteadyLooks::kStill;
constexpr SteadyLooks::Play kMoving = SteadyLooks::kMoving;

class SteadyLooksTest : public ::testing::Test {
 protected:
  SteadyLooksTest() {
    for (int c = 0; c < 3; ++c) tile_sums_[0].sum[c] = 100 * (80 + 40 * c);
    tile_sums_[0].pixels = 100;
    tile_sums_[1] = tile_sums_[0];
  }

  /// The level to which channel 0 of the tile's mean goes, Q14.
  [[nodiscard]] std::int64_t level(const CellLook& look) const {
    std::int64_t sum = 0;
    for (int c = 0; c < 3; ++c) sum += std::int64_t{look.matrix[c]} * tile_sums_[0].sum[c];
    return sum / 100 + look.offset[0];
  }

  CellLook next(const CellLook& wanted, std::int32_t tile = 0, std::int32_t source = 0,
                std::int32_t still = kStillWhole) {
    std::vector<CellLook> looks = {wanted};
    steady_.next(std::vector{source}, std::vector{still}, std::vector{tile}, tile_sums_, pool_,
                 looks);
    return looks[0];
  }

  std::vector<ColorSums> tile_sums_{2};
  ThreadPool pool_{2};
  SteadyLooks steady_;
};

CellLook shifted(std::int32_t levels_q14, std::int32_t gain = 1 << 14) {
  CellLook look;
  for (int c = 0; c < 3; ++c) {
    look.matrix[4 * c] = gain;
    look.offset[c] = levels_q14;
  }
  return look;
}

TEST_F(SteadyLooksTest, WhatTremblesWithinThePlayStandsStill) {
  const CellLook first = next(shifted(5 << 14));
  std::mt19937 random(3);
  std::uniform_int_distribution<std::int32_t> tremble(-kStill.mean / 2, kStill.mean / 2);
  for (int frame = 0; frame < 100; ++frame) {
    const CellLook look = next(shifted((5 << 14) + tremble(random)));
    for (int c = 0; c < 3; ++c) EXPECT_EQ(look.offset[c], first.offset[c]) << frame;
  }
}

TEST_F(SteadyLooksTest, ADriftIsFollowedWithoutAJumpAndNeverMoreThanThePlayBehind) {
  next(shifted(0));
  std::int64_t last = level(shifted(0));
  for (std::int32_t drift = 0; drift < 20 << 14; drift += 4000) {
    const CellLook wanted = shifted(drift, (1 << 14) - drift / 100);
    const std::int64_t shown = level(next(wanted));
    EXPECT_LE(std::abs(shown - level(wanted)), kStill.mean + kStill.mean_slack);
    EXPECT_LE(std::abs(shown - last), 4000 + 80 * 41) << drift;
    last = shown;
  }
}

TEST_F(SteadyLooksTest, WhatStaysAwayIsReachedToThePlayAndWhatSwingsBackIsNotFollowedToTheEnd) {
  constexpr std::int32_t kAway = kStill.mean + (3 << 14);
  next(shifted(0));
  const std::int64_t rest = level(shifted(0));
  const std::int64_t first = level(next(shifted(kAway))) - rest;
  EXPECT_EQ(first, (kAway - kStill.mean + kStill.frames - 1) / kStill.frames);
  std::int64_t last = first;
  for (int frame = 0; frame < 60; ++frame) {
    const std::int64_t shown = level(next(shifted(kAway))) - rest;
    EXPECT_GE(shown, last) << frame;
    last = shown;
  }
  EXPECT_EQ(last, kAway - kStill.mean);
  EXPECT_EQ(level(next(shifted(kAway))) - rest, last);
}

TEST_F(SteadyLooksTest, WhatMovesIsFollowedCloselyWhatStandsIsLeftAlone) {
  constexpr std::int32_t kAway = kStill.mean - (1 << 14);
  static_assert(kAway < kStill.mean && kAway > kMoving.mean + kMoving.mean_slack);
  const std::int64_t rest = level(next(shifted(0)));
  EXPECT_EQ(level(next(shifted(kAway))), rest);
  const std::int64_t half = level(next(shifted(kAway), 0, 0, kStillWhole / 8)) - rest;
  EXPECT_GT(half, 0);
  for (int frame = 0; frame < 30; ++frame) next(shifted(kAway), 0, 0, 0);
  const std::int64_t all = level(next(shifted(kAway), 0, 0, 0)) - rest;
  EXPECT_EQ(all, kAway - kMoving.mean);
  EXPECT_GT(all, half);
}

TEST_F(SteadyLooksTest, AnotherTileOrNoSourceStartsAfresh) {
  next(shifted(0));
  EXPECT_EQ(next(shifted(9000), 1).offset[0], 9000);
  EXPECT_EQ(next(shifted(4000), 1, kNoCell).offset[0], 4000);
  EXPECT_EQ(next(shifted(4100), 1).offset[0], 4000);
}

TEST_F(SteadyLooksTest, WhatIsSavedGoesOnAlike) {
  next(shifted(0));
  CellLook curved = shifted(3000);
  curved.curved = 1;
  curved.curve[2][16] = 77;
  next(curved);
  ByteWriter bytes;
  steady_.save(bytes);
  SteadyLooks other;
  ByteReader reader(bytes.bytes());
  other.restore(reader, 1);
  std::vector<CellLook> looks = {curved};
  looks[0].offset[1] += 100;
  looks[0].curve[2][16] += 5;
  const CellLook here = next(looks[0]);
  other.next(std::vector<std::int32_t>{0}, std::vector<std::int32_t>{kStillWhole},
             std::vector<std::int32_t>{0}, tile_sums_, pool_, looks);
  EXPECT_EQ(looks[0].offset[1], here.offset[1]);
  EXPECT_EQ(looks[0].offset[1], 3000);
  EXPECT_EQ(looks[0].curve[2][16], 77);
  SteadyLooks wrong;
  ByteReader again(bytes.bytes());
  EXPECT_THROW(wrong.restore(again, 2), DamagedBytes);
}

}  // namespace
}  // namespace mosaic
