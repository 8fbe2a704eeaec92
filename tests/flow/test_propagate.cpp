// Tiles are followed by name: every cell of the first frame gets a number, and the tests watch
// where the numbers go.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "flow/propagate.hpp"
#include "mosaic/error.hpp"
#include "support/motion_clips.hpp"

namespace mosaic {
namespace {

using testing::TestRandom;

GridGeometry grid(int columns, int rows, int cell) {
  GridGeometry geometry;
  geometry.tile_size_px = cell;
  geometry.columns = columns;
  geometry.rows = rows;
  geometry.crop_px = {0, 0, columns * cell, rows * cell};
  return geometry;
}

FlowField uniform(const GridGeometry& geometry, FlowVector backward) {
  const auto cells = static_cast<std::size_t>(geometry.cells());
  return {std::vector<FlowVector>(cells, backward), std::vector<std::uint8_t>(cells, 1)};
}

/// Does what a renderer does with propagate(): cells without a source get a new tile.
class Wall {
 public:
  explicit Wall(const GridGeometry& geometry)
      : geometry_(geometry),
        tile_(static_cast<std::size_t>(geometry.cells())),
        ride_(static_cast<std::size_t>(geometry.cells())) {
    std::iota(tile_.begin(), tile_.end(), 0);
    fresh_ = geometry.cells();
  }

  /// Returns the number of cells that got a new tile.
  int step(const FlowField& flow) {
    const Propagation p = propagate(flow, ride_, geometry_);
    std::vector<int> next(tile_.size());
    std::set<std::int32_t> used;
    int created = 0;
    changed_ = 0;
    for (std::size_t i = 0; i < next.size(); ++i) {
      const std::int32_t source = p.source_cell[i];
      if (source == kNoCell) {
        next[i] = fresh_++;
        ++created;
      } else {
        EXPECT_TRUE(used.insert(source).second) << "cell " << source << " used twice";
        next[i] = tile_[static_cast<std::size_t>(source)];
      }
      changed_ += next[i] != tile_[i] ? 1 : 0;
      const int limit = geometry_.tile_size_px * kFlowUnit;
      EXPECT_LE(std::abs(p.ride[i].dx), limit);
      EXPECT_LE(std::abs(p.ride[i].dy), limit);
    }
    tile_ = next;
    ride_ = p.ride;
    return created;
  }

  [[nodiscard]] int tile(int column, int row) const {
    return tile_[testing::row_major(column, row, geometry_.columns)];
  }
  [[nodiscard]] FlowVector ride(int column, int row) const {
    return ride_[testing::row_major(column, row, geometry_.columns)];
  }
  [[nodiscard]] int changed() const { return changed_; }

