// GIF, WebM, numbered pictures and stills.
#include <sys/resource.h>

#include <fstream>

#include "job/job_folder.hpp"
#include "video/clips.hpp"

namespace mosaic::test {
namespace {

class OutputKinds : public ClipTest {
 protected:
  void make_clip(const std::string& rate = "25", const std::string& name = "in.mp4") const {
    ffmpeg("-f lavfi -i testsrc2=s=64x48:d=0.4:r=" + rate +
           " -f lavfi -i sine=d=0.4 -c:v libx264 -c:a aac " + name);
  }
};

TEST_F(OutputKinds, GifKeepsCountAndTimesAndSaysThatSoundIsDropped) {
  make_clip("12");
  const Heard heard = write_film(file("in.mp4"), file("out.gif"));
  const auto times = probe_times(file("out.gif"));
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 8, 17, 25, 33}));
  EXPECT_EQ(probe(file("out.gif"), "v:0", "stream=duration"), "0.420000") << "the last delay too";
  EXPECT_TRUE(Heard::has(heard.notices, "1 audio or subtitle stream is left out"));
}

TEST_F(OutputKinds, GifFasterThanItsPlayersIsSlowedWithAWarning) {
  make_clip("100");
  const Heard heard = write_film(file("in.mp4"), file("out.gif"));
  EXPECT_EQ(probe_times(file("out.gif")).size(), 40U);
  EXPECT_TRUE(Heard::has(heard.warnings, "50 frames per second"));
}

TEST_F(OutputKinds, WebmHoldsVp9AndMakesOpusOfOtherSound) {
  make_clip();
  const Heard heard = write_film(file("in.mp4"), file("out.webm"));
  EXPECT_EQ(probe(file("out.webm"), "", "stream=codec_name"), "vp9\nopus");
  EXPECT_EQ(probe_times(file("out.webm")).size(), 10U);
  EXPECT_EQ(probe_times(file("out.webm")).front(), 0);
  EXPECT_TRUE(Heard::has(heard.notices, "encoded as Opus"));
  // Opus and Vorbis are copied as they are.
  ffmpeg("-i in.mp4 -c:v copy -c:a libopus opus.mkv");
  const Heard copied = write_film(file("opus.mkv"), file("copied.webm"));
  EXPECT_EQ(packet_digests(file("copied.webm"), "a"), packet_digests(file("opus.mkv"), "a"));
  EXPECT_FALSE(Heard::has(copied.notices, "encoded as Opus"));
}

TEST_F(OutputKinds, OpusSoundsLikeTheSource) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:d=1:r=25 -f lavfi -i sine=f=440:d=1:r=44100 -c:v libx264 "
      "-c:a aac -ac 2 in.mp4");
  write_film(file("in.mp4"), file("out.webm"));
  // A 440 Hz tone: subtracting the source leaves far less than there was.
  const CommandResult result =
      run_command({"ffmpeg", "-nostdin", "-i", file("out.webm").native(), "-af",
                   "atrim=0.2:0.8,bandpass=f=440:w=40,volumedetect", "-f", "null", "-"});
  const CommandResult source =
      run_command({"ffmpeg", "-nostdin", "-i", file("in.mp4").native(), "-af",
                   "atrim=0.2:0.8,bandpass=f=440:w=40,volumedetect", "-f", "null", "-"});
  const auto mean = [](const std::string& text) {
    return std::stod(text.substr(text.find("mean_volume:") + 12));
  };
  EXPECT_NEAR(mean(result.err), mean(source.err), 1.0);
  EXPECT_NEAR(std::stod(probe(file("out.webm"), "", "format=duration")), 1.0, 0.05);
}

