// Steadiness of synthetic clips whose change is known.
#include <gtest/gtest.h>

#include "metrics/clip_meter.hpp"
#include "metrics/pairing.hpp"
#include "metrics/ratios.hpp"
#include "metrics/steadiness.hpp"
#include "metrics/test_pictures.hpp"

namespace mosaic::metrics {
namespace {

using test::flat_picture;
using test::paint;
using test::sequence_picture;
using test::sequence_plane;

constexpr Size kSize{60, 40};
constexpr int kCell = 10;

class StepMeasures : public testing::Test {
 protected:
  /// The step between two source frames and two mosaic frames.
  FrameMeasures step(const RgbImage& source_0, const RgbImage& source_1, const RgbImage& mosaic_0,
                     const RgbImage& mosaic_1) {
    ClipMeter meter(source_0.size(), grid_over(source_0.size(), kCell), pool_);
    RgbImage a = source_0;
    RgbImage b = mosaic_0;
    const FrameMeasures first = meter.add(a, b);
    EXPECT_FALSE(first.still || first.cells || first.warped);
    a = source_1;
    b = mosaic_1;
    return meter.add(a, b);
  }
  ThreadPool pool_{2};
};

TEST_F(StepMeasures, ARepeatedFrameIsStill) {
  const RgbImage source = sequence_picture(kSize, 1);
  const RgbImage mosaic = sequence_picture(kSize, 2);
  const FrameMeasures m = step(source, source, mosaic, mosaic);
  EXPECT_EQ(static_share(*m.still), 1.0);
  EXPECT_EQ(mosaic_flicker(*m.still), 0.0);
  EXPECT_EQ(source_flicker(*m.still), 0.0);
  EXPECT_EQ(m.cells->static_cells, 24);
  EXPECT_EQ(m.cells->repainted, 0);
  EXPECT_EQ(m.warped->pixels, 2400);
  EXPECT_EQ(m.warped->mosaic_change, 0);
}

TEST_F(StepMeasures, FlickerIsTheMeanChangeWhereTheSourceStands) {
  const RgbImage source = flat_picture(kSize, 100, 100, 100);
  RgbImage moved = source;
  paint(moved, {0, 0, 30, 40}, 100, 101, 100);  // by 1: still static
  paint(moved, {0, 0, 15, 40}, 102, 100, 100);  // by 2: no longer
  const RgbImage mosaic = flat_picture(kSize, 50, 60, 70);
  RgbImage flickered = mosaic;
  paint(flickered, {0, 0, 15, 40}, 250, 60, 70);  // not counted
  paint(flickered, {15, 0, 15, 40}, 50, 57, 74);  // largest channel: 4
  const FrameMeasures m = step(source, moved, mosaic, flickered);
  EXPECT_EQ(m.still->pixels, 2400);
  EXPECT_EQ(m.still->static_pixels, 1800);
  EXPECT_DOUBLE_EQ(*mosaic_flicker(*m.still), 4.0 / 3.0);
  EXPECT_DOUBLE_EQ(*source_flicker(*m.still), 1.0 / 3.0);
}

TEST_F(StepMeasures, RepaintedCellsAreCountedByTheirMeanChange) {
  const RgbImage source = flat_picture(kSize, 100, 100, 100);
  RgbImage moved = source;
  paint(moved, {50, 30, 10, 10}, 102, 100, 100);  // the last cell is not static
  const RgbImage mosaic = flat_picture(kSize, 50, 50, 50);
  RgbImage swapped = mosaic;
  paint(swapped, {0, 0, 10, 10}, 63, 50, 50);     // 13: repainted
  paint(swapped, {10, 0, 10, 10}, 62, 50, 50);    // 12: not more than 12
  paint(swapped, {20, 0, 10, 5}, 50, 76, 50);     // 26 on half of it: 13
  paint(swapped, {50, 30, 10, 10}, 200, 50, 50);  // repainted, not static
  const FrameMeasures m = step(source, moved, mosaic, swapped);
  EXPECT_EQ(m.cells->cells, 24);
  EXPECT_EQ(m.cells->static_cells, 23);
  EXPECT_EQ(m.cells->static_repainted, 2);
  EXPECT_EQ(m.cells->repainted, 3);
}

TEST_F(StepMeasures, CellsBesideTheGridAreLeftOut) {
  const Size ragged{67, 43};
  const RgbImage source = flat_picture(ragged, 100, 100, 100);
  const RgbImage mosaic = flat_picture(ragged, 50, 50, 50);
  RgbImage changed = mosaic;
  paint(changed, {60, 0, 7, 43}, 200, 50, 50);
  const FrameMeasures m = step(source, source, mosaic, changed);
  EXPECT_EQ(m.cells->cells, 24);
  EXPECT_EQ(m.cells->repainted, 0);
  EXPECT_EQ(m.warped->mosaic_change, 0);
  EXPECT_DOUBLE_EQ(*mosaic_flicker(*m.still), 150.0 * 7 / 67);
}

/// A window into a larger plane.
Plane cut_out(const Plane& world, int left, int top, Size size) {
  Plane plane(size);
  for (int y = 0; y < size.height; ++y) {
    std::copy_n(world.row(y + top) + left, size.width, plane.row(y));
  }
  return plane;
}

TEST(WarpedChanges, VanishAlongTheMotionAndStayOffOtherwise) {
  ThreadPool pool(2);
  const GridGeometry grid = grid_over(kSize, kCell);
  const Plane world = sequence_plane({80, 60}, 5);
  const Plane before = cut_out(world, 8, 8, kSize);
  const Plane now = cut_out(world, 11, 6, kSize);  // content went 3 left and 2 down
  const Plane still = sequence_plane(kSize, 6);
  FlowField flow{std::vector<FlowVector>(24, FlowVector{3 * kFlowUnit, -2 * kFlowUnit}),
                 std::vector<std::uint8_t>(24, 1)};
  const WarpedPixels all = warped_changes({before, now}, {still, still}, flow, grid, pool);
  EXPECT_EQ(all.source_change, 0);
  EXPECT_GT(*mosaic_flicker(all), 40.0);       // unrelated random pixels differ by 85 on average
  EXPECT_EQ(all.pixels, (60 - 3) * (40 - 2));  // the rest came from outside
  flow.trusted.assign(24, 0);
  flow.trusted[8] = 1;
  EXPECT_EQ(warped_changes({before, now}, {still, still}, flow, grid, pool).pixels, 100);
}

TEST(WarpedChanges, InterpolateExactlyBetweenPixels) {
  ThreadPool pool(1);
  const Size size{20, 20};
  Plane ramp(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) ramp.row(y)[x] = static_cast<u8>(4 * x + 8 * y);
  }
  // At (-3/16, 5/16) px the ramp is lower by 4 * 3/16 and higher by 8 * 5/16: 1.75 in all.
  const FlowField flow{{FlowVector{-3, 5}}, {1}};
  const GridGeometry grid = grid_over(size, 20);
  for (const Isa isa : supported_isas()) {
    const WarpedPixels w = warped_changes({ramp, ramp}, {ramp, ramp}, flow, grid, pool, isa);
    EXPECT_EQ(w.pixels, 19 * 19) << isa_name(isa);
    EXPECT_EQ(w.mosaic_change, 19 * 19 * 448) << isa_name(isa);
  }
}

TEST(WarpedChanges, NothingIsLeftWhenEverythingCameFromOutside) {
  ThreadPool pool(1);
  const Plane plane = sequence_plane(kSize, 7);
  for (const FlowVector vector : {FlowVector{60 * 16, 0}, FlowVector{-60 * 16, 0},
                                  FlowVector{0, 40 * 16}, FlowVector{1 << 20, -(1 << 20)}}) {
    const FlowField flow{std::vector<FlowVector>(24, vector), std::vector<std::uint8_t>(24, 1)};
    const WarpedPixels w =
        warped_changes({plane, plane}, {plane, plane}, flow, grid_over(kSize, kCell), pool);
    EXPECT_EQ(w.pixels, 0);
    EXPECT_FALSE(mosaic_flicker(w).has_value());
  }
}

TEST(PixelChanges, AreTheLargestOfThreeForEveryInstructionSet) {
  ThreadPool pool(2);
  const Size size{133, 17};
  const RgbImage a = sequence_picture(size, 21);
  const RgbImage b = sequence_picture(size, 22);
  for (const Isa isa : supported_isas()) {
    Plane changes;
    pixel_changes({a, b}, changes, pool, isa);
    for (std::size_t i = 0; i < size.area(); ++i) {
      const int expected = std::max({std::abs(a.r.pixels[i] - b.r.pixels[i]),
                                     std::abs(a.g.pixels[i] - b.g.pixels[i]),
                                     std::abs(a.b.pixels[i] - b.b.pixels[i])});
      ASSERT_EQ(changes.pixels[i], expected) << isa_name(isa) << " at " << i;
    }
  }
}

TEST(ClipMeter, SeesAMosaicOfTheRightColoursAsEqualFromAfar) {
  // Every cell of the mosaic is a checkerboard whose mean is the source's colour.
  ThreadPool pool(2);
  RgbImage source = flat_picture({120, 90}, 90, 110, 130);
  RgbImage mosaic = source;
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 120; ++x) {
      const int offset = (x + y) % 2 != 0 ? 30 : -30;
      mosaic.r.row(y)[x] = static_cast<u8>(90 + offset);
      mosaic.g.row(y)[x] = static_cast<u8>(110 + offset);
      mosaic.b.row(y)[x] = static_cast<u8>(130 + offset);
    }
  }
  ClipMeter meter(source.size(), grid_over(source.size(), 12), pool);
  const FrameMeasures m = meter.add(source, mosaic);
  EXPECT_EQ(m.at_3x3->ciede2000, 0.0);
  EXPECT_EQ(m.at_1x1->ciede2000, 0.0);
  EXPECT_EQ(*m.at_3x3->ssim, 1.0);
  EXPECT_EQ(*m.at_1x1->ssim, 1.0);
  EXPECT_EQ(m.mse_rgb, 900.0);
  EXPECT_EQ(m.mse_grey, 900.0);
  EXPECT_LT(m.ssim, 0.1);
}

TEST(ClipMeter, WithoutAGridLeavesTheCellsOut) {
  ThreadPool pool(1);
  ClipMeter meter(kSize, std::nullopt, pool);
  for (int t = 0; t < 2; ++t) {
    RgbImage source = sequence_picture(kSize, 1);
    RgbImage mosaic = sequence_picture(kSize, 2);
    const FrameMeasures m = meter.add(source, mosaic);
    EXPECT_FALSE(m.at_3x3 || m.at_1x1 || m.cells || m.warped);
    EXPECT_EQ(m.still.has_value(), t == 1);
  }
}

}  // namespace
}  // namespace mosaic::metrics
