#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "flow/hold_still.hpp"

namespace mosaic {
namespace {

/// Cells of 8x8 px with vertical stripes of `contrast` levels that change places, so that every
/// sample changes by the contrast; `moved`: what the estimator says, 1/16 px.
struct Stripes {
  GridGeometry geometry;
  Plane before, now;
  FlowField flow;

  Stripes(int columns, int rows, const std::vector<int>& contrast, int moved) {
    geometry.columns = columns;
    geometry.rows = rows;
    geometry.tile_size_px = 8;
    for (Plane* plane : {&before, &now}) {
      plane->size = geometry.output_size();
      plane->pixels.resize(static_cast<std::size_t>(plane->size.area()));
    }
    for (int y = 0; y < rows * 8; ++y) {
      for (int x = 0; x < columns * 8; ++x) {
        const int levels = contrast[static_cast<std::size_t>(y / 8 * columns + x / 8)];
        before.row(y)[x] = static_cast<std::uint8_t>(100 + levels * (x % 4 / 2));
        now.row(y)[x] = static_cast<std::uint8_t>(100 + levels * ((x + 2) % 4 / 2));
      }
    }
    flow.backward.assign(contrast.size(), FlowVector{moved, 0});
    flow.trusted.assign(contrast.size(), 1);
    ThreadPool pool(2);
    CellChanges changes = changes_of_cells(before, now, geometry, pool);
    changes.still_share.assign(contrast.size(), 0);
    hold_still(before, now, geometry, changes, pool, flow);
  }
  [[nodiscard]] bool stands(int cell) const {
    return flow.backward[static_cast<std::size_t>(cell)] == FlowVector{};
  }
};

TEST(HoldStill, LessThanALevelIsNoMotion) {
  Stripes untouched(3, 1, {0, 1, 1}, 32);
  EXPECT_TRUE(untouched.stands(0));
  EXPECT_EQ(untouched.flow.trusted[0], 1);
}

TEST(HoldStill, AnEstimatorThatIsNotTrustedIsNotNeededWhereNothingChanges) {
  GridGeometry geometry;
  geometry.columns = 2;
  geometry.rows = 1;
  geometry.tile_size_px = 5;
  Plane before;
  before.size = {10, 5};
  before.pixels.assign(50, 100);
  Plane now = before;
  for (int i = 0; i < 25; ++i) {  // cell 1 changes by 4 levels, cell 0 by 24/25
    now.pixels[static_cast<std::size_t>(i / 5 * 10 + 5 + i % 5)] += 4;
    if (i > 0) ++now.pixels[static_cast<std::size_t>(i / 5 * 10 + i % 5)];
  }
  FlowField flow;
  flow.backward.assign(2, FlowVector{4, -5});
  flow.trusted = {0, 0};
  ThreadPool pool(1);
  CellChanges changes = changes_of_cells(before, now, geometry, pool);
  changes.still_share.assign(2, 0);
  hold_still(before, now, geometry, changes, pool, flow);
  EXPECT_EQ(flow.backward[0], FlowVector{});
  EXPECT_EQ(flow.trusted[0], 1);
  EXPECT_EQ(flow.backward[1], (FlowVector{4, -5}));
  EXPECT_EQ(flow.trusted[1], 0);
}

TEST(HoldStill, HazeStandsHoweverFastAndTextureGoesHoweverSlow) {
  const std::vector<int> faint(9, 3);
  EXPECT_TRUE(Stripes(3, 3, faint, 16).stands(4));  // 24 levels while it moves on by a cell
  EXPECT_TRUE(Stripes(3, 3, faint, 96).stands(4));  // 4
  EXPECT_FALSE(Stripes(3, 3, faint, 4).stands(4));  // 96
  EXPECT_FALSE(Stripes(3, 3, std::vector<int>(9, 4), 96).stands(4));  // 4 levels are to be seen
}

TEST(HoldStill, APlainCellAmidTextureThatMovesGoesWithIt) {
  const std::vector<int> plain_all(9, 2);
  EXPECT_TRUE(Stripes(3, 3, plain_all, 32).stands(4));
  std::vector<int> one_textured(9, 2);
  one_textured[0] = 40;
  EXPECT_TRUE(Stripes(3, 3, one_textured, 32).stands(4));
  one_textured[8] = 40;
  EXPECT_FALSE(Stripes(3, 3, one_textured, 32).stands(4));
  EXPECT_FALSE(Stripes(3, 3, one_textured, 32).stands(0));
}

/// Whether `cell` stands when the estimator says that everything came from `vector`, trusted or
/// not.
bool stands_with(const Plane& before, const Plane& now, const GridGeometry& geometry,
                 FlowVector vector, std::size_t cell) {
  const auto cells = static_cast<std::size_t>(geometry.cells());
  FlowField flow;
  flow.backward.assign(cells, vector);
  flow.trusted.assign(cells, 0);
  ThreadPool pool(1);
  hold_still(before, now, geometry, changes_of_cells(before, now, geometry, pool), pool, flow);
  const bool stands = flow.backward[cell] == FlowVector{};
  EXPECT_EQ(flow.trusted[cell] != 0, stands) << "rest is trusted, and nothing else changes";
  return stands;
}

/// One cell of 16x16 px amid others: still but for its columns from `moving` on, which are noise
/// that moves `moved` px to the left, or is another noise where `moved` is 0.
bool leaf_stands(int moving, int moved) {
  GridGeometry geometry;
  geometry.columns = 3;
  geometry.rows = 3;
  geometry.tile_size_px = 16;
  Plane before(geometry.output_size(), 100);
  Plane now = before;
  std::mt19937 random(5U);
  const auto noise = [&random] { return static_cast<std::uint8_t>(20 + random() % 200); };
  for (int y = 16; y < 32; ++y) {
    for (int x = 16 + moving; x < 32; ++x) {
      before.row(y)[x] = noise();
      now.row(y)[x] = noise();
    }
    for (int x = 16 + moving; moved > 0 && x < 32; ++x) {
      before.row(y)[x + moved] = now.row(y)[x];
    }
  }
  return stands_with(before, now, geometry, {kFlowUnit * std::max(1, moved), 0}, 4);
}

TEST(HoldStill, ACellDoesNotMoveBecauseSomethingInItDoes) {
  EXPECT_TRUE(leaf_stands(9, 0));   // more than half of it stands, and the rest flutters
  EXPECT_TRUE(leaf_stands(5, 0));   // a third stands, and the rest flutters
  EXPECT_FALSE(leaf_stands(5, 2));  // or goes where the vector says
  EXPECT_FALSE(leaf_stands(2, 0));  // nearly all of it moves
}

TEST(HoldStill, PlainSurfacesGoWithTheirBorder) {
  GridGeometry geometry;
  geometry.columns = 3;
  geometry.rows = 1;
  geometry.tile_size_px = 16;
  Plane before(geometry.output_size(), 40);
  Plane now = before;
  for (int y = 0; y < 16; ++y) {
    std::fill(before.row(y) + 27, before.row(y) + 48, std::uint8_t{200});
    std::fill(now.row(y) + 25, now.row(y) + 48, std::uint8_t{200});
  }
  EXPECT_FALSE(stands_with(before, now, geometry, {2 * kFlowUnit, 0}, 1));
  EXPECT_TRUE(stands_with(before, now, geometry, {3 * kFlowUnit, 0}, 1)) << "half is unexplained";
}

TEST(HoldStill, WhatIsSaidToComeFromOutsideIsComparedWithTheNearestPlaceInside) {
  GridGeometry geometry;
  geometry.columns = 1;
  geometry.rows = 1;
  geometry.tile_size_px = 8;
  Plane before(geometry.output_size(), 100);
  Plane now = before;
  for (int y = 0; y < 8; ++y) {
    for (int x = 3; x < 8; ++x) now.row(y)[x] = 160;
  }
  for (const FlowVector far : {FlowVector{-4000, 9000}, FlowVector{4000, -9000}}) {
    // a third stands, and nothing explains the rest
    EXPECT_TRUE(stands_with(before, now, geometry, far, 0));
  }
}

TEST(CellChanges, CountPixelsThatChangeByLessThanTwoLevelsAndAddUpAllChange) {
  GridGeometry geometry;
  geometry.columns = 2;
  geometry.rows = 2;
  geometry.tile_size_px = 4;
  Plane before;
  before.size = {8, 8};
  before.pixels.assign(64, 100);
  Plane now = before;
  for (int y = 0; y < 4; ++y) {
    now.row(y)[0] = 99;      // within the limit
    now.row(y)[4] = 102;     // a quarter of cell 1
    now.row(4 + y)[0] = 98;  // half of cell 2
    now.row(4 + y)[3] = 255;
    for (int x = 4; x < 8; ++x) now.row(4 + y)[x] = 0;
  }
  ThreadPool pool(2);
  for (const Isa isa : supported_isas()) {
    const CellChanges changes = changes_of_cells(before, now, geometry, pool, isa);
    EXPECT_EQ(changes.still_share,
              (std::vector<std::int32_t>{kStillWhole, kStillWhole * 3 / 4, kStillWhole / 2, 0}));
    EXPECT_EQ(changes.change, (std::vector<std::int64_t>{4, 8, 4 * (2 + 155), 16 * 100}));
  }
  now.size = {4, 8};
  EXPECT_ANY_THROW((void)changes_of_cells(before, now, geometry, pool));
}

}  // namespace
}  // namespace mosaic
