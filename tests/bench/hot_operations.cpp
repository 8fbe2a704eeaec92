// Every hot operation once, on fixed inputs, one thread and the AVX2 code, for
// scripts/instruction_counts.py to count the instructions of under callgrind. Each one is a
// function hot_NAME that does nothing else.
//   count_operations              runs them
//   count_operations --compiler   says what it was built by, and exits
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "assign/dense_costs.hpp"
#include "assign/solver.hpp"
#include "assign/support.hpp"
#include "backend/cpu/cpu_backend.hpp"
#include "backend/cpu/ssim.hpp"
#include "core/color_convert.hpp"
#include "flow/flow.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr SimdChoice kSimd = SimdChoice::avx2;
constexpr int kColumns = 20;
constexpr int kRows = 12;
constexpr int kTiles = 600;
constexpr int kTileSize_px = 32;

/// Smooth shading with texture on it, moved by `shift` pixels.
YuvImage make_frame(Size size, int shift) {
  test::EdgeBytes bytes(5);
  YuvImage image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int at = x + shift;
      const int shade = (at / 16 * 37 + y / 16 * 91) % 180 + 30;
      image.y.row(y)[x] = static_cast<u8>(shade + static_cast<int>(bytes.number(20)));
    }
  }
  return image;
}

struct Frames {
  test::FakeLibrary library{kTiles, 1, 5, kTileSize_px, 3};
  ThreadPool pool{1};
  GridGeometry geometry;
  MatchSettings match;
  std::unique_ptr<Backend> backend;
  std::unique_ptr<FlowEstimator> flow;
  YuvImage first, second;
  CellDescriptions cells;
  CellScores scores;
  Plane previous_luma;
  std::vector<std::int32_t> prices, carried, shown;
  std::vector<CellLook> looks;
  YuvImage out;

  Frames() {
    geometry.tile_size_px = kTileSize_px;
    geometry.columns = kColumns;
    geometry.rows = kRows;
    const Size size = geometry.output_size();
    geometry.crop_px = Rect{0, 0, size.width, size.height};
    match.ssim_weight = 50.0;
    backend = make_cpu_backend({library, geometry, match, kSimd, pool});
    flow = make_flow_estimator(FlowKind::block, geometry, kSimd, pool);
    first = make_frame(size, 0);
    second = make_frame(size, 3);
    out = YuvImage(size);
    prices.assign(kTiles, 0);
    CellLook look;
    look.matrix[1] = 700;
    look.blend = 20;
    for (int i = 0; i < geometry.cells(); ++i) {
      carried.push_back(i % kTiles);
      shown.push_back(i * 7 % kTiles);
      looks.push_back(look);
    }
    // What is made at the first call is not counted.
    backend->describe(first, cells);
    previous_luma = cells.luma;
    backend->score({prices, carried, {}}, scores);
    backend->compose({shown, looks}, out);
  }
};

struct Problems {
  static constexpr test::MosaicScene kScene{30, 17, 1000, 11};
  static constexpr int kCells = 30 * 17;
  DenseCosts costs = test::mosaic_costs(kScene, 1);
  DenseCosts flat = test::mosaic_costs(kScene, 1, kCells / 4);
  std::vector<std::int32_t> capacity = std::vector<std::int32_t>(1000, 1);
  std::vector<std::int32_t> row_class;
  Solver solver{kSimd};
  Assignment last, last_flat;
  DenseCosts priced = costs;

  Problems() {
    for (int i = 0; i < kCells; ++i) row_class.push_back(i < kCells / 4 ? 0 : i);
    last = solver.solve({test::mosaic_costs(kScene, 0), capacity, {}, {}, nullptr});
    last_flat =
        solver.solve({test::mosaic_costs(kScene, 0, kCells / 4), capacity, row_class, {}, nullptr});
    priced = test::with_switching_price(costs, last.column_of_row, 20'000);
  }
};

}  // namespace
}  // namespace mosaic

using mosaic::Frames;
using mosaic::Problems;

// Found by name, so neither inlined nor cloned nor mangled.
#ifdef __clang__  // which clones nothing it may not inline
#define HOT extern "C" __attribute__((noinline, used)) void
#else
#define HOT extern "C" __attribute__((noinline, noclone, used)) void
#endif

HOT hot_describe(Frames& f) { f.backend->describe(f.second, f.cells); }
HOT hot_flow_block(Frames& f) { (void)f.flow->estimate(f.previous_luma, f.cells.luma); }
HOT hot_score(Frames& f) { f.backend->score({f.prices, f.carried, {}}, f.scores); }
HOT hot_compose(Frames& f) { f.backend->compose({f.shown, f.looks}, f.out); }
HOT hot_ssim_pairs(mosaic::cpu::SsimScorer& scorer, const Frames& f, std::int64_t& sum) {
  constexpr std::size_t kPixels = std::size_t{mosaic::kTileSize_px} * mosaic::kTileSize_px;
  scorer.set_cell(f.cells.luma.row(0), f.cells.luma.size.width);
  for (std::size_t tile = 0; tile < 100; ++tile) {
    sum += scorer.score(f.library.luma().data() + tile * kPixels);
  }
}
HOT hot_solve_cold(Problems& p) { p.solver.solve({p.costs, p.capacity, {}, {}, nullptr}); }
HOT hot_solve_warm(Problems& p) {
  p.solver.solve({p.costs, p.capacity, {}, p.last.price, nullptr});
}
HOT hot_solve_warm_price(Problems& p) {
  p.solver.solve({p.priced, p.capacity, {}, p.last.price, nullptr});
}
HOT hot_solve_letterbox(Problems& p) {
  p.solver.solve({p.flat, p.capacity, p.row_class, p.last_flat.price, nullptr});
}

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--compiler") == 0) {
#ifdef __clang__
    std::printf("clang %s\n", __clang_version__);
#else
    std::printf("g++ %d.%d\n", __GNUC__, __GNUC_MINOR__);
#endif
    return 0;
  }
  Frames frames;
  hot_describe(frames);
  hot_flow_block(frames);
  hot_score(frames);
  hot_compose(frames);
  mosaic::cpu::SsimScorer scorer(mosaic::kTileSize_px, mosaic::Isa::avx2);
  std::int64_t sum = 0;
  hot_ssim_pairs(scorer, frames, sum);
  Problems problems;
  hot_solve_cold(problems);
  hot_solve_warm(problems);
  hot_solve_warm_price(problems);
  hot_solve_letterbox(problems);
  return sum == 0 ? 1 : 0;  // nothing above can be left out
}
