// Frames that were decoded on the card are described from where they lie there, to the bits that
// their samples in host memory give. Compiled like test_backend_parity.cpp, twice.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "backend/card_frame.hpp"
#include "cuda/buffers.hpp"
#include "cuda/cuda_backend.hpp"
#include "support/fake_library.hpp"
#ifdef MOSAIC_TEST_EMULATED
#include "support/cuda_emulator/emulator.hpp"
#endif

namespace mosaic {
namespace {

constexpr int kTile_px = 8;
constexpr int kK = 3;

YuvImage random_image(Size size, unsigned seed) {
  std::mt19937 random(seed);
  YuvImage image(size);
  for (Plane* const plane : {&image.y, &image.u, &image.v}) {
    for (u8& sample : plane->pixels) sample = static_cast<u8>(random());
  }
  return image;
}

/// What NVDEC leaves of `image`: NV12, rows a pitch apart, luma padded below.
std::shared_ptr<const CardFrame> on_card(const YuvImage& image, const gpu::Stream& stream) {
  const Size size = image.size();
  const Size half = image.u.size;
  const auto pitch = static_cast<std::size_t>(2 * half.width + 37);
  const std::size_t luma_rows = static_cast<std::size_t>(size.height) + 5;
  std::vector<std::uint8_t> bytes(pitch * (luma_rows + static_cast<std::size_t>(half.height)), 99);
  for (int y = 0; y < size.height; ++y) {
    std::copy_n(image.y.row(y), size.width, bytes.data() + static_cast<std::size_t>(y) * pitch);
  }
  for (int y = 0; y < half.height; ++y) {
    std::uint8_t* const row = bytes.data() + (luma_rows + static_cast<std::size_t>(y)) * pitch;
    for (int x = 0; x < half.width; ++x) {
      row[2 * x] = image.u.row(y)[x];
      row[2 * x + 1] = image.v.row(y)[x];
    }
  }
  auto memory = std::make_shared<gpu::DeviceBuffer<std::uint8_t>>(stream.device(), bytes.size(),
                                                                  "a decoded frame");
  gpu::upload_all(*memory, std::span<const std::uint8_t>(bytes), stream, "a decoded frame");
  auto frame = std::make_shared<CardFrame>();
  frame->y = memory->data();
  frame->uv = memory->data() + luma_rows * pitch;
  frame->y_pitch = frame->uv_pitch = static_cast<std::ptrdiff_t>(pitch);
  frame->size = size;
  frame->memory = std::move(memory);
  return frame;
}

class CardFrames : public testing::Test {
 protected:
  void SetUp() override {
#ifdef MOSAIC_TEST_EMULATED
    emulator::reset({.seed = 17});
#else
    if (const std::string missing = cuda_missing(); !missing.empty()) GTEST_SKIP() << missing;
#endif
  }

  /// A backend for frames of this size whose cells do not reach their edges.
  std::unique_ptr<Backend> backend_for(Size size) {
    geometry_ = {};
    geometry_.tile_size_px = kTile_px;
    geometry_.columns = (size.width - 1) / kTile_px;
    geometry_.rows = (size.height - 1) / kTile_px;
    const Size canvas = geometry_.output_size();
    geometry_.crop_px = Rect{1, 1, canvas.width, canvas.height};
    MatchSettings match;
    match.features_k = kK;
    return make_cuda_backend({library_, geometry_, match, SimdChoice::automatic, pool_});
  }

  static CellDescriptions described(Backend& backend, const Picture& picture) {
    CellDescriptions cells;
    backend.describe(picture, cells);
    return cells;
  }

  static void expect_same(const CellDescriptions& got, const CellDescriptions& want) {
    EXPECT_EQ(got.features, want.features);
    EXPECT_EQ(got.color_sums, want.color_sums);
    EXPECT_EQ(got.saliency, want.saliency);
    EXPECT_EQ(got.luma.pixels, want.luma.pixels);
  }

  ThreadPool pool_{1};
  test::FakeLibrary library_{5, 1, kK, kTile_px, 3};
  GridGeometry geometry_;
};

TEST_F(CardFrames, AreDescribedLikeTheirSamplesInHostMemory) {
  unsigned seed = 0;
  for (const Size size : {Size{17, 9}, Size{64, 33}, Size{97, 64}, Size{131, 75}}) {
    SCOPED_TRACE(size.width);
    const std::unique_ptr<Backend> backend = backend_for(size);
    gpu::Device device;
    const gpu::Stream stream(device);
    YuvImage image = random_image(size, ++seed);
    const CellDescriptions want = described(*backend, Picture(image));
    image.on_card = on_card(image, stream);
    // Were these looked at, everything would be grey.
    for (Plane* const plane : {&image.y, &image.u, &image.v})
      plane->pixels.assign(plane->pixels.size(), 7);
    const Picture decoded = std::move(image);
    expect_same(described(*backend, decoded), want);
    // Announced while another frame is in hand, as in a film.
    const Picture other = random_image(size, ++seed);
    described(*backend, other);
    backend->prepare(decoded);
    expect_same(described(*backend, decoded), want);
  }
#ifdef MOSAIC_TEST_EMULATED
  EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
#endif
}

TEST_F(CardFrames, OfAnotherSizeAreRefused) {
  const Size size{64, 33};
  const std::unique_ptr<Backend> backend = backend_for(size);
  gpu::Device device;
  const gpu::Stream stream(device);
  YuvImage image = random_image(size, 1);
  image.on_card = on_card(random_image({66, 33}, 2), stream);
  const Picture picture = std::move(image);
  CellDescriptions cells;
  EXPECT_THROW(backend->describe(picture, cells), Error);
}

}  // namespace
}  // namespace mosaic
