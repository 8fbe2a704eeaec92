// A film that is interrupted after any frame and goes on in another engine has the same bytes, and
// leaves the same behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr int kFrames = 7;
constexpr int kCut = 4;

GridGeometry grid() {
  GridGeometry geometry;
  geometry.tile_size_px = 16;
  geometry.columns = 6;
  geometry.rows = 4;
  geometry.crop_px = Rect{2, 3, 96, 64};
  return geometry;
}

/// Texture that moves by 3 px a frame and is another one from frame kCut on.
std::vector<Picture> film() {
  std::vector<Picture> frames;
  for (int frame = 0; frame < kFrames; ++frame) {
    std::mt19937 random(frame < kCut ? 11U : 12U);
    Plane texture(Size{170, 70});
    for (u8& pixel : texture.pixels) pixel = static_cast<u8>(random() % 200 + 20);
    YuvImage image(Size{101, 70});
    for (int y = 0; y < 70; ++y) {
      for (int x = 0; x < 101; ++x) {
        image.y.row(y)[x] = texture.row(y / 8 * 8)[(x + 3 * frame) / 8 * 8];
      }
    }
    for (std::size_t i = 0; i < image.u.pixels.size(); ++i) {
      image.u.pixels[i] = static_cast<u8>(100 + (i + static_cast<std::size_t>(frame)) % 50);
      image.v.pixels[i] = static_cast<u8>(110 + i % 29);
    }
    frames.emplace_back(std::move(image));
  }
  return frames;
}

/// Everything on that one frame leaves to the next.
EngineOptions options() {
  EngineOptions options;
  options.match.ssim_weight = 40.0;
  options.match.stability = 30.0;
  options.match.min_distance = 2;
  options.look.color_transfer = ColorTransfer::reinhard;
  options.look.reinhard_l = 0.7;
  options.look.reinhard_ab = 0.5;
  options.look.transition = 3;
  options.look.tone.color_harmony = 0.5;
  return options;
}

struct Strand {
  explicit Strand(int threads = 1)
      : library(40, 1, 5, 16, 4U),
        pool(threads),
        engine(library, grid(), options(),
               make_cpu_backend(
                   BackendContext{library, grid(), options().match, options().simd, pool}),
               pool) {}

  /// Tells of the next frame each time.
  void render_ahead(const std::vector<Picture>& frames, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const MosaicEngine::Ahead ahead{.next = i + 1 < frames.size() ? &frames[i + 1] : nullptr};
      tiles.push_back(engine.plan(frames[i], static_cast<std::int64_t>(i), ahead).tile);
      YuvImage picture(grid().output_size());
      engine.draw(picture);
      pictures.push_back({picture.y.pixels, picture.u.pixels, picture.v.pixels});
    }
  }
  void render(const std::vector<Picture>& frames, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      tiles.push_back(engine.plan(frames[i], static_cast<std::int64_t>(i)).tile);
      YuvImage picture(grid().output_size());
      engine.draw(picture);
      pictures.push_back({picture.y.pixels, picture.u.pixels, picture.v.pixels});
    }
  }
  std::vector<std::byte> state() const {
    ByteWriter out;
    engine.save(out);
    return out.take();
  }

  test::FakeLibrary library;
  ThreadPool pool;
  MosaicEngine engine;
  std::vector<std::vector<std::int32_t>> tiles;
  std::vector<std::vector<std::vector<u8>>> pictures;
};

TEST(EngineState, AFilmGoesOnAfterAnyFrameWithTheSameBytes) {
  const std::vector<Picture> frames = film();
  Strand whole;
  whole.render(frames, 0, frames.size());
  for (std::size_t border = 1; border < frames.size(); ++border) {
    SCOPED_TRACE(border);
    Strand before;
    before.render(frames, 0, border);
    const std::vector<std::byte> saved = before.state();
    Strand after;
    ByteReader in(saved);
    after.engine.restore(in, frames[border - 1]);
    in.expect_end();
    EXPECT_EQ(after.state(), saved) << "what is restored is what was saved";
    after.render(frames, border, frames.size());
    for (std::size_t i = border; i < frames.size(); ++i) {
      EXPECT_EQ(after.tiles[i - border], whole.tiles[i]) << i;
      EXPECT_EQ(after.pictures[i - border], whole.pictures[i]) << i;
    }
    EXPECT_EQ(after.state(), whole.state());
  }
}

TEST(EngineState, NothingDependsOnWhatIsDescribedMeanwhile) {
  const std::vector<Picture> frames = film();
  Strand alone;
  alone.render(frames, 0, frames.size());
  Strand ahead(3);
  ahead.render_ahead(frames, frames.size());
  EXPECT_EQ(ahead.tiles, alone.tiles);
  EXPECT_EQ(ahead.pictures, alone.pictures);
  EXPECT_EQ(ahead.state(), alone.state());
}

// A job that is stopped drops its engine while the next frame is being described.
TEST(EngineState, AnEngineMayEndBeforeTheFrameItWasToldOf) {
  for (std::size_t count = 1; count < 4; ++count) {
    auto frames = std::make_unique<std::vector<Picture>>(film());
    {
      Strand strand(3);
      strand.render_ahead(*frames, count);
    }
    frames.reset();  // a sanitizer would tell if somebody still read them
  }
}

TEST(EngineState, WhatIsCutOffIsRefused) {
  const std::vector<Picture> frames = film();
  Strand before;
  before.render(frames, 0, 2);
  const std::vector<std::byte> saved = before.state();
  for (std::size_t length = 0; length < saved.size(); length += 1 + saved.size() / 40) {
    Strand after;
    ByteReader in(std::span(saved.data(), length));
    EXPECT_THROW(after.engine.restore(in, frames[1]), DamagedBytes) << length;
  }
}

}  // namespace
}  // namespace mosaic
