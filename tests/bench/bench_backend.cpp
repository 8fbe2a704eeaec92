// Per-operation times of the CPU backend on one thread, at the two problem sizes the design quotes.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "backend/cpu/base_costs.hpp"
#include "backend/cpu/cpu_backend.hpp"
#include "core/color_convert.hpp"
#include "look/tone_table.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

struct Problem {
  int columns, rows, tiles, size_px;
};
constexpr Problem kProblems[] = {{53, 30, 1000, 16}, {60, 34, 4000, 32}};
constexpr SimdChoice kChoices[] = {SimdChoice::plain, SimdChoice::avx2, SimdChoice::avx512};
constexpr Isa kIsas[] = {Isa::plain, Isa::avx2, Isa::avx512};

/// A frame whose cells differ in brightness and carry texture, as pictures do.
YuvImage make_frame(Size size) {
  test::EdgeBytes bytes(5);
  YuvImage image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int shade = (x / 16 * 37 + y / 16 * 91) % 180 + 30;
      image.y.row(y)[x] = static_cast<u8>(shade + static_cast<int>(bytes.number(20)));
    }
  }
  return image;
}

struct Fixture {
  Problem problem;
  test::FakeLibrary library;
  GridGeometry geometry;
  MatchSettings match;
  ThreadPool pool{1};
  std::unique_ptr<Backend> backend;
  YuvImage frame;
  CellDescriptions cells;
  std::vector<std::int32_t> prices, carried, shown;
  std::vector<CellLook> looks;

  Fixture(const Problem& p, SimdChoice simd, double ssim_weight)
      : problem(p), library(p.tiles, 1, 5, p.size_px, 3) {
    geometry.tile_size_px = p.size_px;
    geometry.columns = p.columns;
    geometry.rows = p.rows;
    const Size size = geometry.output_size();
    geometry.crop_px = Rect{0, 0, size.width, size.height};
    match.ssim_weight = ssim_weight;
    backend = make_cpu_backend({library, geometry, match, simd, pool});
    frame = make_frame(size);
    backend->describe(frame, cells);
    prices.assign(static_cast<std::size_t>(p.tiles), 0);
    CellLook look;
    look.matrix[1] = 700;
    look.blend = 20;
    for (int i = 0; i < geometry.cells(); ++i) {
      carried.push_back(i % p.tiles);
      shown.push_back(i * 7 % p.tiles);
      looks.push_back(look);
    }
  }
};

void set_label(benchmark::State& state) {
  const Problem& p = kProblems[state.range(0)];
  state.SetLabel(std::to_string(p.columns * p.rows) + " cells x " + std::to_string(p.tiles) +
                 " tiles x " + std::to_string(p.size_px) + " px, " +
                 std::string(isa_name(kIsas[state.range(1)])));
}

void describe(benchmark::State& state) {
  Fixture f(kProblems[state.range(0)], kChoices[state.range(1)], 0.0);
  for (auto _ : state) f.backend->describe(f.frame, f.cells);
  set_label(state);
}

void score(benchmark::State& state, double ssim_weight) {
  Fixture f(kProblems[state.range(0)], kChoices[state.range(1)], ssim_weight);
  CellScores scores;
  for (auto _ : state) f.backend->score({f.prices, f.carried, {}}, scores);
  set_label(state);
}

void score_lists(benchmark::State& state) { score(state, 0.0); }
void score_lists_and_ssim(benchmark::State& state) { score(state, 50.0); }

void compose(benchmark::State& state) {
  Fixture f(kProblems[state.range(0)], kChoices[state.range(1)], 0.0);
  YuvImage out(f.geometry.output_size());
  for (auto _ : state) f.backend->compose({f.shown, f.looks}, out);
  set_label(state);
}

/// With all that the strongest preset asks for: seams, blend, tone.
void compose_all(benchmark::State& state) {
  Fixture f(kProblems[state.range(0)], kChoices[state.range(1)], 0.0);
  ToneSettings tone;
  tone.gamma = 0.94;
  tone.saturation_boost = 1.5;
  const ToneTable table = build_tone_table(tone);
  YuvImage out(f.geometry.output_size());
  ComposeRequest request{f.shown, f.looks, table};
  request.seams.feather_px = 1;
  for (auto _ : state) f.backend->compose(request, out);
  set_label(state);
}

void yuv_to_rgb_whole(benchmark::State& state) {
  Fixture f(kProblems[state.range(0)], kChoices[state.range(1)], 0.0);
  RgbImage out;
  for (auto _ : state) {
    yuv_to_rgb(f.frame, f.geometry.crop_px, out, f.pool, kIsas[state.range(1)]);
  }
  set_label(state);
}

void base_cost_row(benchmark::State& state) {
  Fixture f(kProblems[state.range(0)], kChoices[state.range(1)], 0.0);
  const cpu::BaseCosts costs(f.library, cost_scale(f.match), kChoices[state.range(1)]);
  std::vector<std::int32_t> row(static_cast<std::size_t>(f.library.tiles()));
  for (auto _ : state) {
    costs.row(f.cells.features.data(), f.cells.saliency[0], row);
    benchmark::DoNotOptimize(row.data());
  }
  set_label(state);
}

void every_case(benchmark::internal::Benchmark* benchmark) {
  for (int problem = 0; problem < 2; ++problem) {
    for (const Isa isa : supported_isas()) benchmark->Args({problem, static_cast<int>(isa)});
  }
  benchmark->Unit(benchmark::kMillisecond);
}

BENCHMARK(describe)->Apply(every_case);
BENCHMARK(score_lists)->Apply(every_case);
BENCHMARK(score_lists_and_ssim)->Apply(every_case);
BENCHMARK(compose)->Apply(every_case);
BENCHMARK(compose_all)->Apply(every_case);
BENCHMARK(yuv_to_rgb_whole)->Apply(every_case);
BENCHMARK(base_cost_row)->Apply(every_case);

}  // namespace
}  // namespace mosaic
