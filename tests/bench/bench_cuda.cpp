// Time on the card per stage of a frame, at 1080p and the sizes the targets name. Prints a table;
// needs a card (scripts/device_check.sh runs it).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "cuda/candidate_lists.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/frame_slot.hpp"
#include "cuda/painter.hpp"
#include "cuda/scorer.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic::gpu {
namespace {

constexpr int kRepeats = 30;

struct Problem {
  int size_px, columns, rows, tiles;
};
constexpr Problem kProblems[] = {{64, 30, 17, 1000},   {32, 60, 34, 1000},  {32, 60, 34, 4000},
                                 {32, 60, 34, 100000}, {16, 120, 68, 4000}, {16, 120, 68, 15000},
                                 {16, 120, 68, 100000}};

/// Medians over the repeats: between two events on the stream, and on the host's clock.
struct Times {
  double card_ms, host_ms;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Times time(const Stream& stream, const std::function<void()>& work) {
  const Event begin(stream.device());
  const Event end(stream.device());
  std::vector<double> card;
  std::vector<double> host;
  for (int i = 0; i < kRepeats + 3; ++i) {
    const auto start = std::chrono::steady_clock::now();
    begin.record(stream);
    work();
    end.record(stream);
    end.synchronize("measuring");
    if (i < 3) continue;  // warming up
    host.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
    card.push_back(end.milliseconds_since(begin));
  }
  return {median(card), median(host)};
}

void print(const char* stage, Times times) {
  std::printf("  %-34s %9.3f %9.3f\n", stage, times.card_ms, times.host_ms);
}

/// The kernel alone, over buffers of its own.
void time_lists(const Problem& p, const test::FakeLibrary& library, const FrameSlot& slot,
                const Stream& stream) {
  Device& device = stream.device();
  const PackedFeatures packed(library.features(), library.tiles(), feature_count(5), kTilesAtOnce,
                              stream);
  const int cells = p.columns * p.rows;
  const auto entries = static_cast<std::size_t>(cells) * 64;
  const DeviceBuffer<std::int32_t> price(device, static_cast<std::size_t>(packed.padded_tiles()),
                                         "bench");
  const DeviceBuffer<std::int32_t> tile(device, entries, "bench");
  const DeviceBuffer<std::int32_t> base(device, entries, "bench");
  const DeviceBuffer<std::int32_t> bound(device, static_cast<std::size_t>(cells), "bench");
  check(cudaMemsetAsync(price.data(), 0, price.size() * sizeof(std::int32_t), stream.get()),
        "bench");
  const DescriptionView view = slot.descriptions();
  print("build_lists kernel", time(stream, [&] {
          build_lists({packed.view(), view.features, view.saliency, price.data(), cells, 3750, 64},
                      {tile.data(), base.data(), bound.data()}, stream);
        }));
}

void run(const Problem& p, const Stream& stream) {
  const test::FakeLibrary library(p.tiles, 1, 5, p.size_px, 3);
  GridGeometry geometry;
  geometry.tile_size_px = p.size_px;
  geometry.columns = p.columns;
  geometry.rows = p.rows;
  const Size size = geometry.output_size();
  geometry.crop_px = Rect{0, 0, size.width, size.height};
  MatchSettings match;
  match.ssim_weight = 50.0;
  ThreadPool pool(1);
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

  const DescribeSetup setup(geometry, match.features_k, false, stream);
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
  print("describe (up, kernels, down)", time(stream, [&] {
          slot.start(picture, stream);
          slot.finish(described);
        }));
  print("score (up, lists, SSIM, down)", time(stream, [&] {
          scorer.score({price, tile, {}}, slot.canvas(), slot.descriptions(), stream, scores);
        }));
  print("compose (up, kernels, down)", time(stream, [&] {
          painter.compose({tile, look}, slot.canvas(), stream, out);
        }));
  time_lists(p, library, slot, stream);
}

}  // namespace
}  // namespace mosaic::gpu

int main() {
  if (const std::string missing = mosaic::cuda_missing(); !missing.empty()) {
    std::fprintf(stderr, "bench_cuda: %s\n", missing.c_str());
    return 1;
  }
  mosaic::gpu::Device device;
  const mosaic::gpu::Stream stream(device);
  std::printf("%s\n", device.name().c_str());
  for (const mosaic::gpu::Problem& problem : mosaic::gpu::kProblems) {
    mosaic::gpu::run(problem, stream);
  }
  return 0;
}