TEST_F(OutputKinds, SoundThatChangesItsChannelsMidStreamBecomesOpusToTheEnd) {
  // Broadcasts go from 5.1 to stereo between programmes, and to other rates.
  const std::string video = "-f lavfi -i testsrc2=s=64x48:d=1:r=25 ";
  const std::string codecs = " -c:v libx264 -c:a ac3 ";
  const std::string tone = "0.3*sin(2*PI*440*t)";
  ffmpeg(video + "-f lavfi -i aevalsrc=" + tone + "|" + tone + "|0|0|0|0:c=5.1:s=48000:d=1" +
         codecs + "a.ts");
  ffmpeg(video + "-f lavfi -i aevalsrc=" + tone + "|" + tone + ":c=stereo:s=44100:d=1" + codecs +
         "-output_ts_offset 1 b.ts");
  std::ofstream(file("ab.ts"), std::ios::binary)
      << file_bytes(file("a.ts")) << file_bytes(file("b.ts"));
  write_film(file("ab.ts"), file("out.webm"));
  EXPECT_EQ(probe(file("out.webm"), "a:0", "stream=codec_name,channels"), "opus\n6");
  EXPECT_NEAR(std::stod(probe(file("out.webm"), "", "format=duration")), 2.0, 0.1);
  const auto loudness = [&](const std::string& stretch) {
    const std::string text =
        run_command({"ffmpeg", "-nostdin", "-i", file("out.webm").native(), "-af",
                     "atrim=" + stretch + ",pan=mono|c0=c0,volumedetect", "-f", "null", "-"})
            .err;
    const std::size_t at = text.find("mean_volume:");
    return at == std::string::npos ? -999.0 : std::stod(text.substr(at + 12));
  };
  EXPECT_NEAR(loudness("0.2:0.8"), -13.5, 1.0);
  EXPECT_NEAR(loudness("1.2:1.8"), -13.5, 1.0) << "the same tone after the change";
}

// All of it was held at once, several times over: 0.9 GB and more for ten minutes of 7.1.
TEST_F(OutputKinds, TheSilenceOfALongHoleIsNotHeldAtOnce) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep memory that was given back";
#endif
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:d=2:r=5 -f lavfi -i sine=f=440:d=2:r=48000 "
      "-af asetpts=PTS+gt(T\\,1)*590/TB -ac 2 -c:v libx264 -c:a pcm_s16le in.mkv");
  const auto peak_mb = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
  };
  write_film(file("in.mkv"), file("warm.webm"), {.copy_streams = false});
  const long before = peak_mb();
  write_film(file("in.mkv"), file("out.webm"));
  EXPECT_LT(peak_mb() - before, 150) << "590 s are 227 MB";
  EXPECT_NEAR(std::stod(probe(file("out.webm"), "", "format=duration")), 592.0, 0.1);
}

TEST_F(OutputKinds, Vp9RepeatsItsBytes) {
  make_clip();
  write_film(file("in.mp4"), file("a.webm"), {.copy_streams = false});
  write_film(file("in.mp4"), file("b.webm"), {.copy_streams = false});
  EXPECT_EQ(file_bytes(file("a.webm")), file_bytes(file("b.webm")));
}

TEST_F(OutputKinds, ANewFolderAppearsWhenComplete) {
  make_clip();
  write_film(file("in.mp4"), file("frames/"));
  const auto names = names_in(file("frames"));
  ASSERT_EQ(names.size(), 10U);
  EXPECT_EQ(names.front(), "000001.png");
  EXPECT_EQ(names.back(), "000010.png");
  // What was written reads back as the same film.
  const FilmRead in = read_film(file("in.mp4"));
  const FilmRead out = read_film(file("frames"));
  ASSERT_EQ(out.frames.size(), in.frames.size());
  for (int y = 5; y < 48; y += 9) {
    EXPECT_TRUE(near_color(pixel_at(out.frames[7].picture, 31, y),
                           pixel_at(in.frames[7].picture, 31, y), 0));
  }
}

TEST_F(OutputKinds, APatternNamesThePictures) {
  make_clip();
  std::filesystem::create_directory(file("p"));
  write_film(file("in.mp4"), file("p/shot_%03d.jpg"));
  EXPECT_EQ(names_in(file("p")).front(), "shot_001.jpg");
  EXPECT_EQ(names_in(file("p")).size(), 10U);
}

TEST_F(OutputKinds, AnOldFolderIsFilledOnlyWithForceAndOnlyAtTheEnd) {
  make_clip();
  write_film(file("in.mp4"), file("f/"));
  const std::string first = file_bytes(file("f/000001.png"));
  std::ofstream(file("f/000011.png")) << "older";
  std::ofstream(file("f/readme.txt")) << "mine";
  EXPECT_THROW(write_film(file("in.mp4"), file("f/")), OutputError);
  std::ofstream(file("f/000001.png"), std::ios::trunc) << "old";
  write_film(file("in.mp4"), file("f/"), {.force = true, .finish = false});
  EXPECT_EQ(file_bytes(file("f/000001.png")), "old") << "an abandoned run changes nothing";
  EXPECT_EQ(names_in(file("f")).size(), 12U) << "and leaves nothing behind";
  const Heard heard = write_film(file("in.mp4"), file("f/"), {.force = true});
  EXPECT_EQ(file_bytes(file("f/000001.png")), first);
  EXPECT_TRUE(Heard::has(heard.warnings, "000011.png")) << "older pictures are named";
  EXPECT_EQ(file_bytes(file("f/readme.txt")), "mine");
}

