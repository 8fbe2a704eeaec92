// Ingest and resize speed: photos per second into an index, a warm index, one frame resized.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "core/resize.hpp"
#include "library/tile_library.hpp"

namespace {

using namespace mosaic;

RgbImage noise(Size size) {
  std::mt19937 random(1);
  RgbImage image(size);
  for (Plane* plane : {&image.r, &image.g, &image.b}) {
    for (u8& p : plane->pixels) p = static_cast<u8>(random());
  }
  return image;
}

/// Arguments: source width and height, target width and height.
void BM_resize(benchmark::State& state) {
  const Size from{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  const Size to{static_cast<int>(state.range(2)), static_cast<int>(state.range(3))};
  const RgbImage source = noise(from);
  ThreadPool pool(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(resize(source, Rect{0, 0, from.width, from.height}, to, pool));
  }
}
BENCHMARK(BM_resize)
    ->Args({854, 480, 1920, 1080})
    ->Args({854, 480, 1708, 960})
    ->Args({1920, 1080, 1904, 1072})
    ->Args({1920, 1080, 960, 540})
    ->Args({3840, 2160, 1920, 1080})
    ->Unit(benchmark::kMillisecond);

/// Pool: the folder named by MOSAIC_BENCH_TILES, else the shared test tiles.
std::filesystem::path pool_folder() {
  const char* named = std::getenv("MOSAIC_BENCH_TILES");
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(MOSAIC_SHARED_DATA) / "tiles";
}

/// Argument: tile size in pixels. Two threads, as on the machine the figures are quoted for.
void BM_build_index(benchmark::State& state) {
  if (!std::filesystem::exists(pool_folder())) return state.SkipWithError("no pool of photos");
  LibrarySettings settings;
  settings.tiles = pool_folder();
  const auto index = std::filesystem::temp_directory_path() / "bench_library.mti";
  ThreadPool pool(2);
  double photos = 0;
  for (auto _ : state) {
    photos +=
        build_index(settings, static_cast<int>(state.range(0)), 5, index, true, pool, {}).photos;
  }
  state.counters["photos/s"] = benchmark::Counter(photos, benchmark::Counter::kIsRate);
  std::filesystem::remove(index);
}
BENCHMARK(BM_build_index)->Arg(16)->Arg(32)->Arg(64)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Argument: tile size in pixels; all variants, so 1,000 photos are 4,000 tiles.
void BM_open_warm_index(benchmark::State& state) {
  if (!std::filesystem::exists(pool_folder())) return state.SkipWithError("no pool of photos");
  LibrarySettings settings;
  settings.tiles = pool_folder();
  settings.mirror = true;
  settings.bright = true;
  settings.index = std::filesystem::temp_directory_path() / "bench_library_warm.mti";
  ThreadPool pool(2);
  const int size = static_cast<int>(state.range(0));
  build_index(settings, size, 5, *settings.index, true, pool, {});
  double tiles = 0;
  for (auto _ : state) tiles = open_tile_library(settings, size, 5, pool, {})->tiles();
  state.counters["tiles"] = tiles;
  std::filesystem::remove(*settings.index);
}
BENCHMARK(BM_open_warm_index)->Arg(16)->Arg(32)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
