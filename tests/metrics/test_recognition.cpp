#include <gtest/gtest.h>

#include <fstream>

#include "library/tile_library.hpp"
#include "metrics/recognition.hpp"
#include "metrics/test_pictures.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic::metrics {
namespace {

constexpr int kTile = 16;

/// Two structured photos and a flat one; the mosaic shows them side by side.
class RecognitionTest : public testing::Test {
 protected:
  RecognitionTest() {
    geometry_.columns = 3;
    geometry_.rows = 1;
    geometry_.tile_size_px = kTile;
    const Size size{kTile, kTile};
    photos_ = {test::sequence_picture(size, 3), test::sequence_picture(size, 4),
               test::flat_picture(size, 90, 120, 60)};
    test::write_folder(folder_ / "pool", photos_);
    LibrarySettings settings;
    settings.tiles = folder_ / "pool";
    index_ = folder_ / "pool.mti";
    build_index(settings, kTile, 1, index_, false, pool_, {});
    light_ = Plane(geometry_.output_size(), 200);
  }

  /// The three photos in a row, each sample changed by `f`.
  template <class F>
  RgbImage mosaic(F f) {
    RgbImage image(geometry_.output_size());
    for (const auto plane : {&RgbImage::r, &RgbImage::g, &RgbImage::b}) {
      for (int y = 0; y < kTile; ++y) {
        for (int x = 0; x < 3 * kTile; ++x) {
          const int value = (photos_[static_cast<std::size_t>(x / kTile)].*plane).row(y)[x % kTile];
          (image.*plane).row(y)[x] = static_cast<u8>(f(value));
        }
      }
    }
    return image;
  }

  Recognition measure(const RgbImage& image, const Plane& luma,
                      const std::vector<std::int32_t>& tile = {0, 1, 2}) {
    return PhotoMeter(index_, kTile, 3).measure(luma, image, geometry_, tile, pool_);
  }

  test::TemporaryFolder folder_;
  ThreadPool pool_{2};
  GridGeometry geometry_;
  std::vector<RgbImage> photos_;
  std::filesystem::path index_;
  Plane light_;
};

TEST_F(RecognitionTest, PhotosAsTheyAreAreThemselves) {
  const Recognition same = measure(mosaic([](int v) { return v; }), light_);
  EXPECT_EQ(same.cells, 3);
  EXPECT_EQ(same.ciede2000, 0.0);
  EXPECT_EQ(same.structured, 2);  // the flat one has none
  EXPECT_NEAR(same.correlation, 2.0, 1e-12);
}

TEST_F(RecognitionTest, HalfTheContrastIsAnotherColourAndTheSameStructure) {
  const Recognition half = measure(mosaic([](int v) { return v / 2 + 64; }), light_);
  EXPECT_GT(half.ciede2000, 3 * 3.0);
  EXPECT_GT(half.correlation, 2 * 0.999);
  const Recognition negative = measure(mosaic([](int v) { return 255 - v; }), light_);
  EXPECT_LT(negative.correlation, -2 * 0.999);
}

TEST_F(RecognitionTest, AnotherPhotoOrNoneIsNotRecognised) {
  EXPECT_LT(measure(mosaic([](int v) { return v; }), light_, {1, 0, 2}).correlation, 1.0);
  EXPECT_EQ(measure(mosaic([](int) { return 128; }), light_).correlation, 0.0);
}

TEST_F(RecognitionTest, CellsInTheDarkAreLeftOut) {
  Plane luma = light_;
  for (int y = 0; y < kTile; ++y) std::fill_n(luma.row(y), kTile, static_cast<u8>(63));
  const Recognition two = measure(mosaic([](int v) { return v; }), luma);
  EXPECT_EQ(two.cells, 2);
  EXPECT_EQ(two.structured, 1);
}

TEST_F(RecognitionTest, AnotherIndexIsRefused) {
  EXPECT_THROW(PhotoMeter(index_, kTile, 4), InputError);
  EXPECT_THROW(PhotoMeter(index_, kTile + 1, 3), InputError);
  EXPECT_THROW(PhotoMeter(folder_ / "no.mti", kTile, 3), InputError);
  std::ofstream(folder_ / "text.mti") << "text";
  EXPECT_THROW(PhotoMeter(folder_ / "text.mti", kTile, 3), InputError);
}

}  // namespace
}  // namespace mosaic::metrics
