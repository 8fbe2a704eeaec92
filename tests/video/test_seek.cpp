// Reading that begins in the middle of a film, against reading all of it.
#include <algorithm>

#include "video/clips.hpp"
#include "video/decode/frame_seek.hpp"

namespace mosaic::test {
namespace {

void expect_same(const YuvImage& seen, const YuvImage& expected) {
  EXPECT_TRUE(seen.y.pixels == expected.y.pixels);
  EXPECT_TRUE(seen.u.pixels == expected.u.pixels);
  EXPECT_TRUE(seen.v.pixels == expected.v.pixels);
}

class Seek : public ClipTest {
 protected:
  /// 4 s of 64x48 pictures, no two alike, with a key frame every 2 s.
  void make(const std::string& coding, const std::string& name) const {
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=4 -threads 1 -g 50 " + coding + " " + name);
  }

  /// Reads near every one of `seconds`: the frame of that time must be there, and must be the one
  /// that a reading from the beginning finds.
  void expect_same_frames(const std::string& name, const std::vector<double>& seconds) const {
    const FilmRead whole = read_film(file(name));
    ASSERT_EQ(whole.frames.size(), 100U) << name;
    const std::int64_t first = whole.frames.front().pts;
    for (const double wanted_s : seconds) {
      SCOPED_TRACE(name + " at " + std::to_string(wanted_s));
      const auto passed = [&](const SourceFrame& frame) {
        const auto ticks = static_cast<double>(frame.pts - first);
        return ticks * whole.info.time_base.value() > wanted_s + 1e-6;
      };
      const auto end = std::find_if(whole.frames.begin(), whole.frames.end(), passed);
      ASSERT_NE(end, whole.frames.begin());
      const SourceFrame& expected = *(end - 1);
      Heard heard;
      const auto source = open_frame_source_near(file(name), {}, wanted_s, heard.observer());
      SourceFrame frame;
      bool found = false;
      while (!found && source->read(frame)) {
        ASSERT_LE(frame.pts, expected.pts) << "begun too late";
        found = frame.pts == expected.pts;
      }
      ASSERT_TRUE(found);
      expect_same(std::get<YuvImage>(frame.picture), std::get<YuvImage>(expected.picture));
      while (source->read(frame)) continue;
      EXPECT_EQ(source->decode_errors(), 0) << "what precedes a key frame is no damage";
      EXPECT_TRUE(source->skipped().empty()) << source->skipped().front().reason;
    }
  }
};

TEST_F(Seek, TransportStreamsBeginAtAKeyFrameNotInTheMiddleOfAGroup) {
  make("-c:v libx264 -preset veryfast", "h264.ts");
  expect_same_frames("h264.ts", {0.5, 1.3, 1.96, 2.0, 3.3, 3.96});
  ffmpeg("-i h264.ts -c copy -mpegts_m2ts_mode 1 h264.m2ts");
  expect_same_frames("h264.m2ts", {1.3, 3.3});
}

TEST_F(Seek, OpenGroupsInTransportStreams) {
  make("-c:v libx264 -x264-params open-gop=1:bframes=3:scenecut=0", "open.ts");
  expect_same_frames("open.ts", {1.3, 1.92, 3.3});
  make("-c:v libx265 -x265-params log-level=error:open-gop=1:bframes=3", "hevc.ts");
  expect_same_frames("hevc.ts", {1.3, 1.92, 3.3});
}

TEST_F(Seek, ProgramStreamsAndOtherContainers) {
  make("-c:v mpeg2video -bf 2", "film.mpg");
  expect_same_frames("film.mpg", {1.3, 1.92, 3.3});
  make("-c:v libx264 -preset veryfast", "film.mp4");
  for (const std::string name : {"film.mkv", "film.flv"}) {
    ffmpeg("-i film.mp4 -c copy " + name);
  }
  for (const std::string name : {"film.mp4", "film.mkv", "film.flv"}) {
    expect_same_frames(name, {1.3, 3.3});
  }
}

TEST_F(Seek, ATransportStreamWhoseOnlyKeyFrameIsTheFirst) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=4 -threads 1 -c:v libx264 -g 250 one.ts");
  expect_same_frames("one.ts", {0.5, 3.3});
}

}  // namespace
}  // namespace mosaic::test
