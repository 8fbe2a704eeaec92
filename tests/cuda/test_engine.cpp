// Whole frames: a moving scene through the engine, on the emulated card and on the CPU.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "cuda/cuda_backend.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "support/cuda_emulator/emulator.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr int kFrames = 4;

/// Texture that moves by 3 px a frame, and is another one from the third frame on.
std::vector<Picture> make_film(Size size) {
  std::mt19937 random(11);
  Plane texture(Size{size.width + 64, size.height});
  for (u8& pixel : texture.pixels) pixel = static_cast<u8>(random() % 200 + 20);
  std::vector<Picture> film;
  for (int frame = 0; frame < kFrames; ++frame) {
    YuvImage image(size);
    image.matrix = YuvMatrix::bt709;
    const int shift = 3 * frame + (frame >= 3 ? 31 : 0);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const int coarse = texture.row(y / 8 * 8)[(x + shift) / 8 * 8];
        image.y.row(y)[x] = static_cast<u8>((coarse * 3 + texture.row(y)[x + shift]) / 4);
      }
    }
    for (std::size_t i = 0; i < image.u.pixels.size(); ++i) {
      image.u.pixels[i] = static_cast<u8>(120 + i % 17);
      image.v.pixels[i] = static_cast<u8>(110 + i % 29);
    }
    film.emplace_back(std::move(image));
  }
  return film;
}

struct Look {
  const char* name;
  LookSettings settings;
};

std::vector<Look> looks() {
  LookSettings none;
  LookSettings warm;
  warm.color_transfer = ColorTransfer::reinhard;
  warm.reinhard_l = 0.7;
  warm.reinhard_ab = 0.5;
  warm.base_blend_max = 0.4;
  warm.tone.gamma = 0.9;
  warm.tone.vibrance = 0.3;
  LookSettings soft;
  soft.color_transfer = ColorTransfer::mkl;
  soft.reinhard_l = 0.8;
  soft.feather_width_px = 3;
  soft.laplacian_blend = true;
  soft.transition = 3;
  soft.base_blend_min = 0.1;
  soft.base_blend_max = 0.2;
  return {{"none", none}, {"reinhard with tone", warm}, {"mkl with seams and fades", soft}};
}

struct Film {
  std::vector<std::vector<std::int32_t>> tiles;
  std::vector<YuvImage> pictures;
};

constexpr std::size_t kFadeBegins = 1;
constexpr std::size_t kFadeEnds = 3;

Film render_film(const EngineOptions& options, bool on_card, bool announced) {
  const test::FakeLibrary library(60, 1, 5, 16, 4);
  GridGeometry geometry;
  geometry.tile_size_px = 16;
  geometry.columns = 6;
  geometry.rows = 4;
  geometry.crop_px = Rect{2, 3, 96, 64};
  const std::vector<Picture> film = make_film({101, 70});
  ThreadPool pool(1);
  const BackendContext context{library, geometry, options.match, options.simd, pool};
  MosaicEngine engine(library, geometry, options,
                      on_card ? make_cuda_backend(context) : make_cpu_backend(context), pool);
  Film result;
  for (std::size_t i = 0; i < film.size(); ++i) {
    const bool has_next = announced && i + 1 < film.size();
    MosaicEngine::Ahead ahead{.next = has_next ? &film[i + 1] : nullptr};
    // As where a shot fades in: another picture is described than the one announced.
    if (i == kFadeBegins) ahead.fade_in_end = &film[kFadeEnds];
    ahead.fade_in_end_frame = kFadeEnds;
    result.tiles.push_back(engine.plan(film[i], static_cast<std::int64_t>(i), ahead).tile);
    YuvImage picture(geometry.output_size());
    engine.draw(picture);
    result.pictures.push_back(std::move(picture));
  }
  return result;
}

TEST(CudaEngine, FilmsAreTheSameAsOnTheCpu) {
  for (const Look& look : looks()) {
    SCOPED_TRACE(look.name);
    EngineOptions options;
    options.match.ssim_weight = 40.0;
    options.match.stability = 30.0;
    options.look = look.settings;
    options.certify_every_frame = true;
    const Film want = render_film(options, false, false);
    for (unsigned seed = 1; seed <= 2; ++seed) {
      emulator::reset({.seed = seed});
      const Film got = render_film(options, true, seed == 2);
      EXPECT_GE(emulator::counters().launches, 8 * kFrames) << "the card did not work";
      EXPECT_EQ(got.tiles, want.tiles);
      for (std::size_t i = 0; i < want.pictures.size(); ++i) {
        SCOPED_TRACE(i);
        EXPECT_EQ(got.pictures[i].y.pixels, want.pictures[i].y.pixels);
        EXPECT_EQ(got.pictures[i].u.pixels, want.pictures[i].u.pixels);
        EXPECT_EQ(got.pictures[i].v.pixels, want.pictures[i].v.pixels);
      }
      EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
    }
  }
}

}  // namespace
}  // namespace mosaic
