#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "flow/check_flow.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_file.hpp"
#include "support/motion_clips.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;
using testing::ClipSpec;
using testing::MotionClip;

/// Two frames of a pan by (6, -4) px as PNG files; sides that are no multiples of the cell.
class CheckFlow : public ::testing::Test {
 protected:
  CheckFlow() {
    const MotionClip clip({.kind = ClipSpec::Kind::pan, .size = {203, 150}, .dx = 6, .dy = -4});
    write_picture(folder_ / "a.png", "a.png", clip.rgb(0));
    write_picture(folder_ / "b.png", "b.png", clip.rgb(1));
    options_.a = folder_ / "a.png";
    options_.b = folder_ / "b.png";
    options_.threads = 1;
  }

  std::string run() {
    std::ostringstream out;
    check_flow(options_, out);
    return out.str();
  }

  test::TemporaryFolder folder_;
  CheckFlowOptions options_;
};

TEST_F(CheckFlow, PrintsWhatItFound) {
  const std::string text = run();
  EXPECT_NE(text.find("flow block\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ncells 12x9\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("rounding_edge_px"), std::string::npos) << "block works in integers";
  const double mean = std::stod(text.substr(text.find("mean_px ") + 8));
  EXPECT_NEAR(mean, std::sqrt(52.0), 1.0);
}

TEST_F(CheckFlow, TheFloFileHoldsEveryPixel) {
  options_.output = folder_ / "out.flo";
  run();
  std::ifstream in(*options_.output, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  ASSERT_EQ(bytes.size(), 12U + 203U * 150U * 8U);
  EXPECT_EQ(bytes.substr(0, 4), "PIEH");
  std::int32_t sides[2];
  std::memcpy(sides, bytes.data() + 4, 8);
  EXPECT_EQ(sides[0], 203);
  EXPECT_EQ(sides[1], 150);
  // From A to B the content went right and up.
  float vector[2];
  std::memcpy(vector, bytes.data() + 12 + (75 * 203 + 100) * 8, 8);
  EXPECT_NEAR(vector[0], 6, 0.25);
  EXPECT_NEAR(vector[1], -4, 0.25);
}

TEST_F(CheckFlow, ThePictureShowsDirections) {
  options_.picture = folder_ / "flow.png";
  run();
  const RgbImage picture = read_picture(*options_.picture);
  EXPECT_EQ(picture.size(), (Size{203, 150}));
  // Right and up: between red and violet, so red most, then blue, then green.
  const std::size_t at = 75 * 203 + 100;
  EXPECT_GT(picture.r.pixels[at], picture.b.pixels[at]);
  EXPECT_GT(picture.b.pixels[at], picture.g.pixels[at]);

  options_.kind = FlowKind::none;
  options_.force = true;
  run();
  for (const u8 value : read_picture(*options_.picture).g.pixels) ASSERT_EQ(value, 255);
}

TEST_F(CheckFlow, RefusesWhatItCannotCompare) {
  write_picture(folder_ / "small.png", "small.png", RgbImage(Size{100, 80}));
  options_.b = folder_ / "small.png";
  EXPECT_THROW(run(), InputError);
  options_.a = options_.b;
  options_.tile_size_px = 96;
  EXPECT_THROW(run(), InputError);
  options_.tile_size_px = 16;
  options_.output = folder_ / "exists.flo";
  std::ofstream(*options_.output) << "mine";
  EXPECT_THROW(run(), OutputError);
}

}  // namespace
}  // namespace mosaic
