// RAFT with the real model, where this build has LibTorch.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "flow/flow.hpp"
#include "flow/module_file.hpp"
#include "flow/raft/model_store.hpp"
#include "flow/raft/raft_flow.hpp"
#include "flow_score.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::ClipSpec;
using testing::FlowScore;
using testing::grid_of;
using testing::MotionClip;
using testing::score_flow;
using Kind = ClipSpec::Kind;

class Raft : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(program_prefix() / "lib" / "mosaic-temporal" / kTorchModuleFile)) {
      GTEST_SKIP() << "this build has no LibTorch";
    }
  }

  static FlowField flow(const MotionClip& clip, const GridGeometry& geometry,
                        const RaftSettings& settings = {}, int threads = 1, int frame = 1) {
    ThreadPool pool(threads);
    RaftFlow raft(geometry, settings, pool);
    return raft.estimate(clip.luma(frame - 1), clip.luma(frame));
  }

  static FlowScore score(const ClipSpec& spec, int cell, const RaftSettings& settings = {}) {
    const MotionClip clip(spec);
    const GridGeometry geometry = grid_of(spec.size, cell);
    const FlowScore result = score_flow(clip, 1, geometry, flow(clip, geometry, settings));
    EXPECT_GT(result.visible, geometry.cells() / 3);
    return result;
  }

  static RaftSettings with(FlowPrecision precision, int updates = 4) {
    RaftSettings settings;
    settings.precision = precision;
    settings.updates = updates;
    return settings;
  }

  const ClipSpec pan_ = {.kind = Kind::pan, .size = {640, 480}, .dx = 9, .dy = -5};
};

TEST_F(Raft, OneVectorPerCellWhateverTheGrid) {
  // 20x16: one vector per cell. 8x4 and 2x2: several. 100x100: fewer than cells.
  for (const Size cells : {Size{20, 16}, Size{8, 4}, Size{2, 2}, Size{100, 100}}) {
    const Size size{cells.width * 6, cells.height * 6};
    const GridGeometry geometry = grid_of(size, 6);
    const MotionClip clip({.kind = Kind::pan, .size = size, .dx = 2, .dy = 1});
    const FlowField field = flow(clip, geometry, with(FlowPrecision::fp32, 1));
    EXPECT_EQ(field.backward.size(), cells.area());
    EXPECT_EQ(field.trusted.size(), cells.area());
  }
}

TEST_F(Raft, FollowsKnownMotion) {
  const Size size{640, 480};
  const ClipSpec specs[] = {
      {.kind = Kind::pan, .size = size, .dx = 9, .dy = -5},
      {.kind = Kind::pan, .size = size, .dx = -24, .dy = 14, .noise = 2},
      {.kind = Kind::zoom, .size = size, .rate = 0.04},
      {.kind = Kind::rotate, .size = size, .rate = 0.04},
  };
  for (const ClipSpec& spec : specs) {
    // Vectors of 8 reduced pixels: an error of 0.75 of those is 1.5 output pixels at cells of 16.
    const FlowScore s = score(spec, 16);
    SCOPED_TRACE(static_cast<int>(spec.kind));
    EXPECT_LT(s.mean_error_px, 1.5);
    EXPECT_GT(s.trusted, s.visible * 9 / 10);
    EXPECT_LT(s.trusted_wrong, s.visible / 20);
  }
}

TEST_F(Raft, WhatWasCoveredIsNotTrusted) {
  // At a cut nothing has a place in the frame before.
  const MotionClip clip({.kind = Kind::cut, .size = {640, 480}, .at = 1});
  const GridGeometry geometry = grid_of({640, 480}, 16);
  const FlowField field = flow(clip, geometry);
  EXPECT_LT(std::count(field.trusted.begin(), field.trusted.end(), 1), geometry.cells() / 2);
}

TEST_F(Raft, EveryFrameIsEncodedOnceAndNothingChangesByThat) {
  const MotionClip clip({.kind = Kind::rotate, .size = {320, 256}, .frames = 4, .rate = 0.02});
  const GridGeometry geometry = grid_of({320, 256}, 16);
  ThreadPool pool(1);
  RaftFlow film(geometry, {}, pool);
  for (int frame = 1; frame < 4; ++frame) {
    const FlowField kept = film.estimate(clip.luma(frame - 1), clip.luma(frame));
    EXPECT_EQ(film.encoded_frames(), frame + 1);
    const FlowField fresh = flow(clip, geometry, {}, 1, frame);
    EXPECT_EQ(kept.backward, fresh.backward) << frame;
    EXPECT_EQ(kept.trusted, fresh.trusted) << frame;
  }
  // Another frame of the same size in between is noticed.
  Plane other = clip.luma(3);
  other.pixels[1000] ^= 1;
  film.estimate(other, clip.luma(0));
  EXPECT_EQ(film.encoded_frames(), 6);
}

