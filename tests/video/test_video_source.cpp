// Counts, timestamps and streams of a video, against ffprobe.
#include <fstream>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

class VideoSource : public ClipTest {};

std::vector<std::int64_t> times_of(const FilmRead& film) {
  std::vector<std::int64_t> times;
  for (const SourceFrame& frame : film.frames) times.push_back(frame.pts);
  return times;
}

void expect_as_probed(const FilmRead& film, const std::filesystem::path& path) {
  EXPECT_EQ(times_of(film), probe_times(path));
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    EXPECT_EQ(film.frames[i].index, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(film.decode_errors, 0);
  EXPECT_TRUE(film.skipped.empty());
}

TEST_F(VideoSource, EveryFrameComesOutWithAnyNumberOfBFrames) {
  for (const int b_frames : {0, 1, 2, 3, 8}) {
    SCOPED_TRACE("b-frames " + std::to_string(b_frames));
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1.2 -c:v libx264 -preset veryfast -bf " +
           std::to_string(b_frames) + " b.mp4");
    const FilmRead film = read_film(file("b.mp4"));
    EXPECT_EQ(film.frames.size(), 30U);
    EXPECT_EQ(film.info.frames, 30);
    expect_as_probed(film, file("b.mp4"));
  }
}

TEST_F(VideoSource, ClipsOfOneAndTwoFrames) {
  for (const int count : {1, 2}) {
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25 -c:v libx264 -frames:v " + std::to_string(count) +
           " n.mkv");
    const FilmRead film = read_film(file("n.mkv"));
    EXPECT_EQ(film.frames.size(), static_cast<std::size_t>(count));
    EXPECT_FALSE(film.info.still) << "a video of one frame is still a video";
    expect_as_probed(film, file("n.mkv"));
  }
}

TEST_F(VideoSource, VariableFrameRateKeepsItsTimes) {
  // Ten evenly spaced frames, then every third.
  ffmpeg({"-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2", "-vf",
          "select='lt(n,10)+not(mod(n,3))'", "-vsync", "vfr", "-c:v", "libx264", "v.mp4"});
  const FilmRead film = read_film(file("v.mp4"));
  ASSERT_GT(film.frames.size(), 20U);
  expect_as_probed(film, file("v.mp4"));
  EXPECT_NE(film.frames[2].pts - film.frames[1].pts, film.frames[20].pts - film.frames[19].pts)
      << "the clip is not variable: the test would prove nothing";
}

TEST_F(VideoSource, EditListHidesWhatComesBeforeTheCut) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -g 50 whole.mp4");
  ffmpeg("-ss 0.5 -i whole.mp4 -c copy cut.mp4");
  const FilmRead film = read_film(file("cut.mp4"));
  const int stored = std::stoi(probe(file("cut.mp4"), "v:0", "stream=nb_frames"));
  ASSERT_LT(film.frames.size(), static_cast<std::size_t>(stored)) << "the clip has no edit list";
  EXPECT_EQ(film.info.frames, static_cast<std::int64_t>(film.frames.size()));
  expect_as_probed(film, file("cut.mp4"));
}

TEST_F(VideoSource, LateAndNegativeStartsArePassedThrough) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -output_ts_offset 1.5 late.mkv");
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v mpeg4 -bf 0 -output_ts_offset -0.4 "
      "-avoid_negative_ts disabled early.mkv");
  const FilmRead late = read_film(file("late.mkv"));
  EXPECT_EQ(late.frames.front().pts, 1500);
  expect_as_probed(late, file("late.mkv"));
  const FilmRead early = read_film(file("early.mkv"));
  EXPECT_EQ(early.frames.front().pts, -400);
  expect_as_probed(early, file("early.mkv"));
}

TEST_F(VideoSource, MissingTimestampsGoOnFromTheDuration) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -bf 2 raw.h264");
  const FilmRead film = read_film(file("raw.h264"));
  ASSERT_EQ(film.frames.size(), 25U);
  for (std::size_t i = 1; i < film.frames.size(); ++i) {
    EXPECT_GT(film.frames[i].pts, film.frames[i - 1].pts) << "frame " << i;
  }
}

TEST_F(VideoSource, TheLargestStreamIsShownAndCoverArtIsNot) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -f lavfi -i color=red:s=128x96:r=25:d=1 "
      "-map 0 -map 1 -c:v libx264 two.mkv");
  const FilmRead two = read_film(file("two.mkv"));
  EXPECT_EQ(two.info.size, (Size{128, 96}));
  EXPECT_TRUE(Heard::has(two.heard.notices, "2 video streams"));

  ffmpeg("-f lavfi -i color=blue:s=400x400 -frames:v 1 art.png");
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -i art.png -map 0 -map 1 -c:v:0 libx264 "
      "-c:v:1 copy -disposition:v:1 attached_pic art.mp4");
  const FilmRead art = read_film(file("art.mp4"));
  EXPECT_EQ(art.info.size, (Size{64, 48}));
  EXPECT_EQ(art.frames.size(), 25U);
}

