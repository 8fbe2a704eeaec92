// A shot that fades in from black is matched by the frame at which the fade has ended.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

GridGeometry fade_grid() {
  GridGeometry geometry;
  geometry.tile_size_px = 16;
  geometry.columns = 6;
  geometry.rows = 4;
  geometry.crop_px = Rect{0, 0, 96, 64};
  return geometry;
}

constexpr std::int64_t kFadeEnd = 5;

/// A texture that comes up in quarters and has come up at kFadeEnd.
std::vector<Picture> film_that_fades_in() {
  std::vector<Picture> frames;
  for (const int light : {0, 0, 1, 2, 3, 4, 4, 4}) {
    std::mt19937 random(21U);
    YuvImage image(Size{96, 64});
    image.range = YuvRange::full;
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 96; ++x) {
        const auto at = static_cast<unsigned>(x / 8 + 97 * (y / 8));
        const unsigned level = 90 + (at * 2654435761U >> 16) % 120;
        image.y.row(y)[x] = static_cast<u8>(level * static_cast<unsigned>(light) / 4);
      }
    }
    frames.emplace_back(std::move(image));
  }
  return frames;
}

struct FadeRun {
  explicit FadeRun(ColorTransfer transfer = ColorTransfer::mkl_hybrid,
                   const SceneCutSettings& cuts = {})
      : library(40, 1, 5, 16, 4U),
        pool(1),
        engine(library, fade_grid(), options(transfer, cuts),
               make_cpu_backend(BackendContext{library, fade_grid(), options(transfer, cuts).match,
                                               SimdChoice::automatic, pool, true}),
               pool) {}

  static EngineOptions options(ColorTransfer transfer, const SceneCutSettings& cuts) {
    EngineOptions options;
    options.match.ssim_weight = 40.0;
    options.match.stability = 30.0;
    options.look.color_transfer = transfer;
    options.look.reinhard_l = 0.5;
    options.look.reinhard_ab = 0.5;
    options.look.spread_transfer = 0.5;
    options.look.base_blend_min = 0.0;
    options.look.base_blend_max = 0.0;
    options.shots = ShotStarts(cuts);
    return options;
  }

  /// Frames [from, to) of `frames`, with what a job knows of the frames to come.
  void render(const std::vector<Picture>& frames, std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      MosaicEngine::Ahead ahead;
      if (!engine.is_fading_in(i) && i < 2) {
        ahead.fade_in_end = &frames[kFadeEnd];
        ahead.fade_in_end_frame = kFadeEnd;
      }
      plans.push_back(engine.plan(frames[static_cast<std::size_t>(i)], i, ahead));
      RgbImage picture(fade_grid().output_size());
      engine.draw(picture);
      pictures.push_back(picture.g.pixels);
    }
  }
  [[nodiscard]] std::vector<std::byte> state() const {
    ByteWriter out;
    engine.save(out);
    return out.take();
  }

  test::FakeLibrary library;
  ThreadPool pool;
  MosaicEngine engine;
  std::vector<FramePlan> plans;
  std::vector<std::vector<u8>> pictures;
};

double mean_level(const std::vector<u8>& plane) {
  double sum = 0.0;
  for (const u8 level : plane) sum += level;
  return sum / static_cast<double>(plane.size());
}

TEST(EngineFades, TheTilesAreThoseOfTheEndFromTheFirstFrameOn) {
  const std::vector<Picture> frames = film_that_fades_in();
  FadeRun run;
  run.render(frames, 0, 8);
  FadeRun from_the_end;
  from_the_end.render(frames, kFadeEnd, 8);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(run.plans[i].tile, from_the_end.plans[0].tile) << i;
    EXPECT_EQ(run.plans[i].scene_cut, i == 0) << i;
    EXPECT_EQ(run.plans[i].switched, 0) << i;
    EXPECT_EQ(run.plans[i].cost.total(), from_the_end.plans[0].cost.total()) << i;
  }
  EXPECT_EQ(run.pictures[7], from_the_end.pictures[2]);
}

TEST(EngineFades, TheMosaicComesUpWithTheLight) {
  const std::vector<Picture> frames = film_that_fades_in();
  for (const ColorTransfer transfer :
       {ColorTransfer::reinhard, ColorTransfer::adaptive_reinhard, ColorTransfer::histogram,
        ColorTransfer::mkl, ColorTransfer::hybrid, ColorTransfer::mkl_hybrid}) {
    FadeRun run(transfer);
    run.render(frames, 0, 7);
    const double whole = mean_level(run.pictures[5]);
    SCOPED_TRACE(static_cast<int>(transfer));
    EXPECT_EQ(mean_level(run.pictures[0]), 0.0) << "black is black";
    for (const int quarter : {1, 2, 3}) {
      const double level = mean_level(run.pictures[static_cast<std::size_t>(quarter) + 1]);
      EXPECT_NEAR(level, whole * quarter / 4, 3.0) << quarter;
    }
    EXPECT_EQ(run.pictures[6], run.pictures[5]) << "and then nothing moves";
  }
}

TEST(EngineFades, WithoutColourTransferPhotosStayAsTheyAre) {
  const std::vector<Picture> frames = film_that_fades_in();
  FadeRun run(ColorTransfer::none);
  run.render(frames, 0, 7);
  EXPECT_EQ(run.pictures[0], run.pictures[6]);
}

TEST(EngineFades, AFadeGoesOnAfterAnyFrameWithTheSameBytes) {
  const std::vector<Picture> frames = film_that_fades_in();
  FadeRun whole;
  whole.render(frames, 0, 8);
  for (std::int64_t border = 1; border < 8; ++border) {
    SCOPED_TRACE(border);
    FadeRun before;
    before.render(frames, 0, border);
    const std::vector<std::byte> saved = before.state();
    FadeRun after;
    ByteReader in(saved);
    after.engine.restore(in, frames[static_cast<std::size_t>(border) - 1]);
    in.expect_end();
    EXPECT_EQ(after.state(), saved);
    after.render(frames, border, 8);
    for (std::int64_t i = border; i < 8; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto from = static_cast<std::size_t>(i - border);
      EXPECT_EQ(after.plans[from].tile, whole.plans[at].tile) << i;
      EXPECT_EQ(after.plans[from].cell_cost, whole.plans[at].cell_cost) << i;
      EXPECT_EQ(after.plans[from].certified, whole.plans[at].certified) << i;
      EXPECT_EQ(after.pictures[from], whole.pictures[at]) << i;
    }
    EXPECT_EQ(after.state(), whole.state());
  }
}

TEST(EngineFades, WhereNoShotMayBeginNoneDoes) {
  const std::vector<Picture> frames = film_that_fades_in();
  SceneCutSettings off;
  off.mode = SceneCutMode::off;
  FadeRun run(ColorTransfer::mkl, off);
  run.plans.push_back(run.engine.plan(frames[0], 0));
  run.render(frames, 1, 3);
  EXPECT_TRUE(run.plans[0].scene_cut);
  EXPECT_FALSE(run.plans[1].scene_cut);
  EXPECT_FALSE(run.engine.is_fading_in(2));
  FadeRun first(ColorTransfer::mkl, off);
  first.render(frames, 0, 1);
  EXPECT_TRUE(first.engine.is_fading_in(4)) << "the first frame begins a shot anyway";
  EXPECT_FALSE(first.engine.is_fading_in(kFadeEnd));
}

}  // namespace
}  // namespace mosaic
