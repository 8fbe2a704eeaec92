// The mosaic looks like the frame: a guard against colours that go wrong anywhere on the way.
#include <gtest/gtest.h>

#include <cmath>

#include "e2e/e2e.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic::test {
namespace {

constexpr int kLikenessTile = 16;

double cell_mean(const Plane& plane, int column, int row) {
  double sum = 0.0;
  for (int y = 0; y < kLikenessTile; ++y) {
    for (int x = 0; x < kLikenessTile; ++x)
      sum += plane.row(row * kLikenessTile + y)[column * kLikenessTile + x];
  }
  return sum / (kLikenessTile * kLikenessTile);
}

/// Mean absolute difference of the cells' mean colours, levels.
double cell_difference(const RgbImage& a, const RgbImage& b) {
  double sum = 0.0;
  int count = 0;
  for (int row = 0; row < a.size().height / kLikenessTile; ++row) {
    for (int column = 0; column < a.size().width / kLikenessTile; ++column) {
      for (const auto plane : {&RgbImage::r, &RgbImage::g, &RgbImage::b}) {
        sum += std::abs(cell_mean(a.*plane, column, row) - cell_mean(b.*plane, column, row));
        ++count;
      }
    }
  }
  return sum / count;
}

TEST(Likeness, EveryPresetShowsTheFrame) {
  const TemporaryFolder folder;
  write_pool(folder / "pool", 300);
  const RgbImage frame = textured_picture(Size{288, 192}, 31);
  write_picture(folder / "frame.png", "frame.png", frame);
  const RgbImage other = textured_picture(Size{288, 192}, 32);
  const double unlike = cell_difference(frame, other);
  for (const char* preset : {"ultra", "natural", "vivid", "tile", "fast"}) {
    const CommandResult result = run_mosaic(
        {"--frames", (folder / "frame.png").string(), "--tiles", (folder / "pool").string(),
         "--output", (folder / (std::string(preset) + ".png")).string(), "--preset", preset,
         "--tile-size", std::to_string(kLikenessTile)},
        {{}, {{"XDG_CACHE_HOME", (folder / "cache").string()}}});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const RgbImage mosaic = read_picture(folder / (std::string(preset) + ".png"));
    ASSERT_EQ(mosaic.size(), frame.size());
    const double difference = cell_difference(mosaic, frame);
    EXPECT_LT(difference, unlike / 2) << preset;
    RecordProperty(std::string("difference_") + preset, std::to_string(difference));
  }
}

}  // namespace
}  // namespace mosaic::test
