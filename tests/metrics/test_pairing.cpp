// Which part of the source is compared, and where the cells lie.
#include <gtest/gtest.h>

#include "metrics/pairing.hpp"
#include "mosaic/error.hpp"

namespace mosaic::metrics {
namespace {

TEST(CoverCrop, IsWhatAGridOfThatSizeShows) {
  const struct {
    Size picture;
    double aspect;
    Size grid;
    int cell_px;
  } cases[] = {{{854, 480}, 1.0, {35, 20}, 54},
               {{1920, 1080}, 1.0, {20, 20}, 16},
               {{720, 576}, 16.0 / 11.0, {32, 18}, 30},
               {{720, 480}, 8.0 / 9.0, {40, 30}, 16},
               {{333, 777}, 1.0, {12, 10}, 8}};
  for (const auto& c : cases) {
    GridRequest request;
    request.grid = c.grid;
    request.tile_size_px = c.cell_px;
    const GridGeometry geometry = plan_geometry(c.picture, c.aspect, request);
    EXPECT_EQ(cover_crop(c.picture, c.aspect, geometry.output_size()), geometry.crop_px)
        << c.picture.width << "x" << c.picture.height;
  }
}

TEST(ShownPart, IsThePlainCropOfARenderAtScaleOne) {
  SourceInfo info;
  info.size = {1000, 700};
  GridRequest request;
  request.tile_size_px = 24;
  const GridGeometry geometry = plan_geometry(info.size, 1.0, request);
  ASSERT_FALSE(geometry.needs_resize());
  EXPECT_EQ(shown_part(info, geometry.output_size(), 24, nullptr), geometry.crop_px);
  // Without the cell size the whole shape is taken to be shown.
  EXPECT_NE(shown_part(info, geometry.output_size(), std::nullopt, nullptr), geometry.crop_px);
}

TEST(ShownPart, OfAPlanThatDoesNotFitIsRefused) {
  SourceInfo info;
  info.size = {100, 80};
  GridGeometry plan;
  plan.columns = 10;
  plan.rows = 8;
  plan.tile_size_px = 16;
  plan.crop_px = {0, 0, 100, 80};
  EXPECT_EQ(shown_part(info, {160, 128}, 16, &plan), plan.crop_px);
  EXPECT_THROW(shown_part(info, {160, 112}, 16, &plan), InputError);
  plan.crop_px = {1, 0, 100, 80};
  EXPECT_THROW(shown_part(info, {160, 128}, 16, &plan), InputError);
}

TEST(GridOver, RefusesCellsThatCannotBeSeen) {
  EXPECT_EQ(grid_over({100, 50}, 16).columns, 6);
  EXPECT_EQ(grid_over({100, 50}, 16).rows, 3);
  EXPECT_THROW(grid_over({100, 50}, 2), UsageError);
  EXPECT_THROW(grid_over({100, 50}, 51), UsageError);
  EXPECT_THROW(grid_over({100, 50}, -7), UsageError);
}

}  // namespace
}  // namespace mosaic::metrics
