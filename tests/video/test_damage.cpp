// Damaged and shortened files: what can be read is read, what is missing is named.
#include <fstream>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

class Damage : public ClipTest {
 protected:
  void shorten(const std::string& from, const std::string& to, double share) const {
    const std::string bytes = file_bytes(file(from));
    std::ofstream(file(to), std::ios::binary)
        << bytes.substr(0, static_cast<std::size_t>(static_cast<double>(bytes.size()) * share));
  }
};

TEST_F(Damage, HalfAnMp4SaysHowMuchWasRead) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=192x128:r=25:d=4 -c:v libx264 -crf 10 -movflags +faststart "
      "whole.mp4");
  shorten("whole.mp4", "half.mp4", 0.5);
  const FilmRead film = read_film(file("half.mp4"));
  EXPECT_GT(film.frames.size(), 20U);
  EXPECT_LT(film.frames.size(), 90U);
  ASSERT_EQ(film.skipped.size(), 1U);
  EXPECT_EQ(film.skipped[0].reason, std::to_string(film.frames.size()) +
                                        " of 100 frames could be read (file is truncated)");
  EXPECT_NE(film.skipped[0].name.find("half.mp4"), std::string::npos);
}

TEST_F(Damage, HalfAnMkvIsNoticedByItsDuration) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=4 -f lavfi -i sine=d=4 -c:v libx264 -c:a aac w.mkv");
  EXPECT_TRUE(read_film(file("w.mkv")).skipped.empty());
  shorten("w.mkv", "half.mkv", 0.5);
  const FilmRead film = read_film(file("half.mkv"));
  EXPECT_LT(film.frames.size(), 90U);
  ASSERT_EQ(film.skipped.size(), 1U);
  EXPECT_NE(film.skipped[0].reason.find("(file is truncated)"), std::string::npos)
      << film.skipped[0].reason;
}

TEST_F(Damage, AGifMayCarryBytesBehindItsTrailerButNotLackIt) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=1 whole.gif");
  const std::string bytes = file_bytes(file("whole.gif"));
  std::ofstream(file("longer.gif"), std::ios::binary) << bytes << std::string(17, '\0') << "more";
  EXPECT_TRUE(read_film(file("longer.gif")).skipped.empty());
  // A cut whose last byte looks like a trailer.
  const std::size_t cut = bytes.rfind(';', bytes.size() - 2);
  ASSERT_NE(cut, std::string::npos);
  std::ofstream(file("cut.gif"), std::ios::binary) << bytes.substr(0, cut + 1);
  EXPECT_FALSE(read_film(file("cut.gif")).skipped.empty());
}

TEST_F(Damage, SoundThatOutlastsThePictureIsNoDamage) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -f lavfi -i sine=d=4 -c:v libx264 -c:a aac s.mkv");
  const FilmRead film = read_film(file("s.mkv"));
  EXPECT_EQ(film.frames.size(), 25U);
  EXPECT_TRUE(film.skipped.empty());
}

TEST_F(Damage, OverwrittenBytesAreCounted) {
  ffmpeg("-f lavfi -i testsrc2=s=128x96:r=25:d=2 -c:v libx264 -movflags +faststart whole.mp4");
  std::string bytes = file_bytes(file("whole.mp4"));
  const std::size_t data = bytes.find("mdat");
  ASSERT_NE(data, std::string::npos);
  const std::size_t middle = data + (bytes.size() - data) / 2;
  for (std::size_t i = 0; i < 3000; ++i) bytes[middle + i] = static_cast<char>(i * 37);
  std::ofstream(file("bad.mp4"), std::ios::binary) << bytes;
  const FilmRead film = read_film(file("bad.mp4"));
  EXPECT_GT(film.decode_errors, 0);
  EXPECT_EQ(film.skipped.size(), 1U);
  const FilmRead again = read_film(file("bad.mp4"));
  ASSERT_EQ(again.frames.size(), film.frames.size());
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    EXPECT_EQ(std::get<YuvImage>(film.frames[i].picture).y.pixels,
              std::get<YuvImage>(again.frames[i].picture).y.pixels)
        << "frame " << i << ": concealment must repeat";
  }
}

