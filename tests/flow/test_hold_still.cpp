#include <gtest/gtest.h>

#include <vector>

#include "flow/hold_still.hpp"

namespace mosaic {
namespace {

TEST(HoldStill, OnlyCellsThatHardlyChangeStand) {
  GridGeometry geometry;
  geometry.columns = 3;
  geometry.rows = 1;
  geometry.tile_size_px = 5;
  Plane before;
  before.size = {15, 5};
  before.pixels.assign(75, 100);
  Plane now = before;
  // cell 0: 37 of 25 px x 1 level is under 1.5 levels; cell 1: 38 is above; cell 2: the same
  const auto raise = [&](int cell, int levels) {
    for (int i = 0; i < levels; ++i) {
      ++now.pixels[static_cast<std::size_t>(i % 25 / 5 * 15 + cell * 5 + i % 5)];
    }
  };
  raise(0, 37);
  raise(1, 38);
  FlowField flow;
  flow.backward.assign(3, FlowVector{4, -5});
  flow.trusted = {0, 0, 1};
  ThreadPool pool(2);
  hold_still(before, now, geometry, pool, flow);
  EXPECT_EQ(flow.backward[0], (FlowVector{}));
  EXPECT_EQ(flow.trusted[0], 1);
  EXPECT_EQ(flow.backward[1], (FlowVector{4, -5}));
  EXPECT_EQ(flow.trusted[1], 0);
  EXPECT_EQ(flow.backward[2], (FlowVector{}));
}

// A slow pan over faint texture: tiles stayed while their content left them.
TEST(HoldStill, FaintMotionThatExplainsTheChangeGoesOn) {
  GridGeometry geometry;
  geometry.columns = 2;
  geometry.rows = 1;
  geometry.tile_size_px = 8;
  Plane before;
  before.size = {16, 8};
  before.pixels.resize(128);
  Plane now = before;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 16; ++x) {
      const auto at = static_cast<std::size_t>(16 * y + x);
      before.pixels[at] = static_cast<std::uint8_t>(100 + x % 4 / 2);
      now.pixels[at] = static_cast<std::uint8_t>(100 + (x + 2) % 4 / 2);
    }
  }
  FlowField flow;
  flow.backward = {FlowVector{32, 0}, FlowVector{64, 0}};  // 2 px: right; 4 px: explains nothing
  flow.trusted = {1, 1};
  ThreadPool pool(1);
  hold_still(before, now, geometry, pool, flow);
  EXPECT_EQ(flow.backward[0], (FlowVector{32, 0}));
  EXPECT_EQ(flow.backward[1], (FlowVector{}));
}

}  // namespace
}  // namespace mosaic
