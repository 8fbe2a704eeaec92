// A video as the pool of tiles.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "library/pool_survey.hpp"
#include "library/tile_library.hpp"
#include "mosaic/error.hpp"
#include "pictures/pack.hpp"
#include "video/frame_source.hpp"

namespace mosaic {
namespace {

using namespace test;

/// Two seconds of a moving test picture, 30 frames.
void make_video(const std::filesystem::path& path, const std::string& size,
                const std::string& filters) {
  const CommandResult made =
      run_command({"ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                   "testsrc2=size=" + size + ":rate=15:duration=2", "-vf", filters, "-pix_fmt",
                   "yuv420p", "-c:v", "mpeg4", "-q:v", "2", path.string()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
}

class VideoPool : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!have_program("ffmpeg")) GTEST_SKIP() << "no ffmpeg to make a clip with";
    settings_.tiles = folder_ / "clip.mp4";
    settings_.index = folder_ / "clip.mti";
  }
  std::unique_ptr<TileLibrary> open(int threads = 2) {
    ThreadPool pool(threads);
    return open_tile_library(settings_, 16, 5, pool, {}, &origin_);
  }

  TemporaryFolder folder_;
  LibrarySettings settings_;
  LibraryOrigin origin_;
};

TEST_F(VideoPool, EveryNthFrameIsATile) {
  make_video(settings_.tiles, "160x90", "null");
  settings_.tile_step = 7;
  const auto library = open();
  ASSERT_EQ(library->photos(), 5);
  for (int i = 0; i < 5; ++i) {
    const std::string digits = std::to_string(100000 + 7 * i).substr(1);
    EXPECT_EQ(library->photo_name(i), "frame " + digits);
  }
  // Tile 2 is frame 14: converted, cut and averaged here by hand.
  ThreadPool serial(1);
  const auto source = open_frame_source(settings_.tiles, {}, {});
  SourceFrame frame;
  while (source->read(frame) && frame.index < 14) {
  }
  ASSERT_EQ(frame.index, 14);
  RgbImage whole(Size{160, 90});
  yuv_to_rgb(std::get<YuvImage>(frame.picture), Rect{0, 0, 160, 90}, whole, serial);
  const RgbImage expected = resize(whole, Rect{35, 0, 90, 90}, Size{16, 16}, serial);
  const auto rgb = library->rgb().subspan(std::size_t{2} * 3 * 256, std::size_t{3} * 256);
  EXPECT_TRUE(std::equal(expected.r.pixels.begin(), expected.r.pixels.end(), rgb.begin()));
  EXPECT_TRUE(std::equal(expected.b.pixels.begin(), expected.b.pixels.end(), rgb.begin() + 512));
}

TEST_F(VideoPool, WarmIsColdAndTheStepCounts) {
  make_video(settings_.tiles, "160x90", "null");
  const auto cold = open(1);
  EXPECT_FALSE(origin_.reused);
  EXPECT_EQ(cold->photos(), 30);
  const auto warm = open(3);
  EXPECT_TRUE(origin_.reused);
  EXPECT_EQ(cold->fingerprint(), warm->fingerprint());
  EXPECT_TRUE(std::ranges::equal(cold->rgb(), warm->rgb()));
  std::filesystem::remove(*settings_.index);
  EXPECT_EQ(open(3)->fingerprint(), cold->fingerprint());
  settings_.tile_step = 10;
  EXPECT_EQ(open()->photos(), 3);
  EXPECT_FALSE(origin_.reused);
}

TEST_F(VideoPool, StoredPixelsNeedNotBeSquare) {
  // 80x90 stored pixels shown twice as wide: the square is 45 stored pixels wide.
  make_video(settings_.tiles, "160x90", "scale=80:90,setsar=2");
  settings_.tile_step = 30;
  const auto library = open();
  ASSERT_EQ(library->photos(), 1);
  ThreadPool serial(1);
  const auto source = open_frame_source(settings_.tiles, {}, {});
  SourceFrame frame;
  ASSERT_TRUE(source->read(frame));
  RgbImage whole(Size{80, 90});
  yuv_to_rgb(std::get<YuvImage>(frame.picture), Rect{0, 0, 80, 90}, whole, serial);
  const RgbImage expected = resize(whole, Rect{17, 0, 45, 90}, Size{16, 16}, serial);
  EXPECT_TRUE(
      std::equal(expected.g.pixels.begin(), expected.g.pixels.end(), library->rgb().begin() + 256));
}

TEST_F(VideoPool, OneThatDoesNotTellItsLengthIsCounted) {
  // What a Matroska muxer writes into a pipe has no duration and no index.
  const CommandResult made = run_command(
      {"bash", "-c",
       "set -o pipefail; ffmpeg -v error -f lavfi -i testsrc2=size=160x90:rate=15:duration=2 "
       "-pix_fmt yuv420p -c:v mpeg4 -f matroska - | cat > '" +
           (folder_ / "clip.mkv").string() + "'"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  settings_.tiles = folder_ / "clip.mkv";
  settings_.mirror = true;
  settings_.tile_step = 7;
  EXPECT_EQ(open_frame_source(settings_.tiles, {}, {})->info().frames_estimate, -1);
  EXPECT_EQ(count_video_frames(settings_.tiles, {}), 30);
  const PoolSurvey survey = survey_pool(settings_, 16, 5, {});
  EXPECT_EQ(survey.photos, 5);
  EXPECT_EQ(survey.tiles(), 10);
  EXPECT_EQ(survey.frame_bytes, 160U * 90 * 3 / 2);
  EXPECT_EQ(open()->photos(), 5);
}

// A request to stop waited until a pool of many gigabytes had been read to its end.
TEST_F(VideoPool, CountingItsFramesEndsWhenTheRunIsToStop) {
  make_video(settings_.tiles, "160x90", "null");
  const std::atomic<bool> stop{true};
  RenderObserver observer;
  observer.stop = &stop;
  EXPECT_THROW(count_video_frames(settings_.tiles, observer), Interrupted);
}

TEST_F(VideoPool, TextIsNoVideo) {
  write_file(settings_.tiles, "This is not a film.\n");
  EXPECT_THROW(open(), InputError);
  EXPECT_FALSE(std::filesystem::exists(*settings_.index));
}

}  // namespace
}  // namespace mosaic
