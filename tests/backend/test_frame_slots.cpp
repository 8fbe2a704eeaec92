// The next frame is described while the one in hand is worked on (Note [The next frame meanwhile]).
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "backend/cpu/frame_slots.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr Size kSource{101, 70};

/// Cells of 17 px from a crop of 15 px each: every frame is resized.
GridGeometry resized_grid() {
  GridGeometry geometry;
  geometry.tile_size_px = 17;
  geometry.columns = 6;
  geometry.rows = 4;
  geometry.crop_px = Rect{2, 4, 90, 60};
  return geometry;
}

MatchSettings match_settings() {
  MatchSettings settings;
  settings.features_k = 3;
  settings.ssim_weight = 30.0;
  settings.ssim_candidates = 4;
  return settings;
}

Picture picture(unsigned seed, Size size = kSource) {
  test::EdgeBytes bytes(seed);
  YuvImage image(size);
  for (Plane* plane : {&image.y, &image.u, &image.v}) {
    for (auto& pixel : plane->pixels) pixel = static_cast<u8>(bytes.number(256));
  }
  return image;
}

struct Seen {
  CellDescriptions cells;
  CellScores scores;
  RgbImage composed;
};

struct Bench {
  explicit Bench(int threads)
      : library(30, 1, match_settings().features_k, 17, 7U),
        pool(threads),
        backend(make_cpu_backend(
            {library, resized_grid(), match_settings(), SimdChoice::automatic, pool, true})) {}

  /// Describes, announces `next`, then scores and composes.
  Seen see(const Picture& frame, const Picture* next) {
    const auto cells = static_cast<std::size_t>(resized_grid().cells());
    Seen seen;
    backend->describe(frame, seen.cells);
    if (next != nullptr) backend->prepare(*next);
    const std::vector<std::int32_t> prices(static_cast<std::size_t>(library.photos()), 0);
    const std::vector<std::int32_t> tiles(cells, 5);
    backend->score({prices, tiles, {}}, seen.scores);
    const std::vector<CellLook> looks(cells, CellLook{.blend = 90});
    backend->compose({tiles, looks}, seen.composed);
    return seen;
  }

  test::FakeLibrary library;
  ThreadPool pool;
  std::unique_ptr<Backend> backend;
};

void expect_same(const Seen& got, const Seen& want) {
  EXPECT_EQ(got.cells.features, want.cells.features);
  EXPECT_EQ(got.cells.saliency, want.cells.saliency);
  EXPECT_EQ(got.cells.color_sums, want.cells.color_sums);
  EXPECT_EQ(got.cells.quantiles, want.cells.quantiles);
  EXPECT_EQ(got.cells.luma.pixels, want.cells.luma.pixels);
  EXPECT_EQ(got.scores.list_tile, want.scores.list_tile);
  EXPECT_EQ(got.scores.dissimilarity, want.scores.dissimilarity);
  EXPECT_EQ(got.composed.r.pixels, want.composed.r.pixels);
  EXPECT_EQ(got.composed.g.pixels, want.composed.g.pixels);
  EXPECT_EQ(got.composed.b.pixels, want.composed.b.pixels);
}

Seen alone(const Picture& frame) { return Bench(1).see(frame, nullptr); }

TEST(FrameSlots, AnnouncedFramesAreDescribedAsOthersAre) {
  std::vector<Picture> film;
  for (unsigned i = 0; i < 5; ++i) film.push_back(picture(i));
  for (const int threads : {1, 2, 5}) {
    Bench bench(threads);
    for (std::size_t i = 0; i < film.size(); ++i) {
      SCOPED_TRACE(i);
      const Picture* const next = i + 1 < film.size() ? &film[i + 1] : nullptr;
      expect_same(bench.see(film[i], next), alone(film[i]));
    }
  }
}

TEST(FrameSlots, AnotherFrameMayComeThanTheOneAnnounced) {
  const Picture first = picture(1);
  const Picture announced = picture(2);
  const Picture other = picture(3);
  Bench bench(2);
  bench.see(first, &announced);
  expect_same(bench.see(other, nullptr), alone(other));
  expect_same(bench.see(announced, &first), alone(announced));
  bench.see(first, &announced);
  // Announced twice: the last word counts.
  bench.backend->prepare(other);
  expect_same(bench.see(other, nullptr), alone(other));
}

// The description is there before its turn comes, and is not made again.
TEST(FrameSlots, WhatIsAnnouncedIsDescribedMeanwhile) {
  const test::FakeLibrary library(30, 1, match_settings().features_k, 17, 7U);
  ThreadPool pool(2);
  cpu::FrameSlots slots({library, resized_grid(), match_settings(), SimdChoice::automatic, pool});
  const Picture first = picture(1);
  Picture next = picture(2);
  slots.describe(first);
  EXPECT_FALSE(slots.is_ready());
  const std::vector<std::uint8_t> of_first = slots.current().cells().features;
  slots.prepare(next);
  const auto late = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!slots.is_ready() && std::chrono::steady_clock::now() < late) std::this_thread::yield();
  ASSERT_TRUE(slots.is_ready());
  EXPECT_EQ(slots.current().cells().features, of_first) << "the frame in hand stays";
  next = picture(3);  // too late
  slots.describe(next);
  EXPECT_EQ(slots.current().cells().features, alone(picture(2)).cells.features);
  slots.describe(next);
  EXPECT_EQ(slots.current().cells().features, alone(picture(3)).cells.features);
}

TEST(FrameSlots, OneThreadLooksNotAhead) {
  const test::FakeLibrary library(30, 1, match_settings().features_k, 17, 7U);
  ThreadPool pool(1);
  cpu::FrameSlots slots({library, resized_grid(), match_settings(), SimdChoice::automatic, pool});
  Picture next = picture(2);
  slots.prepare(next);
  next = picture(3);
  slots.describe(next);
  EXPECT_EQ(slots.current().cells().features, alone(picture(3)).cells.features);
}

TEST(FrameSlots, WorkInVainEndsWithTheBackend) {
  auto announced = std::make_unique<Picture>(picture(2));
  {
    Bench bench(2);
    const Picture first = picture(1);
    expect_same(bench.see(first, &*announced), alone(first));
  }
  announced.reset();  // a sanitizer would tell if somebody still read it
}

TEST(FrameSlots, WhatFailsFailsWhenItsTurnComes) {
  const Picture first = picture(1);
  const Picture too_small = picture(2, {40, 30});
  Bench bench(2);
  bench.see(first, &too_small);
  CellDescriptions cells;
  EXPECT_ANY_THROW(bench.backend->describe(too_small, cells));
  // The frame in hand is still there, and others can follow.
  expect_same(bench.see(first, nullptr), alone(first));
}

}  // namespace
}  // namespace mosaic
