#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "mosaic/error.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic {
namespace {

std::string text(Size input, double aspect, const GridRequest& request, const GridGeometry& g) {
  const auto opt = [](const std::optional<int>& v) { return v ? std::to_string(*v) : "-"; };
  return "input " + std::to_string(input.width) + "x" + std::to_string(input.height) + " sar " +
         std::to_string(aspect) + " tile " + opt(request.tile_size_px) + " cells " +
         opt(request.cells) + " grid " +
         (request.grid
              ? std::to_string(request.grid->width) + "x" + std::to_string(request.grid->height)
              : "-") +
         " scale " + std::to_string(request.scale) + " -> tile " + std::to_string(g.tile_size_px) +
         " grid " + std::to_string(g.columns) + "x" + std::to_string(g.rows) + " crop " +
         std::to_string(g.crop_px.x) + "," + std::to_string(g.crop_px.y) + " " +
         std::to_string(g.crop_px.width) + "x" + std::to_string(g.crop_px.height);
}

/// What every plan must satisfy, whatever was asked.
void expect_sound(Size input, double aspect, const GridRequest& request, const GridGeometry& g) {
  SCOPED_TRACE(text(input, aspect, request, g));
  ASSERT_GE(g.columns, 1);
  ASSERT_GE(g.rows, 1);
  ASSERT_GE(g.tile_size_px, 1);
  EXPECT_EQ(g.output_size().width % 2, 0);
  EXPECT_EQ(g.output_size().height % 2, 0);
  EXPECT_LE(g.output_size().width, 16384);
  EXPECT_LE(g.output_size().height, 16384);
  EXPECT_GE(g.crop_px.x, 0);
  EXPECT_GE(g.crop_px.y, 0);
  EXPECT_GE(g.crop_px.width, 1);
  EXPECT_GE(g.crop_px.height, 1);
  EXPECT_LE(g.crop_px.x + g.crop_px.width, input.width);
  EXPECT_LE(g.crop_px.y + g.crop_px.height, input.height);
  // Centred to within a pixel.
  EXPECT_LE(std::abs(input.width - g.crop_px.width - 2 * g.crop_px.x), 1);
  EXPECT_LE(std::abs(input.height - g.crop_px.height - 2 * g.crop_px.y), 1);
  // Not distorted: the crop that has exactly the output's shape differs by at most one input pixel
  // in width or in height.
  const double shape = static_cast<double>(g.output_size().width) / g.output_size().height;
  const double wanted_width = g.crop_px.height * shape / aspect;
  const double wanted_height = g.crop_px.width * aspect / shape;
  EXPECT_TRUE(std::abs(wanted_width - g.crop_px.width) <= 1.0 ||
              std::abs(wanted_height - g.crop_px.height) <= 1.0)
      << "wanted " << wanted_width << " or " << wanted_height;
  if (request.tile_size_px) {
    EXPECT_EQ(g.tile_size_px, *request.tile_size_px);
  }
  if (request.grid) {
    EXPECT_EQ((Size{g.columns, g.rows}), *request.grid);
  }
}

GridGeometry plan(Size input, const GridRequest& request, double aspect = 1.0) {
  const GridGeometry g = plan_geometry(input, aspect, request);
  expect_sound(input, aspect, request, g);
  return g;
}

std::string refusal(Size input, const GridRequest& request, double aspect = 1.0) {
  try {
    const GridGeometry g = plan_geometry(input, aspect, request);
    ADD_FAILURE() << "accepted: " << text(input, aspect, request, g);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

GridRequest tile(int size_px) {
  GridRequest request;
  request.tile_size_px = size_px;
  return request;
}

GridRequest cells(int count) {
  GridRequest request;
  request.cells = count;
  return request;
}

GridRequest scale(double factor) {
  GridRequest request;
  request.scale = factor;
  return request;
}

TEST(Geometry, CropsWithoutResamplingWhenLittleIsLost) {
  const GridGeometry g = plan({854, 480}, tile(16));
  EXPECT_EQ((Size{g.columns, g.rows}), (Size{53, 30}));
  EXPECT_EQ(g.crop_px, (Rect{3, 0, 848, 480}));
  EXPECT_FALSE(g.needs_resize());
}

TEST(Geometry, ResizesWhenACropWouldLoseMuch) {
  // Whole tiles alone would be 810x432: a tenth of the height gone.
  const GridGeometry g = plan({854, 480}, tile(54));
  EXPECT_EQ(g.output_size(), (Size{864, 486}));
  EXPECT_GE(g.crop_px.width, 853);
  EXPECT_GE(g.crop_px.height, 479);
}

TEST(Geometry, GridAndTileSizeSetTheOutputSize) {
  GridRequest request = tile(54);
  request.grid = Size{35, 20};
  const GridGeometry g = plan({854, 480}, request);
  EXPECT_EQ(g.output_size(), (Size{1890, 1080}));
  EXPECT_EQ(g.crop_px, (Rect{7, 0, 840, 480}));
}

TEST(Geometry, GridAloneFitsTheFrame) {
  GridRequest request;
  request.grid = Size{35, 20};
  const GridGeometry g = plan({854, 480}, request);
  EXPECT_EQ(g.tile_size_px, 24);
  request.scale = 2.0;
  EXPECT_EQ(plan({854, 480}, request).tile_size_px, 48);
}

TEST(Geometry, OddGridGetsEvenTiles) {
  GridRequest request;
  request.grid = Size{33, 19};
  EXPECT_EQ(plan({33 * 25, 19 * 25}, request).tile_size_px, 24);
}

TEST(Geometry, ScaleEnlargesTheOutputNotTheCrop) {
  GridRequest request = tile(32);
  request.scale = 2.0;
  const GridGeometry g = plan({854, 480}, request);
  EXPECT_EQ(g.output_size(), (Size{1696, 960}));
  EXPECT_EQ(g.crop_px, (Rect{3, 0, 848, 480}));
}

TEST(Geometry, NonSquarePixelsAreShownSquare) {
  // PAL widescreen: 720x576 stored, 1024x576 shown.
  const GridGeometry g = plan({720, 576}, tile(16), 64.0 / 45.0);
  EXPECT_EQ(g.output_size(), (Size{1024, 576}));
  EXPECT_EQ(g.crop_px, (Rect{0, 0, 720, 576}));
  // Tall pixels enlarge the height, so that no sample is thrown away.
  const GridGeometry tall = plan({1440, 540}, tile(20), 0.5);
  EXPECT_EQ(tall.output_size(), (Size{1440, 1080}));
}

TEST(Geometry, UnknownSampleAspectMeansSquare) {
  const GridGeometry square = plan_geometry({640, 480}, 1.0, tile(16));
  for (const double unknown : {0.0, -1.0, std::nan("")}) {
    const GridGeometry g = plan_geometry({640, 480}, unknown, tile(16));
    EXPECT_EQ(g.crop_px, square.crop_px);
    EXPECT_EQ(g.output_size(), square.output_size());
  }
}

TEST(Geometry, DefaultGivesAboutTwoThousandCells) {
  for (const Size input : {Size{854, 480}, Size{1280, 720}, Size{1920, 1080}, Size{3840, 2160},
                           Size{1080, 1920}, Size{640, 640}}) {
    const GridGeometry g = plan(input, {});
    EXPECT_GE(g.cells(), 1700) << g.tile_size_px;
    EXPECT_LE(g.cells(), 2600) << g.tile_size_px;
    EXPECT_EQ(g.tile_size_px % (g.tile_size_px >= 16 ? 4 : 2), 0);
  }
  EXPECT_EQ(plan({1920, 1080}, {}).tile_size_px, 32);
  // Scaling keeps the number of cells and enlarges the tiles.
  EXPECT_EQ(plan({1920, 1080}, scale(2.0)).tile_size_px, 64);
}

TEST(Geometry, SmallPicturesGetSmallTiles) {
  EXPECT_EQ(plan({64, 48}, {}).tile_size_px, 8);
  EXPECT_EQ(plan({5, 5}, {}).tile_size_px, 4);
  EXPECT_EQ(plan({2, 2}, {}).tile_size_px, 2);
  EXPECT_NE(refusal({1, 1}, {}).find("too small"), std::string::npos);
}

TEST(Geometry, CellsAreMetClosely) {
  for (const int count : {100, 500, 1000, 2040, 5000, 20000}) {
    const GridGeometry g = plan({1920, 1080}, cells(count));
    EXPECT_GT(g.cells(), count * 0.8) << count;
    EXPECT_LT(g.cells(), count * 1.25) << count;
  }
  GridRequest both = cells(510);
  both.tile_size_px = 50;
  const GridGeometry g = plan({1920, 1080}, both);
  EXPECT_EQ(g.tile_size_px, 50);
  EXPECT_NEAR(g.cells(), 510, 30);
}

TEST(Geometry, ContradictionsAreRefused) {
  GridRequest both;
  both.grid = Size{10, 10};
  both.cells = 100;
  EXPECT_NE(refusal({640, 480}, both).find("--cells"), std::string::npos);
  GridRequest scaled = tile(10);
  scaled.grid = Size{10, 10};
  scaled.scale = 2.0;
  EXPECT_NE(refusal({640, 480}, scaled).find("--scale"), std::string::npos);
  GridRequest odd = tile(15);
  odd.grid = Size{33, 20};
  EXPECT_NE(refusal({640, 480}, odd).find("even"), std::string::npos);
}

TEST(Geometry, AbsurdSizesAreRefused) {
  EXPECT_NE(refusal({640, 480}, tile(481)).find("larger than"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, tile(0)).find("--tile-size"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, tile(-8)).find("--tile-size"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, cells(0)).find("--cells"), std::string::npos);
  EXPECT_THROW(plan_geometry({40000, 480}, 1.0, {}), InputError) << "a picture nobody enlarged";
  EXPECT_NE(refusal({640, 480}, scale(100.0)).find("16384"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, scale(1e300)).find("16384"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, scale(0.0)).find("--scale"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, scale(-1.0)).find("--scale"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, scale(std::nan(""))).find("--scale"), std::string::npos);
  EXPECT_NE(refusal({640, 480}, scale(1e-9)).find("one pixel"), std::string::npos);
  GridRequest huge = tile(1000);
  huge.grid = Size{17, 10};
  EXPECT_NE(refusal({640, 480}, huge).find("17000x10000"), std::string::npos);
  GridRequest many;
  many.grid = Size{1000, 1000};
  EXPECT_FALSE(refusal({16000, 16000}, many).empty());
  EXPECT_NE(refusal({64, 64}, many).find("does not fit"), std::string::npos);
  EXPECT_NE(refusal({0, 480}, tile(8)).find("0x480"), std::string::npos);
}

TEST(Geometry, EveryTileSizeThatFitsIsSound) {
  for (const Size input : {Size{854, 480}, Size{321, 181}, Size{67, 67}, Size{176, 144}}) {
    for (int size_px = 1; size_px <= std::min(input.width, input.height); ++size_px) {
      const GridGeometry g = plan(input, tile(size_px));
      if (::testing::Test::HasFatalFailure()) return;
      // Never more than a tile or two away from the size asked for.
      EXPECT_LE(std::abs(g.output_size().width - input.width), 2 * size_px);
      EXPECT_LE(std::abs(g.output_size().height - input.height), 2 * size_px);
    }
  }
}

TEST(Geometry, RandomRequestsAreSoundOrRefused) {
  constexpr unsigned kSeed = 20240611;
  std::mt19937 random(kSeed);
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  int planned = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Size input{draw(1, 4096), draw(1, 2304)};
    const double aspect = draw(0, 1) == 0 ? 1.0 : draw(1, 40) / 20.0;
    GridRequest request;
    if (draw(0, 2) == 0) request.tile_size_px = draw(1, 200);
    if (draw(0, 3) == 0) request.grid = Size{draw(1, 200), draw(1, 200)};
    if (draw(0, 3) == 0) request.cells = draw(1, 20'000);
    if (draw(0, 2) == 0) request.scale = draw(1, 64) / 16.0;
    try {
      const GridGeometry g = plan_geometry(input, aspect, request);
      expect_sound(input, aspect, request, g);
      ++planned;
    } catch (const Error& error) {
      EXPECT_FALSE(std::string(error.what()).empty());
    }
    if (::testing::Test::HasFailure()) {
      FAIL() << "seed " << kSeed << " round " << round;
    }
  }
  EXPECT_GT(planned, 10'000) << "the test refuses too much to mean anything";
}

TEST(Geometry, ParsesGrids) {
  EXPECT_EQ(parse_grid("35x20", "--grid"), (Size{35, 20}));
  EXPECT_EQ(parse_grid("1X2", "--grid"), (Size{1, 2}));
  for (const char* bad : {"", "x", "35", "35x", "x20", "35x20x1", "-3x4", "3 x4", "3x4 ", "0x5",
                          "5x0", "99999999999x2", "20000x2", "3.5x2", "+3x2"}) {
    try {
      parse_grid(bad, "--grid");
      ADD_FAILURE() << "accepted \"" << bad << "\"";
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find("--grid"), std::string::npos) << bad;
    }
  }
}

}  // namespace
}  // namespace mosaic
