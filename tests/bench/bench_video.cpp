// Frames per second of decoding, of converting what is not 4:2:0, and of encoding.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "video/frame_sink.hpp"
#include "video/frame_source.hpp"

namespace mosaic {
namespace {

/// A picture with enough detail that the encoder has to work.
YuvImage busy_picture(Size size, unsigned seed) {
  YuvImage image(size);
  unsigned state = seed * 2654435761U + 1U;
  for (Plane* plane : {&image.y, &image.u, &image.v}) {
    for (int y = 0; y < plane->size.height; ++y) {
      for (int x = 0; x < plane->size.width; ++x) {
        state = state * 1664525U + 1013904223U;
        const unsigned tile = static_cast<unsigned>(x / 16 * 7 + y / 16 * 13);
        plane->row(y)[x] = static_cast<u8>(64U + tile * 11U % 128U + (state >> 28));
      }
    }
  }
  return image;
}

SinkRequest request_for(const std::filesystem::path& output, Size size, const char* preset) {
  SinkRequest request;
  request.output = output;
  request.encode.preset = preset;
  request.force = true;
  request.size = size;
  request.source.size = size;
  request.source.frame_rate = Rational{24, 1};
  request.source.time_base = Rational{1, 24};
  return request;
}

std::filesystem::path bench_file() {
  return std::filesystem::temp_directory_path() /
         ("mosaic-bench-" + std::to_string(getpid()) + ".mp4");
}

void encode(const Size size, const char* preset, int frames) {
  const auto sink = open_frame_sink(request_for(bench_file(), size, preset), {});
  for (int i = 0; i < frames; ++i) sink->write(busy_picture(size, static_cast<unsigned>(i)), i, 1);
  sink->finish();
}

void bm_encode(benchmark::State& state, const char* preset) {
  constexpr int kFrames = 48;
  const Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  for (auto _ : state) encode(size, preset, kFrames);
  state.SetItemsProcessed(state.iterations() * kFrames);
  std::filesystem::remove(bench_file());
}

void bm_decode(benchmark::State& state) {
  constexpr int kFrames = 96;
  const Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  encode(size, "veryfast", kFrames);
  for (auto _ : state) {
    const auto source = open_frame_source(bench_file(), {}, {});
    SourceFrame frame;
    while (source->read(frame)) benchmark::DoNotOptimize(frame.pts);
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
  std::filesystem::remove(bench_file());
}

BENCHMARK_CAPTURE(bm_encode, medium, "medium")->Args({848, 480})->UseRealTime();
BENCHMARK_CAPTURE(bm_encode, veryfast, "veryfast")->Args({848, 480})->UseRealTime();
BENCHMARK(bm_decode)->Args({848, 480})->Args({1920, 1080})->UseRealTime();

}  // namespace
}  // namespace mosaic
