// Interlaced clips: combs go, counts and times stay.
#include <cstdlib>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

class Deinterlacer : public ClipTest {
 protected:
  /// Two fields of different moments in each of 12 frames; tff or bff.
  void make_interlaced(const std::string& name, const std::string& first = "tff") const {
    // A bar that moves sideways combs where it has left and arrived, and nothing else does.
    ffmpeg({"-f", "lavfi", "-i", "color=black:s=64x64:r=50:d=0.48", "-f", "lavfi", "-i",
            "color=white:s=12x64:r=50:d=0.48", "-filter_complex",
            "[0][1]overlay=x=n*2,tinterlace=interleave_" +
                std::string(first == "tff" ? "top" : "bottom") + ",setfield=" + first,
            "-flags", "+ilme+ildct", "-c:v", "mpeg2video", "-q:v", "2", name});
  }
};

/// Mean distance of a row from the mean of its neighbours: high where fields differ.
double combing(const FilmRead& film) {
  double sum = 0.0;
  double samples = 0.0;
  for (const SourceFrame& frame : film.frames) {
    const Plane& luma = std::get<YuvImage>(frame.picture).y;
    for (int y = 1; y + 1 < luma.size.height; ++y) {
      for (int x = 0; x < luma.size.width; ++x) {
        sum += std::abs(2 * luma.row(y)[x] - luma.row(y - 1)[x] - luma.row(y + 1)[x]);
        ++samples;
      }
    }
  }
  return sum / samples;
}

TEST_F(Deinterlacer, CombsGoAndCountsAndTimesStay) {
  for (const char* order : {"tff", "bff"}) {
    SCOPED_TRACE(order);
    make_interlaced("i.mkv", order);
    const FilmRead as_is = read_film(file("i.mkv"), {.deinterlace = Deinterlace::off});
    const FilmRead woven = read_film(file("i.mkv"));
    EXPECT_TRUE(Heard::has(woven.heard.notices, "is interlaced and is deinterlaced (bwdif"));
    EXPECT_TRUE(as_is.heard.notices.empty());
    ASSERT_EQ(woven.frames.size(), 12U);
    ASSERT_EQ(as_is.frames.size(), 12U);
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(woven.frames[i].pts, as_is.frames[i].pts) << i;
      EXPECT_EQ(woven.frames[i].duration, as_is.frames[i].duration) << i;
    }
    EXPECT_GT(combing(as_is), 5.0) << "the clip is not interlaced";
    EXPECT_LT(combing(woven), combing(as_is) / 4.0);
  }
}

TEST_F(Deinterlacer, ProgressiveVideoIsLeftAloneUnlessTold) {
  ffmpeg("-f lavfi -i testsrc2=s=64x64:r=25:d=0.2 -c:v libx264 -qp 10 p.mkv");
  const FilmRead usual = read_film(file("p.mkv"));
  const FilmRead never = read_film(file("p.mkv"), {.deinterlace = Deinterlace::off});
  const FilmRead always = read_film(file("p.mkv"), {.deinterlace = Deinterlace::on});
  ASSERT_EQ(usual.frames.size(), always.frames.size());
  bool changed = false;
  for (std::size_t i = 0; i < usual.frames.size(); ++i) {
    const auto& plain = std::get<YuvImage>(usual.frames[i].picture).y.pixels;
    EXPECT_EQ(plain, std::get<YuvImage>(never.frames[i].picture).y.pixels);
    changed = changed || plain != std::get<YuvImage>(always.frames[i].picture).y.pixels;
    EXPECT_EQ(usual.frames[i].pts, always.frames[i].pts);
  }
  EXPECT_TRUE(changed) << "--deinterlace on does nothing";
}

TEST_F(Deinterlacer, RepeatsBitByBit) {
  make_interlaced("i.mkv");
  const FilmRead once = read_film(file("i.mkv"));
  const FilmRead again = read_film(file("i.mkv"));
  for (std::size_t i = 0; i < once.frames.size(); ++i) {
    EXPECT_EQ(std::get<YuvImage>(once.frames[i].picture).y.pixels,
              std::get<YuvImage>(again.frames[i].picture).y.pixels);
  }
}

TEST_F(Deinterlacer, WhatTheFilterCannotTakeIsUsedAsItIsAndSaid) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x2:r=25:d=0.2 -vf setfield=tff,format=yuv444p -flags +ilme+ildct "
      "-c:v ffv1 low.mkv");
  const FilmRead low = read_film(file("low.mkv"), {.deinterlace = Deinterlace::on});
  EXPECT_EQ(low.frames.size(), 5U);
  EXPECT_TRUE(Heard::has(low.heard.notices, "cannot be deinterlaced"));
}

}  // namespace
}  // namespace mosaic::test
