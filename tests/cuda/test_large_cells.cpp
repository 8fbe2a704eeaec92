// Cells of up to 4,096 px on the emulated card: what does not fit 32 bits any more.
#include <gtest/gtest.h>

#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "backend/cpu/describe.hpp"
#include "backend/feature_math.hpp"
#include "cuda/describe.hpp"
#include "registry/backends.hpp"
#include "support/cuda_emulator/emulator.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

constexpr int kK = 5;

template <class T>
std::vector<T> fetched(const gpu::DeviceBuffer<T>& from, const gpu::Stream& stream) {
  const gpu::PinnedBuffer<T> pinned(stream.device(), from.size(), "a test");
  from.download(pinned, from.size(), stream);
  stream.synchronize("a test");
  return {pinned.data(), pinned.data() + pinned.size()};
}

struct Described {
  std::vector<std::uint8_t> features, saliency;
  std::vector<ColorSums> sums;
};

/// One white cell.
Described describe_white_cell(int size_px) {
  gpu::Device device;
  const gpu::Stream stream(device);
  GridGeometry geometry;
  geometry.tile_size_px = size_px;
  geometry.columns = geometry.rows = 1;
  const std::size_t area = geometry.output_size().area();
  const gpu::DeviceBuffer<std::uint8_t> canvas(device, 4 * area, "a test");
  const gpu::DeviceBuffer<std::uint8_t> features(
      device, static_cast<std::size_t>(feature_count(kK)), "a test");
  const gpu::DeviceBuffer<std::uint8_t> saliency(device, 1, "a test");
  const gpu::DeviceBuffer<ColorSums> sums(device, 1, "a test");
  gpu::check(cudaMemsetAsync(canvas.data(), 255, canvas.size(), stream.get()), "a test");
  std::uint8_t* const r = canvas.data();
  const gpu::FeatureTables tables(stream);
  gpu::describe_cells({{r, r + area, r + 2 * area, geometry.output_size()}, r + 3 * area}, geometry,
                      kK, tables, {features.data(), sums.data(), saliency.data()}, stream);
  return {fetched(features, stream), fetched(saliency, stream), fetched(sums, stream)};
}

TEST(CudaLargeCells, SumsBeyond32BitsAreExact) {
  constexpr int kSize = 3000;  // 70,312 pixels a thread; 66,052 white ones overflow 32 bits
  emulator::reset({.seed = 4});
  const Described got = describe_white_cell(kSize);
  EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
  const std::vector<std::uint8_t> white(std::size_t{kSize} * kSize, 255);
  const std::uint8_t* const plane = white.data();
  std::vector<std::uint8_t> features(static_cast<std::size_t>(feature_count(kK)));
  ColorSums sums;
  cpu::describe_square({plane, plane, plane, plane, kSize, kSize}, kK, features.data(), sums);
  EXPECT_EQ(got.features, features);
  EXPECT_EQ(got.sums, std::vector{sums});
  EXPECT_EQ(got.saliency.front(), cpu::saliency_of_square(plane, kSize, kSize));
}

/// Such cells once ended the run with an error of the program, under `auto` too.
TEST(CudaLargeCells, AutoDescribesThemOnTheCard) {
  constexpr int kSize = 1040;
  emulator::reset({.seed = 5});
  GridGeometry geometry;
  geometry.tile_size_px = kSize;
  geometry.columns = geometry.rows = 1;
  geometry.crop_px = Rect{0, 0, kSize, kSize};
  YuvImage image(geometry.output_size());
  for (std::size_t i = 0; i < image.y.pixels.size(); ++i) {
    image.y.pixels[i] = static_cast<u8>(i % 199 + i / 7919 % 37);
  }
  const Picture picture = std::move(image);
  const test::FakeLibrary library(2, 1, kK, kSize, 6);
  MatchSettings match;
  match.features_k = kK;
  match.ssim_weight = 0.0;
  ThreadPool pool(1);
  const BackendContext context{library, geometry, match, SimdChoice::plain, pool};
  std::vector<std::string> warnings;
  CellDescriptions got;
  CellDescriptions want;
  {
    const auto backend = make_backend(DeviceChoice::automatic, context,
                                      [&](const std::string& text) { warnings.push_back(text); });
    EXPECT_EQ(backend->name(), "cuda");
    backend->describe(picture, got);
    EXPECT_EQ(backend->name(), "cuda");
  }
  make_cpu_backend(context)->describe(picture, want);
  EXPECT_EQ(warnings, std::vector<std::string>{});
  EXPECT_EQ(got.features, want.features);
  EXPECT_EQ(got.color_sums, want.color_sums);
  EXPECT_EQ(got.saliency, want.saliency);
  EXPECT_EQ(got.luma.pixels, want.luma.pixels);
}

}  // namespace
}  // namespace mosaic
