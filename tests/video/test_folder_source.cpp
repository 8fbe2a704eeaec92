// A folder of pictures as a video: order, gaps, duplicates, sizes, damage.
#include <fstream>

#include "pictures/picture_file.hpp"
#include "video/clips.hpp"
#include "video/sources.hpp"

namespace mosaic::test {
namespace {

class FolderSource : public ::testing::Test {
 protected:
  /// A grey picture whose level tells which one it is.
  void picture(const std::string& name, int level, Size size = {16, 8}) const {
    RgbImage image(size);
    for (Plane* plane : {&image.r, &image.g, &image.b}) {
      std::fill(plane->pixels.begin(), plane->pixels.end(), static_cast<u8>(level));
    }
    write_picture(folder_ / name, name, image);
  }
  [[nodiscard]] static std::vector<int> levels(const FilmRead& film) {
    std::vector<int> found;
    for (const SourceFrame& frame : film.frames) found.push_back(pixel_at(frame.picture, 3, 3).r);
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(FolderSource, UnpaddedAndMixedPaddingSortAsNumbers) {
  picture("f10.png", 10);
  picture("f9.png", 9);
  picture("f008.png", 8);
  picture("f0011.png", 11);
  picture("f12000.png", 120);
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(levels(film), (std::vector<int>{8, 9, 10, 11, 120}));
  EXPECT_EQ(film.info.frames, 5);
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    EXPECT_EQ(film.frames[i].pts, static_cast<std::int64_t>(i));
    EXPECT_EQ(film.frames[i].duration, 1);
  }
  EXPECT_TRUE(Heard::has(film.heard.warnings, "12-11999"));
  EXPECT_TRUE(film.skipped.empty());
}

TEST_F(FolderSource, TheLastNumberCountsFrames) {
  picture("shot2_take10_1.png", 1);
  picture("shot2_take10_2.png", 2);
  picture("shot2_take9_5.png", 0);
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(levels(film), (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(film.heard.warnings.empty()) << "another take is no gap: " << film.heard.warnings[0];
}

TEST_F(FolderSource, GapsAreNamed) {
  for (const int n : {1, 2, 5, 6, 8}) picture("a" + std::to_string(n) + ".png", n);
  EXPECT_TRUE(Heard::has(read_film(folder_.path()).heard.warnings, "gaps in its numbers: 3-4, 7"));
}

TEST_F(FolderSource, DuplicateNumbersAreSkippedAndNamed) {
  picture("a1.png", 1);
  picture("a2.jpg", 200);
  picture("a2.png", 2);
  picture("a02.png", 22);
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(film.frames.size(), 2U);
  ASSERT_EQ(film.skipped.size(), 2U);
  EXPECT_NE(film.skipped[0].reason.find("same number as a02.png"), std::string::npos)
      << film.skipped[0].reason;
}

TEST_F(FolderSource, UnreadablePicturesAreListedAndLeaveNoHole) {
  picture("1.png", 1);
  std::ofstream(folder_ / "2.png") << "no picture";
  picture("3.png", 3);
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(levels(film), (std::vector<int>{1, 3}));
  EXPECT_EQ(film.frames[1].pts, 1);
  ASSERT_EQ(film.skipped.size(), 1U);
  EXPECT_NE(film.skipped[0].name.find("2.png"), std::string::npos);
  EXPECT_FALSE(film.skipped[0].reason.empty());
}

TEST_F(FolderSource, MixedSizesAreFittedAndNamed) {
  picture("1.png", 10, Size{16, 8});
  picture("2.png", 20, Size{30, 30});
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(levels(film), (std::vector<int>{10, 20}));
  EXPECT_EQ(size_of(film.frames[1].picture), (Size{16, 8}));
  EXPECT_TRUE(Heard::has(film.heard.warnings, "2.png is 30x30"));
}

TEST_F(FolderSource, OtherFilesAreLeftAlone) {
  picture("1.png", 1);
  std::ofstream(folder_ / "notes.txt") << "x";
  std::ofstream(folder_ / ".hidden.png") << "x";
  std::filesystem::create_directory(folder_ / "2.png");
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(film.frames.size(), 1U);
  EXPECT_TRUE(film.skipped.empty());
  EXPECT_FALSE(film.info.still) << "a folder of one picture is still a sequence";
}

// A second list of endings knew not all of a pool's, and some that are never read. Of two files
// with one number the one that cannot be read was taken.
TEST_F(FolderSource, FramesHaveTheEndingsOfPhotosThatAreRead) {
  picture("0.png", 10);
  const std::string png = file_bytes(folder_ / "0.png");
  for (const char* name : {"1.apng", "2.JFIF", "3.hif"}) std::ofstream(folder_ / name) << png;
  for (const char* name : {"0.bmp", "3.nef", "4.ppm", "5.jp2"}) {
    std::ofstream(folder_ / name) << "BM";
  }
  const FilmRead film = read_film(folder_.path());
  EXPECT_EQ(levels(film), (std::vector<int>{10, 10, 10, 10}));
  ASSERT_EQ(film.skipped.size(), 2U);
  EXPECT_NE(film.skipped[0].name.find("4.ppm"), std::string::npos);
  EXPECT_NE(film.skipped[1].name.find("5.jp2"), std::string::npos);
  EXPECT_TRUE(Heard::has(film.heard.info, "ignored 2 entries"));
}

TEST_F(FolderSource, AFolderOfPicturesThatAreNeverReadNamesOne) {
  std::ofstream(folder_ / "1.bmp") << "BM";
  try {
    read_film(folder_.path());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("1.bmp"), std::string::npos) << error.what();
  }
}

TEST_F(FolderSource, NothingUsableIsAnError) {
  EXPECT_THROW(read_film(folder_.path()), InputError);
  std::ofstream(folder_ / "1.png") << "no picture";
  EXPECT_THROW(read_film(folder_.path()), InputError);
}

TEST_F(FolderSource, FrameRateBecomesTheTimeBase) {
  picture("1.png", 1);
  const FilmRead film = read_film(folder_.path(), {.fps = 23.976});
  EXPECT_EQ(film.info.time_base.num, 1001);
  EXPECT_EQ(film.info.time_base.den, 24000);
  EXPECT_EQ(read_film(folder_.path()).info.time_base.den, 25);
}

TEST_F(FolderSource, OnePictureIsAStill) {
  picture("one.png", 77);
  const FilmRead film = read_film(folder_ / "one.png");
  EXPECT_TRUE(film.info.still);
  EXPECT_EQ(film.info.frames, 1);
  EXPECT_EQ(levels(film), std::vector<int>{77});
}

// Only ASCII's control characters were, so U+009B still began a sequence of a terminal, and U+202E
// turned the rest of the line round.
TEST(ShownNames, WhatATerminalObeysIsEscaped) {
  EXPECT_EQ(shown_name("a/\u00e4\U0001F600.png"), "a/\u00e4\U0001F600.png");
  EXPECT_EQ(shown_name("a\nb"), "a\\x0ab");
  EXPECT_EQ(shown_name("a\u009bb"), "a\\xc2\\x9bb");
  EXPECT_EQ(shown_name("a\u202egnp.exe"), "a\\xe2\\x80\\xaegnp.exe");
  EXPECT_EQ(shown_name("a\xff"), "a\\xff");
}

TEST(FrameRates, CommonDecimalsBecomeTheirFractions) {
  const auto is = [](double fps, std::int64_t num, std::int64_t den) {
    const Rational rate = rational_rate(fps);
    EXPECT_EQ(rate.num, num) << fps;
    EXPECT_EQ(rate.den, den) << fps;
  };
  is(23.976, 24000, 1001);
  is(23.98, 24000, 1001);
  is(29.97, 30000, 1001);
  is(59.94, 60000, 1001);
  is(119.88, 120000, 1001);
  is(24.0, 24, 1);
  is(12.5, 25, 2);
  is(0.5, 1, 2);
  is(24.975, 25000, 1001);
  is(15.625, 125, 8);
  EXPECT_THROW(rational_rate(0.0), UsageError);
  EXPECT_THROW(rational_rate(-1.0), UsageError);
  EXPECT_THROW(rational_rate(1e9), UsageError);
}

}  // namespace
}  // namespace mosaic::test
