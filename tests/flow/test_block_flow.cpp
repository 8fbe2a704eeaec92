#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/isa.hpp"
#include "flow/block_decide.hpp"
#include "flow/block_layout.hpp"
#include "flow/flow.hpp"
#include "mosaic/error.hpp"
#include "support/motion_clips.hpp"

namespace mosaic {
namespace {

using testing::ClipSpec;
using testing::MotionClip;
using testing::Point;
using Kind = ClipSpec::Kind;

GridGeometry grid_of(Size size, int cell) {
  GridGeometry geometry;
  geometry.tile_size_px = cell;
  geometry.columns = size.width / cell;
  geometry.rows = size.height / cell;
  geometry.crop_px = {0, 0, geometry.columns * cell, geometry.rows * cell};
  return geometry;
}

/// What a field is worth against the truth, over cells whose content was in view before.
struct Score {
  int cells = 0;
  int visible = 0;
  int zero = 0;
  int trusted = 0;        ///< of the visible ones
  int trusted_wrong = 0;  ///< trusted, in view, and off by more than a quarter cell
  double mean_error = 0;  ///< end-point error, px
  double worst_error = 0;
  Point mean{};  ///< vector, px
};

Score score(const MotionClip& clip, int frame, int cell, const FlowField& field) {
  const GridGeometry geometry = grid_of(clip.spec().size, cell);
  Score s;
  s.cells = geometry.cells();
  for (int row = 0; row < geometry.rows; ++row) {
    for (int column = 0; column < geometry.columns; ++column) {
      const std::size_t i = testing::row_major(column, row, geometry.columns);
      const Point at{(column + 0.5) * cell, (row + 0.5) * cell};
      if (field.backward[i] == FlowVector{}) ++s.zero;
      if (!clip.was_visible(frame, at, std::max(8.0, cell / 2.0))) continue;
      const Point truth = clip.backward(frame, at);
      const double dx = field.backward[i].dx / 16.0;
      const double dy = field.backward[i].dy / 16.0;
      const double error = std::hypot(dx - truth.x, dy - truth.y);
      ++s.visible;
      s.mean_error += error;
      s.worst_error = std::max(s.worst_error, error);
      s.mean.x += dx;
      s.mean.y += dy;
      if (field.trusted[i] != 0) {
        ++s.trusted;
        if (error > cell / 4.0) ++s.trusted_wrong;
      }
    }
  }
  s.mean_error /= std::max(1, s.visible);
  s.mean.x /= std::max(1, s.visible);
  s.mean.y /= std::max(1, s.visible);
  return s;
}

FlowField block_flow(const MotionClip& clip, int frame, int cell) {
  ThreadPool pool(1);
  const auto estimator = make_flow_estimator(FlowKind::block, grid_of(clip.spec().size, cell),
                                             SimdChoice::automatic, pool);
  return estimator->estimate(clip.luma(frame - 1), clip.luma(frame));
}

Score measure(const ClipSpec& spec, int cell, int frame = 1) {
  ClipSpec fitted = spec;
  fitted.size = grid_of(spec.size, cell).output_size();
  const MotionClip clip(fitted);
  return score(clip, frame, cell, block_flow(clip, frame, cell));
}

TEST(StillFlow, IsZeroAndTrusted) {
  ThreadPool pool(1);
  const auto estimator =
      make_flow_estimator(FlowKind::none, grid_of({64, 48}, 16), SimdChoice::automatic, pool);
  const FlowField field = estimator->estimate(Plane({64, 48}, 3), Plane({64, 48}, 200));
  EXPECT_EQ(field.backward, std::vector<FlowVector>(12));
  EXPECT_EQ(field.trusted, std::vector<std::uint8_t>(12, 1));
}

TEST(BlockFlow, ARepeatedFrameDoesNotMove) {
  for (const int cell : {4, 6, 16, 24, 32, 64}) {
    const Score s = measure({.kind = Kind::still, .size = {384, 192}}, cell);
    EXPECT_EQ(s.zero, s.cells) << "cell " << cell;
    EXPECT_EQ(s.trusted, s.visible) << "cell " << cell;
  }
}

TEST(BlockFlow, NoiseDoesNotMove) {
  for (const int cell : {4, 5, 8, 16, 32, 64}) {
    for (const double sigma : {1.0, 2.0, 4.0}) {
      for (const std::uint64_t seed : {1, 2}) {
        const Score s =
            measure({.kind = Kind::still, .size = {384, 192}, .seed = seed, .noise = sigma}, cell);
        EXPECT_EQ(s.zero, s.cells) << "cell " << cell << " sigma " << sigma << " seed " << seed;
        EXPECT_EQ(s.trusted, s.visible) << "cell " << cell << " sigma " << sigma;
      }
    }
  }
}

TEST(BlockFlow, FlatAndLetterboxedCellsDoNotMove) {
  // A moving picture between black bars: the bars and a flat grey frame stay put.
  const MotionClip clip({.kind = Kind::pan, .size = {320, 192}, .dx = 5, .dy = 2, .noise = 1});
  ThreadPool pool(1);
  const GridGeometry geometry = grid_of({320, 192}, 16);
  const auto estimator =
      make_flow_estimator(FlowKind::block, geometry, SimdChoice::automatic, pool);
  Plane frames[2] = {clip.luma(0), clip.luma(1)};
  for (Plane& frame : frames) {
    for (int y = 0; y < 192; ++y) {
      if (y < 32 || y >= 160) std::fill_n(frame.row(y), 320, u8{16});
    }
  }
  const FlowField field = estimator->estimate(frames[0], frames[1]);
  for (int column = 0; column < 20; ++column) {
    for (const int row : {0, 1, 10, 11}) {
      const std::size_t i = testing::row_major(column, row, 20);
      EXPECT_EQ(field.backward[i], FlowVector{}) << "row " << row << " column " << column;
      EXPECT_EQ(field.trusted[i], 1);
    }
  }
  Plane flat[2] = {Plane({320, 192}, 90), Plane({320, 192}, 90)};
  testing::TestRandom random(5);
  for (Plane& frame : flat) {
    for (u8& sample : frame.pixels) {
      sample = static_cast<u8>(90 + std::lround(2 * random.normal()));
    }
  }
  EXPECT_EQ(estimator->estimate(flat[0], flat[1]).backward,
            std::vector<FlowVector>(static_cast<std::size_t>(geometry.cells())));
}

struct PanCase {
  double dx;
  double dy;
  int cell;
};

class BlockFlowPan : public ::testing::TestWithParam<PanCase> {};

TEST_P(BlockFlowPan, IsFoundToAFractionOfAPixel) {
  const PanCase pan = GetParam();
  const Score s =
      measure({.kind = Kind::pan, .size = {448, 256}, .dx = pan.dx, .dy = pan.dy}, pan.cell);
  ASSERT_GT(s.visible, 0);
  // Large cells are measured at a half or a quarter of the resolution.
  const double unit = pan.cell < 17 ? 1 : pan.cell < 64 ? 2 : 4;
  EXPECT_LT(s.mean_error, 0.08 * unit);
  EXPECT_LT(std::abs(s.mean.x + pan.dx), 0.03 * unit);
  EXPECT_LT(std::abs(s.mean.y + pan.dy), 0.03 * unit);
  EXPECT_GE(s.trusted, s.visible * 97 / 100);
  EXPECT_EQ(s.trusted_wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Pans, BlockFlowPan,
    ::testing::Values(PanCase{0.3, 0, 16}, PanCase{0.1, 0, 16}, PanCase{0, -0.5, 16},
                      PanCase{0.7, 0.4, 16}, PanCase{1, 0, 16}, PanCase{2.5, -1.25, 16},
                      PanCase{16, 0, 16}, PanCase{-16, 16, 16}, PanCase{24, 0, 16},
                      PanCase{-24, -24, 16}, PanCase{0, 40, 16}, PanCase{0.3, 0, 4},
                      PanCase{4, 4, 4}, PanCase{0.3, 0.3, 5}, PanCase{8, 0, 8}, PanCase{12, 0, 8},
                      PanCase{15, 0, 15}, PanCase{0.3, 0, 32}, PanCase{32, 0, 32},
                      PanCase{48, 0, 32}, PanCase{-24, 12, 24}, PanCase{64, 0, 64},
                      PanCase{0.5, 0, 64}),
    [](const auto& instance) {
      auto name = "x" + std::to_string(std::lround(instance.param.dx * 100)) + "y" +
                  std::to_string(std::lround(instance.param.dy * 100)) + "cell" +
                  std::to_string(instance.param.cell);
      std::ranges::replace(name, '-', 'm');
      return name;
    });

TEST(BlockFlow, NoiseHardlyDisturbsAPan) {
  const Score s =
      measure({.kind = Kind::pan, .size = {448, 256}, .dx = 16, .dy = -8, .noise = 2}, 16);
  EXPECT_LT(s.mean_error, 0.15);
  EXPECT_GE(s.trusted, s.visible * 97 / 100);
  EXPECT_EQ(s.trusted_wrong, 0);
}

TEST(BlockFlow, FollowsZoomAndRotation) {
  const Score zoom = measure({.kind = Kind::zoom, .size = {448, 256}, .rate = 0.01}, 16);
  EXPECT_LT(zoom.mean_error, 0.1);
  EXPECT_GE(zoom.trusted, zoom.visible * 98 / 100);
  const Score out = measure({.kind = Kind::zoom, .size = {448, 256}, .rate = -0.02}, 16);
  EXPECT_LT(out.mean_error, 0.15);
  const Score turn = measure({.kind = Kind::rotate, .size = {448, 256}, .rate = 0.02}, 16);
  EXPECT_LT(turn.mean_error, 0.15);
  EXPECT_GE(turn.trusted, turn.visible * 98 / 100);
}

TEST(BlockFlow, TwoCrossingObjectsMoveAndTheBackgroundDoesNot) {
  const MotionClip clip({.kind = Kind::crossing, .size = {320, 192}, .frames = 30, .dx = 6});
  for (const int frame : {3, 10, 14, 20}) {
    const FlowField field = block_flow(clip, frame, 16);
    const Score s = score(clip, frame, 16, field);
    EXPECT_LT(s.mean_error, 0.3) << "frame " << frame;
    EXPECT_EQ(s.trusted_wrong, 0) << "frame " << frame;
    EXPECT_GE(s.trusted, s.visible * 9 / 10) << "frame " << frame;
  }
}

TEST(BlockFlow, AFadeDoesNotMove) {
  const ClipSpec spec{.kind = Kind::fade, .size = {320, 192}, .frames = 25};
  for (const int frame : {2, 12, 20}) {
    const Score s = measure(spec, 16, frame);
    EXPECT_GE(s.zero, s.cells * 95 / 100) << "frame " << frame;
    EXPECT_LT(s.worst_error, 2) << "frame " << frame;
    EXPECT_EQ(s.trusted_wrong, 0) << "frame " << frame;
  }
}

TEST(BlockFlow, AnotherPictureIsMostlyNotTrusted) {
  const MotionClip clip({.kind = Kind::cut, .size = {320, 192}, .at = 1});
  const FlowField field = block_flow(clip, 1, 16);
  const auto trusted = std::ranges::count(field.trusted, 1);
  EXPECT_LT(trusted, 240 / 5);
}

TEST(BlockFlow, ContentFromOutsideIsNotTrusted) {
  // Everything moves right by two cells: the two leftmost columns show what was not there before.
  const MotionClip clip({.kind = Kind::pan, .size = {320, 192}, .dx = 32});
  const FlowField field = block_flow(clip, 1, 16);
  int trusted = 0;
  for (std::size_t row = 0; row < 12; ++row) {
    trusted += field.trusted[row * 20] + field.trusted[row * 20 + 1];
  }
  EXPECT_LE(trusted, 2);
}

void expect_equal(const FlowField& a, const FlowField& b) {
  EXPECT_EQ(a.backward, b.backward);
  EXPECT_EQ(a.trusted, b.trusted);
}

TEST(BlockFlow, DependsOnTheTwoFramesOnly) {
  // One estimator asked in any order, with the pyramids it kept or not, on any number of threads
  // and with any instruction set: the same field as a fresh one.
  for (const int cell : {5, 16, 33}) {
    const GridGeometry geometry = grid_of({333, 201}, cell);
    const MotionClip fitted(
        {.kind = Kind::rotate, .size = geometry.output_size(), .rate = 0.03, .noise = 1});
    const Plane frames[4] = {fitted.luma(0), fitted.luma(1), fitted.luma(2), fitted.luma(3)};
    ThreadPool one(1);
    ThreadPool three(3);
    const std::pair<int, int> calls[] = {{0, 1}, {1, 2}, {0, 3}, {3, 0}, {0, 0}, {1, 0}, {2, 3}};
    std::vector<FlowField> fresh;
    for (const auto& [from, to] : calls) {
      fresh.push_back(make_flow_estimator(FlowKind::block, geometry, SimdChoice::plain, one)
                          ->estimate(frames[from], frames[to]));
    }
    for (const Isa isa : supported_isas()) {
      const SimdChoice choice = isa == Isa::plain  ? SimdChoice::plain
                                : isa == Isa::avx2 ? SimdChoice::avx2
                                                   : SimdChoice::avx512;
      SCOPED_TRACE(std::string(isa_name(isa)) + ", cell " + std::to_string(cell));
      const auto kept = make_flow_estimator(FlowKind::block, geometry, choice, three);
      for (std::size_t i = 0; i < std::size(calls); ++i) {
        const auto& [from, to] = calls[i];
        SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
        expect_equal(kept->estimate(frames[from], frames[to]), fresh[i]);
      }
    }
  }
}

TEST(BlockFlow, WorksOnTinyCanvases) {
  for (const auto& [size, cell] : {std::pair{Size{4, 4}, 4},
                                   {Size{8, 4}, 4},
                                   {Size{16, 16}, 16},
                                   {Size{34, 34}, 17},
                                   {Size{66, 66}, 33},
                                   {Size{256, 256}, 256},
                                   {Size{6, 2}, 2}}) {
    const MotionClip clip({.kind = Kind::pan, .size = size, .dx = 1});
    const FlowField field = block_flow(clip, 1, cell);
    EXPECT_EQ(field.backward.size(), grid_of(size, cell).cells()) << size.width << " / " << cell;
    EXPECT_EQ(field.trusted.size(), field.backward.size());
  }
}

TEST(BlockFlow, RefusesAFrameOfAnotherSize) {
  ThreadPool pool(1);
  const auto estimator =
      make_flow_estimator(FlowKind::block, grid_of({64, 48}, 16), SimdChoice::automatic, pool);
  EXPECT_THROW(estimator->estimate(Plane({64, 48}), Plane({64, 64})), Error);
  EXPECT_THROW(estimator->estimate(Plane({32, 48}), Plane({32, 48})), Error);
}

TEST(BlockLayout, ReachesAtLeastOneAndAHalfCells) {
  for (int cell = 4; cell <= 256; ++cell) {
    const BlockLayout layout = plan_blocks(grid_of({1920, 1080}, cell));
    const int reach = (layout.coarsest_radius << (layout.levels - 1)) << layout.halvings;
    EXPECT_GE(2 * reach, 3 * cell) << "cell " << cell;
    EXPECT_GE(reach, 24) << "cell " << cell;
    EXPECT_EQ(layout.window % 16, 0);
    EXPECT_LE(layout.window, 64);
  }
}

TEST(BlockFlow, AHintCountsWhereItFitsBetterOnly) {
  const MotionClip clip({.kind = Kind::pan, .size = {320, 192}, .dx = 9, .dy = -5});
  const GridGeometry geometry = grid_of({320, 192}, 16);
  const BlockLayout layout = plan_blocks(geometry);
  ThreadPool pool(1);
  const BlockKernels& kernels = block_kernels(Isa::plain);
  FlowPyramid before;
  FlowPyramid now;
  build_pyramid(clip.luma(0), layout, kernels, pool, before);
  build_pyramid(clip.luma(1), layout, kernels, pool, now);
  const SearchPair pair{layout, kernels, now, before, 0};
  const auto blocks = static_cast<std::size_t>(layout.blocks());
  const std::vector<FlowVector> truth(blocks, FlowVector{-9 * 16, 5 * 16});
  const std::vector<FlowVector> lie(blocks, FlowVector{7 * 16, 7 * 16});
  const std::vector<Step> found = search_blocks(pair, pool);
  const std::vector<Step> nothing(blocks);

  const auto right = [&](const std::vector<Step>& steps, const std::vector<FlowVector>& hints) {
    const BlockMotion motion = decide_motion(pair, steps, pool, hints);
    return std::count(motion.vector.begin(), motion.vector.end(), truth[0]);
  };
  const auto all = right(found, {});
  EXPECT_GT(all, layout.blocks() * 3 / 4);
  EXPECT_EQ(right(found, lie), all);
  EXPECT_EQ(right(nothing, lie), 0);
  EXPECT_GE(right(nothing, truth), all);
}

}  // namespace
}  // namespace mosaic