TEST_F(VideoSource, CoverArtAloneIsNoVideo) {
  ffmpeg("-f lavfi -i color=blue:s=40x40 -frames:v 1 art.png");
  ffmpeg(
      "-f lavfi -i sine=d=0.2 -i art.png -map 0 -map 1 -c:a aac -c:v copy "
      "-disposition:v:0 attached_pic song.mp4");
  EXPECT_THROW(read_film(file("song.mp4")), InputError);
}

TEST_F(VideoSource, SampleAspectIsReported) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.2 -vf setsar=4/3 -c:v libx264 sar.mp4");
  EXPECT_DOUBLE_EQ(read_film(file("sar.mp4")).info.sample_aspect, 4.0 / 3.0);
}

TEST_F(VideoSource, SampleAspectThatASizeWasRoundedToIsSquare) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=0.2 -vf setsar=1280/1281:max=2000 -c:v libx264 "
      "near.mp4");
  EXPECT_EQ(probe(file("near.mp4"), "v:0", "stream=sample_aspect_ratio"), "1280:1281");
  EXPECT_DOUBLE_EQ(read_film(file("near.mp4")).info.sample_aspect, 1.0);
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=0.2 -vf setsar=400/401:max=2000 -c:v libx264 far.mp4");
  EXPECT_DOUBLE_EQ(read_film(file("far.mp4")).info.sample_aspect, 400.0 / 401.0);
}

TEST_F(VideoSource, ASizeChangeIsFittedAndNamedOnce) {
  ffmpeg("-f lavfi -i color=red:s=64x48:r=25:d=0.4 -c:v libx264 one.h264");
  ffmpeg("-f lavfi -i color=lime:s=96x96:r=25:d=0.4 -c:v libx264 two.h264");
  std::ofstream(file("both.h264"), std::ios::binary)
      << file_bytes(file("one.h264")) << file_bytes(file("two.h264"));
  const FilmRead film = read_film(file("both.h264"));
  ASSERT_EQ(film.frames.size(), 20U);
  EXPECT_EQ(film.heard.warnings.size(), 1U);
  EXPECT_TRUE(Heard::has(film.heard.warnings, "96x96 at frame 10"));
  for (const SourceFrame& frame : film.frames) {
    const auto* image = std::get_if<YuvImage>(&frame.picture);
    ASSERT_NE(image, nullptr);
    EXPECT_EQ(image->size(), (Size{64, 48}));
  }
  EXPECT_TRUE(near_color(pixel_at(film.frames.back().picture, 32, 24), Rgb{0, 255, 0}, 3));
}

TEST_F(VideoSource, OddSizesAreRead) {
  for (const char* size : {"67:67", "321:181", "3:5"}) {
    SCOPED_TRACE(size);
    ffmpeg(std::string("-f lavfi -i color=0x4080C0:s=64x64:r=25:d=0.2 -vf scale=") + size +
           ",format=yuv420p -c:v ffv1 odd.mkv");
    const FilmRead film = read_film(file("odd.mkv"));
    ASSERT_EQ(film.frames.size(), 5U);
    EXPECT_EQ(std::to_string(film.info.size.width) + ":" + std::to_string(film.info.size.height),
              size);
    EXPECT_TRUE(near_color(
        pixel_at(film.frames[4].picture, film.info.size.width - 1, film.info.size.height - 1),
        Rgb{0x40, 0x80, 0xC0}, 3));
  }
}

TEST_F(VideoSource, GifKeepsItsDelays) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=1 anim.gif");
  const FilmRead film = read_film(file("anim.gif"));
  EXPECT_EQ(film.frames.size(), 10U);
  EXPECT_FALSE(film.info.still);
  expect_as_probed(film, file("anim.gif"));
  ffmpeg("-f lavfi -i testsrc2=s=64x48 -frames:v 1 one.gif");
  EXPECT_TRUE(read_film(file("one.gif")).info.still);
}

TEST_F(VideoSource, NamesAreOnlyNames) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.2 -c:v libx264 plain.mp4");
  for (const char* name : {"a:b.mp4", "x%03d.mp4", "-leading.mp4", "http:x.mp4", "new\nline.mp4"}) {
    std::filesystem::copy_file(file("plain.mp4"), file(name));
    EXPECT_EQ(read_film(file(name)).frames.size(), 5U) << name;
  }
}

TEST(SharedClip, AllFramesAreRead) {
  const std::filesystem::path clip = std::filesystem::path(MOSAIC_SHARED_DATA) / "bbb480.mp4";
  if (!std::filesystem::exists(clip)) GTEST_SKIP() << clip << " is not there";
  const auto source = open_frame_source(clip, {}, {});
  EXPECT_EQ(source->info().size, (Size{854, 480}));
  EXPECT_EQ(source->info().frames, 720);
  SourceFrame frame;
  std::int64_t count = 0;
  while (source->read(frame)) {
    EXPECT_EQ(frame.pts, count * 512);
    ++count;
  }
  EXPECT_EQ(count, 720);
  EXPECT_EQ(source->decode_errors(), 0);
}

}  // namespace
}  // namespace mosaic::test
