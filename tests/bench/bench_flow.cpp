// Speed of motion estimation and of handing tiles over, per frame, on one thread.
#include <benchmark/benchmark.h>

#include <vector>

#include "flow/block_decide.hpp"
#include "flow/block_search.hpp"
#include "flow/flow.hpp"
#include "flow/propagate.hpp"
#include "flow/pyramid.hpp"
#include "support/motion_clips.hpp"

namespace {

using namespace mosaic;
using mosaic::testing::ClipSpec;
using mosaic::testing::MotionClip;

struct Job {
  GridGeometry geometry;
  std::vector<Plane> frames;
};

/// Two frames to go back and forth between, so that one pyramid is always at hand.
Job make_job(Size size, int cell) {
  Job job;
  job.geometry.tile_size_px = cell;
  job.geometry.columns = size.width / cell;
  job.geometry.rows = size.height / cell;
  const Size canvas = job.geometry.output_size();
  job.geometry.crop_px = {0, 0, canvas.width, canvas.height};
  const MotionClip clip(
      {.kind = ClipSpec::Kind::pan, .size = canvas, .dx = 3.3, .dy = 1.2, .noise = 1});
  job.frames = {clip.luma(0), clip.luma(1)};
  return job;
}

void estimate(benchmark::State& state, Size size, int cell, SimdChoice simd) {
  const Job job = make_job(size, cell);
  ThreadPool pool(1);
  const auto estimator = make_flow_estimator(FlowKind::block, job.geometry, simd, pool);
  std::size_t turn = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(estimator->estimate(job.frames[turn], job.frames[1 - turn]));
    turn = 1 - turn;
  }
}
BENCHMARK_CAPTURE(estimate, 480p_cell16_plain, Size{848, 480}, 16, SimdChoice::plain);
BENCHMARK_CAPTURE(estimate, 480p_cell16_avx2, Size{848, 480}, 16, SimdChoice::avx2);
BENCHMARK_CAPTURE(estimate, 480p_cell16, Size{848, 480}, 16, SimdChoice::automatic);
BENCHMARK_CAPTURE(estimate, 480p_cell8, Size{848, 480}, 8, SimdChoice::automatic);
BENCHMARK_CAPTURE(estimate, 480p_cell4, Size{848, 480}, 4, SimdChoice::automatic);
BENCHMARK_CAPTURE(estimate, 1080p_cell32, Size{1920, 1056}, 32, SimdChoice::automatic);

void stages(benchmark::State& state, int stage) {
  const Job job = make_job({848, 480}, 16);
  ThreadPool pool(1);
  const BlockKernels& kernels = block_kernels(choose_isa(SimdChoice::automatic));
  const BlockLayout layout = plan_blocks(job.geometry);
  FlowPyramid a;
  FlowPyramid b;
  build_pyramid(job.frames[0], layout, kernels, pool, a);
  build_pyramid(job.frames[1], layout, kernels, pool, b);
  const SearchPair pair{layout, kernels, b, a, 0};
  const std::vector<Step> steps = search_blocks(pair, pool);
  for (auto _ : state) {
    if (stage == 0) build_pyramid(job.frames[1], layout, kernels, pool, b);
    if (stage == 1) benchmark::DoNotOptimize(search_blocks(pair, pool));
    if (stage == 2) benchmark::DoNotOptimize(decide_motion(pair, steps, pool));
  }
}
BENCHMARK_CAPTURE(stages, pyramid, 0);
BENCHMARK_CAPTURE(stages, search_one_way, 1);
BENCHMARK_CAPTURE(stages, decide_one_way, 2);

void hand_over(benchmark::State& state, std::int32_t drift) {
  const Job job = make_job({848, 480}, 16);
  const auto cells = static_cast<std::size_t>(job.geometry.cells());
  const FlowField flow{std::vector<FlowVector>(cells, FlowVector{-drift, 0}),
                       std::vector<std::uint8_t>(cells, 1)};
  std::vector<FlowVector> ride(cells);
  for (auto _ : state) ride = propagate(flow, ride, job.geometry).ride;
}
BENCHMARK_CAPTURE(hand_over, still, 0);
BENCHMARK_CAPTURE(hand_over, pan, 21);

}  // namespace