TEST_F(Raft, ThreadsDoNotMatter) {
  const MotionClip clip(pan_);
  const GridGeometry geometry = grid_of(pan_.size, 16);
  const FlowField one = flow(clip, geometry, {}, 1);
  for (const int threads : {2, 5}) {
    const FlowField many = flow(clip, geometry, {}, threads);
    EXPECT_EQ(one.backward, many.backward) << threads;
    EXPECT_EQ(one.trusted, many.trusted) << threads;
  }
}

TEST_F(Raft, SinglePrecisionIsCloseAndSaysSo) {
  const MotionClip clip(pan_);
  const GridGeometry geometry = grid_of(pan_.size, 16);
  ThreadPool pool(1);
  RaftFlow exact(geometry, {}, pool);
  RaftFlow quick(geometry, with(FlowPrecision::fp32), pool);
  const FlowField a = exact.estimate(clip.luma(0), clip.luma(1));
  const FlowField b = quick.estimate(clip.luma(0), clip.luma(1));
  int different = 0;
  for (std::size_t i = 0; i < a.backward.size(); ++i) {
    EXPECT_LE(std::abs(a.backward[i].dx - b.backward[i].dx), 1) << i;
    EXPECT_LE(std::abs(a.backward[i].dy - b.backward[i].dy), 1) << i;
    different += a.backward[i] == b.backward[i] ? 0 : 1;
  }
  EXPECT_LE(different, geometry.cells() / 100);
  EXPECT_NE(exact.describe().find("fp64"), std::string::npos);
  EXPECT_NE(quick.describe().find("fp32"), std::string::npos);
  ASSERT_TRUE(exact.rounding_edge_px().has_value());
  // fp64 is exact to about 1e-12 px: no rounding of these frames may hang on that.
  EXPECT_GT(*exact.rounding_edge_px(), 1e-9);
  EXPECT_LE(*exact.rounding_edge_px(), 1.0 / 32);
}

TEST_F(Raft, UpdatesRefine) {
  const double one = score(pan_, 16, with(FlowPrecision::fp64, 1)).mean_error_px;
  const double eight = score(pan_, 16, with(FlowPrecision::fp64, 8)).mean_error_px;
  EXPECT_LT(eight, one);
}

TEST_F(Raft, FilesThatAreNoModelsAreRefused) {
  const TemporaryFolder folder;
  const fs::path path = folder / "model.pt";
  std::ofstream(path) << "PK not really";
  ThreadPool pool(1);
  const GridGeometry geometry = grid_of({320, 256}, 16);
  RaftSettings settings;
  settings.model = path;
  EXPECT_THROW(RaftFlow(geometry, settings, pool), InputError);
  settings.trust_model = true;
  try {
    const RaftFlow raft(geometry, settings, pool);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("cannot be loaded"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
  }
}

TEST_F(Raft, AFrameOfAnotherSizeIsAFault) {
  ThreadPool pool(1);
  RaftFlow raft(grid_of({320, 256}, 16), {}, pool);
  EXPECT_THROW(raft.estimate(Plane({320, 256}), Plane({320, 240})), Error);
}

/// Not a test by itself: WithoutItsModule... runs it in a copy of this program.
TEST(RaftAlone, DISABLED_Open) {
  ThreadPool pool(1);
  try {
    make_flow_estimator(FlowKind::raft, grid_of({320, 256}, 16), SimdChoice::automatic, pool);
  } catch (const Error& error) {
    std::cout << error.what() << "\n" << error.hint() << std::endl;
    std::_Exit(static_cast<int>(error.code()));
  }
  FAIL() << "RAFT opened";
}

TEST(RaftAlone, WithoutItsModuleItSaysHowToGetItAndExitsWith7) {
  const TemporaryFolder folder;
  fs::create_directory((folder / "bin"));
  fs::copy_file(fs::read_symlink("/proc/self/exe"), folder / "bin" / "program");
  const auto result =
      test::run_command({(folder / "bin" / "program").string(), "--gtest_also_run_disabled_tests",
                         "--gtest_filter=RaftAlone.DISABLED_Open"});
  EXPECT_EQ(result.exit_code, 7) << result.out << result.err;
  EXPECT_NE(result.out.find("--flow raft: this build has no"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("libtorch-dev"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("--flow block"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace mosaic
