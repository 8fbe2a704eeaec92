// --faces from end to end: a face is found, and its cells come out closer to it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "e2e/e2e.hpp"
#include "pictures/picture_file.hpp"
#include "support/drawn_face.hpp"

namespace mosaic::test {
namespace {

constexpr Size kFaceFrame{288, 192};
constexpr int kRadius_px = 60;

RgbImage in_grey(const Plane& plane) {
  RgbImage image(plane.size);
  image.r = image.g = image.b = plane;
  return image;
}

class Faces : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 150);
    face_ = in_grey(drawn_face(kFaceFrame, kRadius_px));
    write_picture(folder_ / "face.png", "face.png", face_);
    write_picture(folder_ / "negative.png", "negative.png",
                  in_grey(negative(drawn_face(kFaceFrame, kRadius_px))));
    write_frames(folder_ / "film", std::vector<RgbImage>(3, face_));
  }

  CommandResult run(const std::string& frames, const std::string& output,
                    std::vector<std::string> more = {}) {
    more.insert(more.end(),
                {"--frames", (folder_ / frames).string(), "--tiles", (folder_ / "pool").string(),
                 "--tile-size", "12", "--output", (folder_ / output).string()});
    return run_mosaic(more, {{}, {{"XDG_CACHE_HOME", (folder_ / "cache").string()}}});
  }

  /// Mean difference of green from the frame's within the drawn face, in levels.
  double miss_in_face(const std::string& mosaic) {
    const RgbImage shown = read_picture(folder_ / mosaic);
    EXPECT_EQ(shown.size(), kFaceFrame);
    std::int64_t sum = 0;
    constexpr int kHalf = kRadius_px / 2;
    for (int y = kFaceFrame.height / 2 - kHalf; y < kFaceFrame.height / 2 + kHalf; ++y) {
      for (int x = kFaceFrame.width / 2 - kHalf; x < kFaceFrame.width / 2 + kHalf; ++x) {
        sum += std::abs(shown.g.row(y)[x] - face_.g.row(y)[x]);
      }
    }
    return static_cast<double>(sum) / (4.0 * kHalf * kHalf);
  }

  TemporaryFolder folder_;
  RgbImage face_;
};

TEST_F(Faces, AreFoundAndComeOutCloserToTheFrame) {
  const CommandResult with = run("face.png", "with.png", {"--faces"});
  if (with.exit_code == 7) GTEST_SKIP() << "no face module: " << with.err;
  ASSERT_EQ(with.exit_code, 0) << with.err;
  ASSERT_EQ(run("face.png", "without.png").exit_code, 0);
  EXPECT_LT(miss_in_face("with.png"), miss_in_face("without.png"));
  // Where there is no face, the option changes nothing.
  ASSERT_EQ(run("negative.png", "negative-with.png", {"--faces"}).exit_code, 0);
  ASSERT_EQ(run("negative.png", "negative-without.png").exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "negative-with.png"), md5_of(folder_ / "negative-without.png"));
}

TEST_F(Faces, AreTheSameOnAnyNumberOfThreads) {
  const CommandResult one = run("film", "one.mp4", {"--faces", "--threads", "1"});
  if (one.exit_code == 7) GTEST_SKIP() << "no face module: " << one.err;
  ASSERT_EQ(one.exit_code, 0) << one.err;
  ASSERT_EQ(run("film", "two.mp4", {"--faces", "--threads", "2"}).exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "one.mp4"), md5_of(folder_ / "two.mp4"));
  ASSERT_EQ(run("film", "none.mp4").exit_code, 0);
  EXPECT_NE(md5_of(folder_ / "one.mp4"), md5_of(folder_ / "none.mp4"));
}

}  // namespace
}  // namespace mosaic::test
