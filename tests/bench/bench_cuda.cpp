// Time per stage of a frame, at 1080p and the sizes the targets name, and at 2160p: on the card,
// kernel by kernel, and on the host, which waits for it and copies from and to pinned memory.
// Prints a table; needs a card (scripts/device_check.sh runs it).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cuda/cuda_backend.hpp"
#include "cuda/frame_slot.hpp"
#include "cuda/painter.hpp"
#include "cuda/scorer.hpp"
#include "cuda/timeline.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic::gpu {
namespace {

constexpr int kRepeats = 30;

struct Problem {
  int size_px, columns, rows, tiles;
};
constexpr Problem kProblems[] = {{64, 30, 17, 1000},    {32, 60, 34, 1000},  {32, 60, 34, 4000},
                                 {32, 60, 34, 100000},  {16, 120, 68, 4000}, {16, 120, 68, 15000},
                                 {16, 120, 68, 100000}, {32, 120, 68, 15000}};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Medians over the repeats: on the host's clock without looking inside, then the time on the card
/// of every kernel and of the copies, by events before and behind each.
void time(const char* stage, Stream& stream, const std::function<void()>& work) {
  for (int i = 0; i < 3; ++i) work();  // warming up
  std::vector<double> host;
  for (int i = 0; i < kRepeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    host.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
  }
  Timeline timeline(stream);
  std::vector<Timeline::Entry> pieces;
  std::vector<std::vector<double>> card;
  std::vector<double> total;
  for (int i = 0; i < kRepeats; ++i) {
    work();
    pieces = timeline.take();
    card.resize(pieces.size());
    total.push_back(0.0);
    for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
      card[piece].push_back(pieces[piece].card_ms);
      total.back() += pieces[piece].card_ms;
    }
  }
  std::printf("  %-34s %9.3f %9.3f\n", stage, median(total), median(host));
  for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
    std::printf("    %-28s x%-3d%9.3f\n", pieces[piece].what.c_str(), pieces[piece].times,
                median(card[piece]));
  }
}

void run(const Problem& p, Stream& stream) {
  const test::FakeLibrary library(p.tiles, 1, 5, p.size_px, 3);
  GridGeometry geometry;
  geometry.tile_size_px = p.size_px;
  geometry.columns = p.columns;
  geometry.rows = p.rows;
  const Size size = geometry.output_size();
  geometry.crop_px = Rect{0, 0, size.width, size.height};
  MatchSettings match;
  match.ssim_weight = 50.0;
  ThreadPool pool(0);
  const BackendContext context{library, geometry, match, SimdChoice::automatic, pool};

  test::EdgeBytes bytes(5);
  YuvImage frame(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int shade = (x / 16 * 37 + y / 16 * 91) % 180 + 30;
      frame.y.row(y)[x] = static_cast<u8>(shade + static_cast<int>(bytes.number(20)));
    }
  }
  const Picture picture = frame;
  const auto cells = static_cast<std::size_t>(geometry.cells());
  std::vector<std::int32_t> tile(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    tile[i] = static_cast<std::int32_t>(i) % library.tiles();
  }
  const std::vector<std::int32_t> price(static_cast<std::size_t>(p.tiles), 0);
  const std::vector<CellLook> look(cells);

  const DescribeSetup setup(context, stream);
  FrameSlot slot(setup, stream);
  Scorer scorer(context, stream);
  Painter painter(context, stream);
  scorer.load_tiles(library, 0, stream);
  painter.load_tiles(context, 0, stream);
  CellDescriptions described;
  CellScores scores;
  YuvImage out(size);
  std::printf("%dx%d px, %d cells of %d px, %d tiles%34s\n", size.width, size.height,
              geometry.cells(), p.size_px, p.tiles, "card ms   host ms");
  time("describe", stream, [&] {
    slot.start(picture, stream);
    slot.finish(described);
  });
  time("score", stream, [&] {
    scorer.score({price, tile, {}}, slot.canvas(), slot.descriptions(), stream, scores);
  });
  time("compose", stream, [&] { painter.compose({tile, look}, slot.canvas(), stream, out); });
}

}  // namespace
}  // namespace mosaic::gpu

/// `--card` names the card and measures nothing.
int main(int count, char** arguments) {
  if (const std::string missing = mosaic::cuda_missing(); !missing.empty()) {
    std::fprintf(stderr, "bench_cuda: %s\n", missing.c_str());
    return 1;
  }
  mosaic::gpu::Device device;
  mosaic::gpu::Stream stream(device);
  std::printf("%s\n", device.name().c_str());
  if (count > 1) return std::string_view(arguments[1]) == "--card" ? 0 : 2;
  for (const mosaic::gpu::Problem& problem : mosaic::gpu::kProblems) {
    mosaic::gpu::run(problem, stream);
  }
  return 0;
}