TEST_F(Damage, TheSameHoleIsCountedInEveryRun) {
  // With frame threads, FFmpeg 5.1 loses or keeps a picture's error flags as the threads fall.
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -crf 10 -movflags +faststart w.mp4");
  std::string bytes = file_bytes(file("w.mp4"));
  for (std::size_t i = 0; i < 400; ++i) bytes[bytes.size() / 2 + i] = static_cast<char>(i * 37);
  std::ofstream(file("hole.mp4"), std::ios::binary) << bytes;
  const FilmRead first = read_film(file("hole.mp4"));
  EXPECT_GT(first.decode_errors, 0);
  for (int run = 0; run < 20; ++run) {
    const FilmRead film = read_film(file("hole.mp4"));
    ASSERT_EQ(film.decode_errors, first.decode_errors) << "run " << run;
    ASSERT_EQ(film.skipped.size(), first.skipped.size()) << "run " << run;
  }
}

TEST_F(Damage, SizesThatDamageMadeUpAreDamageAndNotOutOfMemory) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.8 -c:v libx264 whole.mp4");
  const std::string whole = file_bytes(file("whole.mp4"));
  const std::size_t table = whole.find("stsz") + 16;
  for (const char* size : {"\x3f\xff\xff\xff", "\x7f\xff\xff\xff"}) {
    std::string bytes = whole;
    bytes.replace(table + 4 * 5, 4, size, 4);
    std::ofstream(file("bad.mp4"), std::ios::binary) << bytes;
    const FilmRead film = read_film(file("bad.mp4"));
    EXPECT_LT(film.frames.size(), 20U);
    ASSERT_EQ(film.skipped.size(), 1U) << film.frames.size() << " frames";
    EXPECT_NE(film.skipped[0].reason.find("of 20 frames could be read"), std::string::npos)
        << film.skipped[0].reason;
  }
}

TEST_F(Damage, CutAtEveryTenthTheReaderEndsAndTellsTheTruth) {
  ffmpeg("-f lavfi -i testsrc2=s=192x128:r=25:d=2 -c:v libx264 -crf 10 -movflags +faststart w.mp4");
  ffmpeg("-i w.mp4 -c copy w.ts");
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v mpeg4 w.avi");
  for (const char* name : {"w.mp4", "w.ts", "w.avi"}) {
    for (int tenth = 0; tenth < 10; ++tenth) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(tenth) + "/10");
      shorten(name, std::string("cut-") + name, tenth / 10.0);
      try {
        const FilmRead film = read_film(file(std::string("cut-") + name));
        EXPECT_LT(film.frames.size(), 50U);
        EXPECT_GT(film.frames.size(), 0U);
        if (std::string(name) == "w.mp4") {
          EXPECT_EQ(film.skipped.size(), 1U);
        }
      } catch (const InputError& error) {
        EXPECT_LT(tenth, 5) << error.what();
      }
    }
  }
}

TEST_F(Damage, PicturesThatReferBeforeACutAreANoticeNotDamage) {
  // Cut at the second open group of pictures: its leading B pictures cannot be shown.
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -x264-params "
      "open-gop=1:bframes=8:b-adapt=0:keyint=25:min-keyint=25:scenecut=0:repeat-headers=1 "
      "-f segment -segment_time 1 -segment_format mpegts part%d.ts");
  ffmpeg("-i part1.ts -c copy -use_editlist 0 cut.mp4");
  const FilmRead film = read_film(file("cut.mp4"));
  const auto packets = packet_digests(file("cut.mp4"), "v").size();
  ASSERT_GT(packets, film.frames.size() + 2) << "the clip must lack more than a picture or two";
  EXPECT_EQ(film.decode_errors, 0);
  EXPECT_TRUE(film.skipped.empty());
  EXPECT_TRUE(Heard::has(film.heard.notices, "frames were not shown by the decoder"));
}

TEST_F(Damage, AFileWithoutOneFrameIsRefused) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -movflags +faststart w.mp4");
  const std::string bytes = file_bytes(file("w.mp4"));
  std::ofstream(file("head.mp4"), std::ios::binary) << bytes.substr(0, bytes.find("mdat") + 4);
  EXPECT_THROW(read_film(file("head.mp4")), InputError);
}

}  // namespace
}  // namespace mosaic::test
