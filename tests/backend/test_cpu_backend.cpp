#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/backend_case.hpp"
#include "backend/cost_math.hpp"
#include "backend/cpu/base_costs.hpp"
#include "backend/cpu/cpu_backend.hpp"
#include "backend/cpu/describe.hpp"
#include "backend/cpu/ssim.hpp"
#include "backend/ssim_math.hpp"
#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

TEST(CpuBackend, DescribesTheCanvasCellByCell) {
  const GridGeometry geometry = plain_grid(9, 5, 3);
  const FakeLibrary library(4, 1, 3, 9, 1);
  ThreadPool pool(2);
  const auto backend = make_cpu_backend({library, geometry, match(3, 0, 2), {}, pool});
  const RgbImage frame = random_rgb(geometry.output_size(), 2);
  CellDescriptions cells;
  backend->describe(frame, cells);
  EXPECT_EQ(cells.luma.pixels, luma_of(frame, pool).pixels);
  for (int cell = 0; cell < geometry.cells(); ++cell) {
    const int x = cell % 5 * 9;
    const int y = cell / 5 * 9;
    std::uint8_t features[36];
    ColorSums sums;
    cpu::describe_square(
        {frame.r.row(y) + x, frame.g.row(y) + x, frame.b.row(y) + x, cells.luma.row(y) + x, 45, 9},
        3, features, sums);
    const auto i = static_cast<std::size_t>(cell);
    EXPECT_TRUE(std::equal(features, features + 36, cells.features.begin() + cell * 36));
    EXPECT_EQ(cells.color_sums[i], sums);
    EXPECT_EQ(cells.saliency[i], cpu::saliency_of_square(cells.luma.row(y) + x, 45, 9));
  }
}

TEST(CpuBackend, CropsAndResizesEveryKindOfPicture) {
  const FakeLibrary library(4, 1, 2, 8, 1);
  ThreadPool pool(2);
  for (const bool enlarge : {false, true}) {
    // from 71 x 53 with a crop at odd offsets
    const GridGeometry geometry =
        enlarge ? grid(8, 10, 8, Rect{3, 5, 65, 52 - 5}) : grid(8, 4, 3, Rect{3, 5, 64, 48});
    ASSERT_TRUE(geometry.needs_resize());
    const auto backend = make_cpu_backend({library, geometry, match(2, 0, 2), {}, pool});
    const RgbImage frame = random_rgb(Size{71, 53}, 3);
    CellDescriptions cells;
    backend->describe(frame, cells);
    const RgbImage canvas = resize(frame, geometry.crop_px, geometry.output_size(), pool);
    EXPECT_EQ(cells.luma.pixels, luma_of(canvas, pool).pixels);

    YuvImage yuv(Size{71, 53});
    rgb_to_yuv(frame, yuv, pool);
    backend->describe(yuv, cells);
    RgbImage converted;
    yuv_to_rgb(yuv, Rect{0, 0, 71, 53}, converted, pool);
    const RgbImage yuv_canvas = resize(converted, geometry.crop_px, geometry.output_size(), pool);
    EXPECT_EQ(cells.luma.pixels, luma_of(yuv_canvas, pool).pixels);
  }
}

TEST(CpuBackend, ConvertsAFrameThatOnlyNeedsCropping) {
  const FakeLibrary library(4, 1, 2, 8, 1);
  const GridGeometry geometry = grid(8, 6, 4, Rect{3, 1, 48, 32});
  ThreadPool pool(2);
  const auto backend = make_cpu_backend({library, geometry, match(2, 0, 2), {}, pool});
  const RgbImage frame = random_rgb(Size{55, 40}, 4);
  YuvImage yuv(frame.size());
  rgb_to_yuv(frame, yuv, pool);
  CellDescriptions cells;
  backend->describe(yuv, cells);
  RgbImage canvas;
  yuv_to_rgb(yuv, geometry.crop_px, canvas, pool);
  EXPECT_EQ(cells.luma.pixels, luma_of(canvas, pool).pixels);
  backend->describe(frame, cells);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 48; ++x) {
      ASSERT_EQ(cells.luma.row(y)[x], luma_of(frame, pool).row(y + 1)[x + 3]);
    }
  }
}

