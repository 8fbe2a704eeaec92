#include <gtest/gtest.h>

#include <filesystem>

#include "flow/dis.hpp"
#include "flow/module_file.hpp"
#include "flow_score.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using testing::ClipSpec;
using testing::FlowScore;
using testing::grid_of;
using testing::MotionClip;
using testing::score_flow;
using Kind = ClipSpec::Kind;

class Dis : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(program_prefix() / "lib" / "mosaic-temporal" / kDisModuleFile)) {
      GTEST_SKIP() << "this build has no OpenCV";
    }
  }

  static FlowField flow(const MotionClip& clip, const GridGeometry& geometry, int threads = 1) {
    ThreadPool pool(threads);
    return make_flow_estimator(FlowKind::dis, geometry, SimdChoice::automatic, pool)
        ->estimate(clip.luma(0), clip.luma(1));
  }
};

TEST_F(Dis, FollowsKnownMotion) {
  const Size size{640, 480};
  for (const ClipSpec& spec : {ClipSpec{.kind = Kind::pan, .size = size, .dx = 9, .dy = -5},
                               ClipSpec{.kind = Kind::zoom, .size = size, .rate = 0.03},
                               ClipSpec{.kind = Kind::rotate, .size = size, .rate = 0.03}}) {
    for (const int cell : {8, 16, 32}) {
      const MotionClip clip(spec);
      const GridGeometry geometry = grid_of(size, cell);
      const FlowScore s = score_flow(clip, 1, geometry, flow(clip, geometry));
      SCOPED_TRACE(std::to_string(static_cast<int>(spec.kind)) + " cell " + std::to_string(cell));
      EXPECT_LT(s.mean_error_px, 1.0);
      EXPECT_GT(s.trusted, s.visible * 9 / 10);
    }
  }
}

TEST_F(Dis, ThreadsAndWhatWasSeenBeforeDoNotMatter) {
  const MotionClip clip({.kind = Kind::rotate, .size = {320, 192}, .frames = 3, .rate = 0.02});
  const GridGeometry geometry = grid_of({320, 192}, 16);
  const FlowField one = flow(clip, geometry, 1);
  const FlowField three = flow(clip, geometry, 3);
  EXPECT_EQ(one.backward, three.backward);
  EXPECT_EQ(one.trusted, three.trusted);

  ThreadPool pool(2);
  DisFlowEstimator film(geometry, pool);
  film.estimate(clip.luma(0), clip.luma(1));
  const FlowField kept = film.estimate(clip.luma(1), clip.luma(2));
  DisFlowEstimator fresh(geometry, pool);
  EXPECT_EQ(kept.backward, fresh.estimate(clip.luma(1), clip.luma(2)).backward);
}

TEST_F(Dis, FewLargeOrManySmallCellsWork) {
  for (const Size cells : {Size{1, 1}, Size{3, 2}, Size{200, 40}}) {
    const Size size{cells.width * 4, cells.height * 4};
    const MotionClip clip({.kind = Kind::pan, .size = size, .dx = 1});
    EXPECT_EQ(flow(clip, grid_of(size, 4)).backward.size(), cells.area());
  }
}

TEST_F(Dis, SaysWhatItRunsOn) {
  ThreadPool pool(1);
  const DisFlowEstimator dis(grid_of({320, 192}, 16), pool);
  EXPECT_NE(dis.describe().find("OpenCV"), std::string::npos);
  EXPECT_TRUE(dis.rounding_edge_px().has_value());
}

}  // namespace
}  // namespace mosaic
