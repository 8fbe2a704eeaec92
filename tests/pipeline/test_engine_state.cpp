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
  Strand()
      : library(40, 1, 5, 16, 4U),
        pool(1),
        engine(library, grid(), options(),
               make_cpu_backend(
                   BackendContext{library, grid(), options().match, options().simd, pool}),
               pool) {}

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