 private:
  GridGeometry geometry_;
  std::vector<int> tile_;
  std::vector<FlowVector> ride_;
  int fresh_ = 0;
  int changed_ = 0;
};

TEST(Propagate, WithoutMotionNothingChanges) {
  const GridGeometry geometry = grid(9, 7, 16);
  TestRandom random(3);
  std::vector<FlowVector> rides(63);
  for (auto& ride : rides) ride = {random.between(-128, 128), random.between(-128, 128)};
  const Propagation p = propagate(uniform(geometry, {}), rides, geometry);
  for (std::int32_t i = 0; i < 63; ++i) {
    EXPECT_EQ(p.source_cell[static_cast<std::size_t>(i)], i);
  }
  EXPECT_EQ(p.ride, rides);
}

TEST(Propagate, OneCellPerFrameMovesEveryTileByOneCell) {
  for (const int cell : {4, 16, 33, 256}) {
    const GridGeometry geometry = grid(12, 8, cell);
    Wall wall(geometry);
    for (int frame = 1; frame <= 5; ++frame) {
      // Content moves one cell right and one up.
      wall.step(uniform(geometry, {-cell * kFlowUnit, cell * kFlowUnit}));
      for (int row = 0; row < 8 - frame; ++row) {
        for (int column = frame; column < 12; ++column) {
          ASSERT_EQ(wall.tile(column, row), (row + frame) * 12 + column - frame)
              << "cell " << cell << " frame " << frame;
          ASSERT_EQ(wall.ride(column, row), FlowVector{});
        }
      }
    }
  }
}

TEST(Propagate, UntrustedCellsTakeNothing) {
  const GridGeometry geometry = grid(5, 5, 16);
  FlowField flow = uniform(geometry, {});
  flow.trusted[12] = 0;
  const Propagation p = propagate(flow, std::vector<FlowVector>(25), geometry);
  EXPECT_EQ(p.source_cell[12], kNoCell);
  EXPECT_EQ(std::ranges::count(p.source_cell, kNoCell), 1);
}

TEST(Propagate, ASlowPanHandsOverOnceACell) {
  // 5/16 px per frame over 200 frames: 62.5 px, nearly four cells of 16 px.
  const GridGeometry geometry = grid(20, 6, 16);
  Wall wall(geometry);
  std::vector<int> hand_overs;
  for (int frame = 1; frame <= 200; ++frame) {
    wall.step(uniform(geometry, {-5, 0}));
    if (wall.changed() > 0) {
      hand_overs.push_back(frame);
      EXPECT_EQ(wall.changed(), 20 * 6) << "all at once, frame " << frame;
    }
    const int moved = static_cast<int>(hand_overs.size());
    for (int row = 0; row < 6; ++row) {
      for (int column = moved; column < 20; ++column) {
        ASSERT_EQ(wall.tile(column, row), row * 20 + column - moved) << "frame " << frame;
      }
    }
    // The tile is never further than half a cell and the margin from what it shows.
    const int off = 5 * frame - moved * 256;
    ASSERT_EQ(wall.ride(19, 3).dx, off);
    ASSERT_LE(std::abs(off), 128 + 32 + 5);
  }
  // Half a cell and the margin of an eighth first, then one cell apart.
  ASSERT_EQ(hand_overs.size(), 4U);
  EXPECT_EQ(hand_overs[0], 33);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_NEAR(hand_overs[i] - hand_overs[i - 1], 256.0 / 5, 1);
  }
}

TEST(Propagate, ADiagonalDriftKeepsEveryTile) {
  const GridGeometry geometry = grid(16, 12, 16);
  Wall wall(geometry);
  for (int frame = 1; frame <= 150; ++frame) wall.step(uniform(geometry, {-7, -3}));
  // 65.6 px right and 28.1 px down: four and two cells, up to the margin.
  const int tile = wall.tile(10, 8);
  const int columns = 10 - tile % 16;
  const int rows = 8 - tile / 16;
  EXPECT_EQ(columns, 4);
  EXPECT_EQ(rows, 2);
  for (int row = 2; row < 12; ++row) {
    for (int column = 4; column < 16; ++column) {
      ASSERT_EQ(wall.tile(column, row), (row - 2) * 16 + column - 4);
    }
  }
}

TEST(Propagate, JitterAtABorderDoesNotPop) {
  for (const int cell : {8, 16, 32}) {
    const GridGeometry geometry = grid(10, 8, cell);
    for (const int start : {-2, 0, 1, 3, 5}) {
      Wall wall(geometry);
      // Bring the content to the border, then shake it by a pixel to each side, cell by cell.
      wall.step(uniform(geometry, {-(cell / 2 * kFlowUnit + start * 8), 0}));
      TestRandom random(static_cast<std::uint64_t>(cell * 100 + start));
      std::vector<int> offset(80, 0);
      int changes = 0;
      for (int frame = 0; frame < 100; ++frame) {
        FlowField flow = uniform(geometry, {});
        for (std::size_t i = 0; i < 80; ++i) {
          const int next = random.between(-12, 12);
          flow.backward[i] = {offset[i] - next, random.between(-2, 2)};
          offset[i] = next;
        }
        wall.step(flow);
        changes += wall.changed();
      }
      // One hand-over of the whole wall is right if the shaking passes the margin; more is popping.
      EXPECT_LE(changes, 80) << "cell " << cell << " start " << start;
    }
  }
}

/// Exact backward flow of a picture that is scaled and turned about the centre.
FlowField affine_flow(const GridGeometry& geometry, double a, double b) {
  FlowField flow = uniform(geometry, {});
  for (int row = 0; row < geometry.rows; ++row) {
    for (int column = 0; column < geometry.columns; ++column) {
      const double x = (column + 0.5 - geometry.columns / 2.0) * geometry.tile_size_px;
      const double y = (row + 0.5 - geometry.rows / 2.0) * geometry.tile_size_px;
      const double from_x = a * x - b * y;
      const double from_y = b * x + a * y;
      const std::size_t i = testing::row_major(column, row, geometry.columns);
      flow.backward[i] = {static_cast<std::int32_t>(std::lround((from_x - x) * kFlowUnit)),
                          static_cast<std::int32_t>(std::lround((from_y - y) * kFlowUnit))};
      const double half_x = geometry.columns * geometry.tile_size_px / 2.0;
      const double half_y = geometry.rows * geometry.tile_size_px / 2.0;
      flow.trusted[i] = std::abs(from_x) < half_x && std::abs(from_y) < half_y ? 1 : 0;
    }
  }
  return flow;
}

TEST(Propagate, ZoomInCreatesAboutWhatTheAreaNeeds) {
  // 1 % per frame: the picture's area grows by 2 % per frame, and that many tiles leave and that
  // many gaps open. Anything far above is popping.
  const GridGeometry geometry = grid(40, 24, 16);
  Wall wall(geometry);
  const FlowField flow = affine_flow(geometry, 1 / 1.01, 0);
  int created = 0;
  for (int frame = 0; frame < 60; ++frame) created += wall.step(flow);
  const double needed = 60 * 0.02 * geometry.cells();
  EXPECT_LT(created, 2.5 * needed);
  EXPECT_GT(created, 0.5 * needed);
}

TEST(Propagate, ZoomOutDropsTheFartherOfTwo) {
  const GridGeometry geometry = grid(40, 24, 16);
  Wall wall(geometry);
  const FlowField flow = affine_flow(geometry, 1.01, 0);
  int created = 0;
  for (int frame = 0; frame < 60; ++frame) created += wall.step(flow);
  // New tiles enter at the edges only: the 2 % of the area that comes into view.
  EXPECT_LT(created, 2.0 * 60 * 0.02 * geometry.cells());
}

TEST(Propagate, RotationCarriesNearlyAllTiles) {
  const GridGeometry geometry = grid(30, 30, 16);
  Wall wall(geometry);
  // About 0.6 degrees per frame, half a turn per ten seconds.
  const double t = 0.005;
  const FlowField flow = affine_flow(geometry, (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t));
  int created = 0;
  const int frames = 100;
  for (int frame = 0; frame < frames; ++frame) created += wall.step(flow);
  EXPECT_LT(created, frames * geometry.cells() * 3 / 100);
}

TEST(Propagate, SmallDifferencesInFlowDoNotTearAPan) {
  // Cells of one moving thing disagree by a sixteenth or two, as measured flow does.
  const GridGeometry geometry = grid(24, 10, 16);
  Wall wall(geometry);
  TestRandom random(8);
  int created = 0;
  for (int frame = 0; frame < 200; ++frame) {
    FlowField flow = uniform(geometry, {-5, 0});
    for (auto& v : flow.backward) v.dx += random.between(-1, 1), v.dy += random.between(-1, 1);
    created += wall.step(flow);
  }
  // Four columns enter over 200 frames; allow as much again for tears.
  EXPECT_LE(created, 2 * 4 * 10);
  int kept = 0;
  for (int row = 0; row < 10; ++row) {
    for (int column = 4; column < 24; ++column) {
      kept += std::abs(wall.tile(column, row) - (row * 24 + column - 4)) <= 1 ? 1 : 0;
    }
  }
  EXPECT_GE(kept, 180);
}

TEST(Propagate, TwoObjectsCrossWithoutSharingTiles) {
  // Two 5 x 5 blocks of cells move through each other in front of a still background; the first one
  // is nearer. Wall::step checks that no tile is ever used twice.
  const GridGeometry geometry = grid(30, 9, 16);
  Wall wall(geometry);
  double left = 2;
  double right = 23;
  const int near_tile = wall.tile(4, 4);
  for (int frame = 0; frame < 160; ++frame) {
    left += 0.125;
    right -= 0.125;
    FlowField flow = uniform(geometry, {});
    for (int row = 2; row < 7; ++row) {
      for (int column = 0; column < 30; ++column) {
        const std::size_t i = testing::row_major(column, row, 30);
        const double centre = column + 0.5;
        if (centre >= left && centre < left + 5) {
          flow.backward[i].dx = -32;
        } else if (centre >= right && centre < right + 5) {
          flow.backward[i].dx = 32;
        }
      }
    }
    wall.step(flow);
  }
  // The nearer block arrives whole: 160 frames of 2 px are 20 cells.
  EXPECT_EQ(wall.tile(24, 4), near_tile);
  // The background far from their lane never changed.
  for (int column = 0; column < 30; ++column) {
    EXPECT_EQ(wall.tile(column, 0), column);
    EXPECT_EQ(wall.tile(column, 8), 8 * 30 + column);
  }
}

TEST(Propagate, RandomFlowNeverUsesATileTwice) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TestRandom random(seed);
    const int cell = random.between(1, 40);
    const GridGeometry geometry = grid(random.between(1, 20), random.between(1, 20), cell);
    Wall wall(geometry);
    for (int frame = 0; frame < 10; ++frame) {
      FlowField flow = uniform(geometry, {});
      const int reach = cell * kFlowUnit * 2;
      for (auto& v : flow.backward) {
        v = {random.between(-reach, reach), random.between(-reach, reach)};
      }
      for (auto& t : flow.trusted) t = static_cast<std::uint8_t>(random.between(0, 3) != 0);
      wall.step(flow);
    }
  }
}

TEST(Propagate, RefusesMismatchedSizes) {
  const GridGeometry geometry = grid(3, 3, 16);
  EXPECT_THROW(propagate(uniform(geometry, {}), std::vector<FlowVector>(8), geometry), Error);
  EXPECT_THROW(propagate(uniform(grid(2, 3, 16), {}), std::vector<FlowVector>(9), geometry), Error);
}

}  // namespace
}  // namespace mosaic