TEST_F(OutputKinds, AStillGoesInAndComesOut) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48 -frames:v 1 in.png");
  write_film(file("in.png"), file("out.png"));
  const FilmRead in = read_film(file("in.png"));
  const FilmRead out = read_film(file("out.png"));
  EXPECT_TRUE(near_color(pixel_at(out.frames[0].picture, 40, 20),
                         pixel_at(in.frames[0].picture, 40, 20), 0));
  make_clip();
  EXPECT_THROW(write_film(file("in.mp4"), file("many.png")), UsageError);
  write_film(file("in.mp4"), file("one.png"), {.range = {3, 4}});
  EXPECT_EQ(read_film(file("one.png")).frames.size(), 1U);
}

// They were refused as patterns.
TEST_F(OutputKinds, AStillMayHaveAPercentSignInItsName) {
  make_clip();
  for (const char* name : {"100%.png", "a_%s.jpg"}) {
    write_film(file("in.mp4"), file(name), {.range = {3, 4}});
    EXPECT_EQ(read_film(file(name)).frames.size(), 1U) << name;
  }
  EXPECT_THROW(write_film(file("in.mp4"), file("%6d.png")), UsageError);
}

/// Three pictures for a folder that is there, of a run that was killed when it had moved the first.
class HalfMovedPictures : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(out_);
    JobFolder job(out_ / "%06d.png", false);
    const auto sink = open(job, false);
    for (int i = 0; i < 3; ++i) {
      sink->write(RgbImage(Size{8 + 2 * i, 8}), i, 1);
    }
    job.end_segment(3);
    sink->complete();
    job.begin_publishing();
    pictures_ = job.path() / "pictures";
    std::filesystem::rename(pictures_ / "000001.png", out_ / "000001.png");
  }
  [[nodiscard]] std::unique_ptr<FrameSink> open(JobFolder& job, bool force) const {
    SinkRequest request;
    request.output = out_;
    request.force = force;
    request.size = Size{8, 8};
    request.job = &job;
    auto sink = open_frame_sink(request, {});
    job.start({}, {}, 3, [](const std::string&) {});
    if (job.kept().empty()) job.begin_segment(0);
    return sink;
  }
  void finish(bool force = false) const {
    JobFolder job(out_ / "%06d.png", false);
    open(job, force)->finish();
    job.remove();
  }
  [[nodiscard]] std::string second() const { return file_bytes(out_ / "000002.png"); }

  TemporaryFolder folder_;
  std::filesystem::path out_ = folder_ / "out";
  std::filesystem::path pictures_;
};

// What was there was taken for the killed run's own.
TEST_F(HalfMovedPictures, APictureThatCameUpMeanwhileIsNotReplaced) {
  std::ofstream(out_ / "000002.png") << "somebody's";
  EXPECT_THROW(finish(), OutputError);
  EXPECT_EQ(second(), "somebody's");
  EXPECT_EQ(names_in(out_).size(), 3U) << "two pictures and the job";
  std::filesystem::remove(out_ / "000002.png");
  finish();
  EXPECT_EQ(names_in(out_).size(), 3U);
  EXPECT_NE(second(), "somebody's");
}

TEST_F(HalfMovedPictures, WithForceItIs) {
  std::ofstream(out_ / "000002.png") << "somebody's";
  finish(true);
  EXPECT_EQ(names_in(out_).size(), 3U);
  EXPECT_NE(second(), "somebody's");
}

TEST_F(HalfMovedPictures, OneThatWasMadeAgainIsItsOwn) {
  std::filesystem::copy_file(pictures_ / "000002.png", out_ / "000002.png");
  finish();
  EXPECT_EQ(names_in(out_).size(), 3U);
}

}  // namespace
}  // namespace mosaic::test
