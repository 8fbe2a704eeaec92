// Speed of RAFT at 480x272 with four updates: the model alone, as the film asks it for every frame
// (one frame encoded, then the flow back and forth), and the whole estimate with block matching's
// proof, at 1080p in cells of 32 px.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <filesystem>
#include <vector>

#include "flow/flow.hpp"
#include "flow/module_file.hpp"
#include "flow/raft/raft_flow.hpp"
#include "support/motion_clips.hpp"

namespace {

using namespace mosaic;
using mosaic::testing::ClipSpec;
using mosaic::testing::MotionClip;

enum class Part { model, estimate };

void raft(benchmark::State& state, FlowPrecision precision, Part part) {
  if (!std::filesystem::exists(program_prefix() / "lib" / "mosaic-temporal" / kTorchModuleFile)) {
    state.SkipWithError("this build has no LibTorch");
    return;
  }
  GridGeometry geometry;
  geometry.tile_size_px = 32;
  geometry.columns = 60;
  geometry.rows = 34;
  const Size canvas = geometry.output_size();
  geometry.crop_px = {0, 0, canvas.width, canvas.height};
  const MotionClip clip(
      {.kind = ClipSpec::Kind::pan, .size = canvas, .dx = 3.3, .dy = 1.2, .noise = 1});
  const std::vector<Plane> frames = {clip.luma(0), clip.luma(1)};
  ThreadPool pool(static_cast<int>(state.range(0)));
  RaftSettings settings;
  settings.when = FlowWhen::always;
  settings.precision = precision;
  settings.updates = 4;
  RaftFlow flow(geometry, settings, choose_isa(SimdChoice::automatic), pool);
  std::size_t turn = 0;
  for (auto _ : state) {
    if (part == Part::model) {
      benchmark::DoNotOptimize(flow.ask_model(frames[turn], frames[1 - turn]));
    } else {
      benchmark::DoNotOptimize(flow.estimate(frames[turn], frames[1 - turn]));
    }
    turn = 1 - turn;
  }
}

void settings_of(benchmark::internal::Benchmark* one) {
  one->Arg(1)->Arg(2)->ArgName("threads")->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK_CAPTURE(raft, model_fp64, FlowPrecision::fp64, Part::model)->Apply(settings_of);
BENCHMARK_CAPTURE(raft, model_fp32, FlowPrecision::fp32, Part::model)->Apply(settings_of);
BENCHMARK_CAPTURE(raft, estimate_fp64, FlowPrecision::fp64, Part::estimate)->Apply(settings_of);
BENCHMARK_CAPTURE(raft, estimate_fp32, FlowPrecision::fp32, Part::estimate)->Apply(settings_of);

}  // namespace