TEST(CpuBackend, ListsHoldTheBaseCostsAndCandidatesTheirSsim) {
  Case c(90, 2, 16, match(4, 50.0, 8));
  const CellDescriptions cells = c.described(5);
  std::vector<std::int32_t> carried = c.nothing_carried();
  for (std::size_t i = 0; i < carried.size(); i += 2) carried[i] = static_cast<std::int32_t>(7 * i);
  const CellScores scores = c.scored(carried);
  const CostScale scale = cost_scale(c.settings);
  const cpu::BaseCosts base(c.library, scale, SimdChoice::plain);
  ASSERT_EQ(scores.list_length, 64);
  ASSERT_EQ(scores.candidates, 8);
  std::vector<std::int32_t> row(static_cast<std::size_t>(c.library.tiles()));
  cpu::SsimScorer scorer(16, Isa::plain);
  for (int cell = 0; cell < c.geometry.cells(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    base.row(cells.features.data() + i * 57, cells.saliency[i], row);
    std::vector<std::pair<std::int32_t, std::int32_t>> keys;
    for (std::int32_t tile = 0; tile < c.library.tiles(); ++tile) {
      keys.emplace_back(row[static_cast<std::size_t>(tile)], tile);
    }
    std::ranges::sort(keys);
    for (std::size_t l = 0; l < 64; ++l) {
      ASSERT_EQ(scores.list_tile[i * 64 + l], keys[l].second);
      ASSERT_EQ(scores.list_base[i * 64 + l], keys[l].first);
    }
    ASSERT_EQ(scores.list_bound[i], keys[64].first);

    scorer.set_cell(cells.luma.row(cell / 6 * 16) + cell % 6 * 16, cells.luma.size.width);
    const auto dissimilarity = [&](std::int32_t tile) {
      if (tile == kNoTile) return scale.ssim_unit;
      const auto at = static_cast<std::size_t>(tile) * 256;
      return dissimilarity_from_sum(scale.ssim_unit, scorer.score(&c.library.luma()[at]), 100);
    };
    for (std::size_t k = 0; k < 8; ++k) {
      const std::int32_t tile = scores.candidate_tile[i * 8 + k];
      ASSERT_NE(tile, kNoTile);
      ASSERT_EQ(scores.dissimilarity[i * 9 + k], dissimilarity(tile));
      for (std::size_t other = 0; other < k; ++other) {
        ASSERT_NE(scores.candidate_tile[i * 8 + other] / 2, tile / 2) << "two of one photo";
      }
    }
    ASSERT_EQ(scores.dissimilarity[i * 9 + 8], dissimilarity(carried[i]));
  }
}

TEST(CpuBackend, PricesChangeTheOrderButNotTheBaseCosts) {
  Case c(200, 1, 8, match(3, 10.0, 4));
  c.described(6);
  const CellScores free = c.scored(c.nothing_carried());
  std::vector<std::int32_t> prices(200, 0);
  const std::int32_t dear = free.list_tile[0];
  prices[static_cast<std::size_t>(dear)] = -(1 << 27);
  CellScores scores;
  c.backend->score({prices, c.nothing_carried(), {}}, scores);
  EXPECT_EQ(std::ranges::find(scores.list_tile, dear), scores.list_tile.end());
  EXPECT_EQ(scores.list_tile[0], free.list_tile[1]);
  EXPECT_EQ(scores.list_base[0], free.list_base[1]);
}

/// The first thresholds of lists come from the frame before, of whatever picture and prices.
TEST(CpuBackend, ListsDoNotDependOnTheFrameBefore) {
  Case frames(300, 1, 9, match(3, 0, 2));
  const std::vector<std::int32_t> nobody = frames.nothing_carried();
  const auto scored_at = [&](Case& one, std::int32_t price) {
    std::vector<std::int32_t> prices(300, 0);
    for (std::size_t i = 0; i < prices.size(); i += 2) prices[i] = price;
    CellScores scores;
    one.backend->score({prices, nobody, {}}, scores);
    return scores;
  };
  int step = 0;
  for (const std::int32_t price : {0, -1'000'000, 0, 0, -2'000'000, -30'000, -30'000}) {
    Case afresh(300, 1, 9, match(3, 0, 2));
    (void)frames.described(static_cast<unsigned>(70 + step % 3));
    (void)afresh.described(static_cast<unsigned>(70 + step % 3));
    const CellScores got = scored_at(frames, price);
    const CellScores want = scored_at(afresh, price);
    EXPECT_EQ(got.list_tile, want.list_tile) << step;
    EXPECT_EQ(got.list_base, want.list_base) << step;
    EXPECT_EQ(got.list_bound, want.list_bound) << step;
    ++step;
  }
}

TEST(CpuBackend, KeptCandidatesAreScoredAsGiven) {
  Case c(90, 1, 16, match(4, 50.0, 3));
  c.described(7);
  const CellScores fresh = c.scored(c.nothing_carried());
  std::vector<std::int32_t> kept(static_cast<std::size_t>(c.geometry.cells()) * 3, kNoTile);
  kept[0] = 80;
  kept[1] = 3;  // then padding
  kept[4] = 9;  // no first entry: the cell is fresh
  const CellScores scores = c.scored(c.nothing_carried(), kept);
  EXPECT_EQ(scores.candidate_tile[0], 80);
  EXPECT_EQ(scores.candidate_tile[1], 3);
  EXPECT_EQ(scores.candidate_tile[2], kNoTile);
  EXPECT_EQ(scores.dissimilarity[2], cost_scale(c.settings).ssim_unit);
  EXPECT_LT(scores.dissimilarity[0], cost_scale(c.settings).ssim_unit);
  EXPECT_TRUE(std::equal(fresh.candidate_tile.begin() + 3, fresh.candidate_tile.end(),
                         scores.candidate_tile.begin() + 3));
}

TEST(CpuBackend, WithoutSsimNothingIsDissimilar) {
  Case c(90, 1, 16, match(4, 0.0, 3));
  c.described(8);
  const CellScores scores = c.scored(c.nothing_carried());
  EXPECT_TRUE(std::ranges::all_of(scores.dissimilarity, [](std::int32_t r) { return r == 0; }));
  EXPECT_EQ(scores.dissimilarity.size(), static_cast<std::size_t>(c.geometry.cells()) * 4);
}

TEST(CpuBackend, TilesSmallerThanAWindowCountAsWhollyDissimilar) {
  Case c(30, 1, 6, match(2, 20.0, 3));
  c.described(9);
  const CellScores scores = c.scored(c.nothing_carried());
  EXPECT_EQ(scores.list_length, 30);
  EXPECT_TRUE(std::ranges::all_of(scores.dissimilarity, [](std::int32_t r) { return r == 240; }));
  EXPECT_TRUE(
      std::ranges::all_of(scores.list_bound, [](std::int32_t b) { return b == 0x7fffffff; }));
}

TEST(CpuBackend, TheTileThatIsTheCellIsFirstAndExactlySimilar) {
  // The frame is made of the library's own tiles.
  const FakeLibrary library(40, 1, 5, 16, 10);
  const GridGeometry geometry = plain_grid(16, 8, 5);
  ThreadPool pool(1);
  const auto backend = make_cpu_backend({library, geometry, match(5, 10, 2), {}, pool});
  std::vector<std::int32_t> tiles(40);
  for (std::int32_t i = 0; i < 40; ++i) tiles[static_cast<std::size_t>(i)] = (i * 7) % 40;
  const std::vector<CellLook> looks(40);
  CellDescriptions cells;
  backend->describe(random_rgb(geometry.output_size(), 11), cells);
  RgbImage mosaic;
  backend->compose({tiles, looks}, mosaic);
  for (int cell = 0; cell < 40; ++cell) {
    const int x = cell % 8 * 16;
    const int y = cell / 8 * 16;
    for (int row = 0; row < 16; ++row) {
      const auto at = static_cast<std::size_t>(tiles[static_cast<std::size_t>(cell)]) * 768 +
                      static_cast<std::size_t>(row) * 16;
      ASSERT_TRUE(
          std::equal(&library.rgb()[at], &library.rgb()[at] + 16, mosaic.r.row(y + row) + x));
    }
  }
  YuvImage yuv(geometry.output_size());
  backend->compose({tiles, looks}, yuv);
  YuvImage want(geometry.output_size());
  rgb_to_yuv(mosaic, want, pool);
  EXPECT_EQ(yuv.y.pixels, want.y.pixels);
  EXPECT_EQ(yuv.u.pixels, want.u.pixels);
  EXPECT_EQ(yuv.v.pixels, want.v.pixels);
}

TEST(CpuBackend, BlendsWithTheFrameLastDescribed) {
  Case c(20, 1, 8, match(2, 0, 1));
  const RgbImage frame = random_rgb(c.geometry.output_size(), 12);
  CellDescriptions cells;
  c.backend->describe(frame, cells);
  const auto count = static_cast<std::size_t>(c.geometry.cells());
  CellLook look;
  look.blend = 256;
  RgbImage out;
  c.backend->compose({std::vector<std::int32_t>(count, 3), std::vector<CellLook>(count, look)},
                     out);
  EXPECT_EQ(out.r.pixels, frame.r.pixels);
  EXPECT_EQ(out.g.pixels, frame.g.pixels);
  EXPECT_EQ(out.b.pixels, frame.b.pixels);
}

TEST(CpuBackend, RefusesWhatDoesNotFitTogether) {
  const FakeLibrary library(10, 1, 2, 8, 1);
  ThreadPool pool(1);
  EXPECT_THROW(make_cpu_backend({library, plain_grid(9, 2, 2), match(2, 0, 1), {}, pool}), Error);
  EXPECT_THROW(make_cpu_backend({library, plain_grid(8, 2, 2), match(3, 0, 1), {}, pool}), Error);
  EXPECT_THROW(make_cpu_backend({library, plain_grid(8, 0, 2), match(2, 0, 1), {}, pool}), Error);
  const auto backend = make_cpu_backend({library, plain_grid(8, 2, 2), match(2, 0, 1), {}, pool});
  const std::vector<std::int32_t> prices(10);
  const std::vector<std::int32_t> carried(4, kNoTile);
  CellScores scores;
  EXPECT_THROW(backend->score({prices, carried, {}}, scores), Error) << "nothing described";
  CellDescriptions cells;
  backend->describe(RgbImage(Size{16, 16}), cells);
  EXPECT_NO_THROW(backend->score({prices, carried, {}}, scores));
  EXPECT_THROW(backend->score({std::span(prices).first(9), carried, {}}, scores), Error);
  EXPECT_THROW(backend->score({prices, std::span(carried).first(3), {}}, scores), Error);
  EXPECT_THROW(backend->score({prices, carried, std::span(carried).first(3)}, scores), Error);
  RgbImage out;
  const std::vector<CellLook> looks(4);
  EXPECT_THROW(backend->compose({carried, looks}, out), Error) << "kNoTile cannot be drawn";
}

}  // namespace
}  // namespace mosaic
