// Walks the table of videos: exit code, frames, timestamps, colours, what is said.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "core/color_convert.hpp"
#include "core/parallel_for.hpp"
#include "library/picture_file.hpp"
#include "metrics/color_difference.hpp"
#include "mosaic/render.hpp"
#include "torture/video_cases.hpp"
#include "video/clips.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

/// What the executable would print and return, without starting it.
struct Outcome {
  int exit_code = 0;
  RenderSummary summary;
  std::string said;
};

class TortureVideo : public ClipTest, public ::testing::WithParamInterface<VideoCase> {
 protected:
  static void SetUpTestSuite() {
    pool_ = new TemporaryFolder;
    setenv("XDG_CACHE_HOME", (*pool_ / "cache").c_str(), 1);
    fs::create_directories(*pool_ / "photos");
    for (int i = 0; i < 24; ++i) {
      RgbImage photo(Size{24, 24});
      std::ranges::fill(photo.r.pixels, static_cast<u8>(i % 3 * 110 + 17));
      std::ranges::fill(photo.g.pixels, static_cast<u8>(i / 3 % 3 * 110 + 17));
      std::ranges::fill(photo.b.pixels, static_cast<u8>(i / 9 * 110 + 17));
      const std::string name = "p" + std::to_string(i) + ".png";
      write_picture(*pool_ / "photos" / name, name, photo);
    }
  }
  static void TearDownTestSuite() {
    unsetenv("XDG_CACHE_HOME");
    delete pool_;
    pool_ = nullptr;
  }

  Outcome run(const fs::path& input, const fs::path& output, bool strict) const {
    Heard heard;
    Settings settings;
    settings.frames = input;
    settings.output = output;
    settings.library.tiles = *pool_ / "photos";
    settings.encode.preset = "ultrafast";
    settings.threads = 1;
    settings.strict = strict;
    Outcome outcome;
    try {
      outcome.summary = render(settings, heard.observer());
      outcome.exit_code = static_cast<int>(outcome.summary.exit_code());
      for (const SkippedInput& input_left_out : outcome.summary.skipped) {
        outcome.said += input_left_out.name + ": " + input_left_out.reason + "\n";
      }
    } catch (const Error& error) {
      outcome.exit_code = static_cast<int>(error.code());
      outcome.said = error.what();
    }
    for (const auto* lines : {&heard.info, &heard.notices, &heard.warnings}) {
      for (const std::string& line : *lines) outcome.said += line + "\n";
    }
    return outcome;
  }

  static TemporaryFolder* pool_;
};

TemporaryFolder* TortureVideo::pool_ = nullptr;

RgbImage as_rgb(const Picture& picture) {
  if (const auto* rgb = std::get_if<RgbImage>(&picture)) return *rgb;
  const auto& yuv = std::get<YuvImage>(picture);
  ThreadPool serial(1);
  RgbImage image(yuv.size());
  yuv_to_rgb(yuv, Rect{0, 0, yuv.size().width, yuv.size().height}, image, serial);
  return image;
}

/// FFmpeg's own conversion of the first frame to RGB, at its most exact: without accurate_rnd it is
/// off by two levels from 10 bits.
RgbImage first_frame_by_ffmpeg(const fs::path& film, Size size) {
  const fs::path raw = film.parent_path() / "first.rgb";
  const CommandResult result =
      run_command({"ffmpeg", "-v", "error", "-nostdin", "-y", "-i", film.native(), "-frames:v", "1",
                   "-vf", "scale=flags=neighbor+accurate_rnd+full_chroma_int+bitexact", "-pix_fmt",
                   "rgb24", "-f", "rawvideo", raw.native()});
  const std::string bytes = file_bytes(raw);
  RgbImage image(size);
  if (bytes.size() != 3 * size.area()) {
    ADD_FAILURE() << "ffmpeg gave " << bytes.size() << " bytes: " << result.err;
    return image;
  }
  for (std::size_t i = 0; i < size.area(); ++i) {
    image.r.pixels[i] = static_cast<u8>(bytes[3 * i]);
    image.g.pixels[i] = static_cast<u8>(bytes[3 * i + 1]);
    image.b.pixels[i] = static_cast<u8>(bytes[3 * i + 2]);
  }
  return image;
}

/// Seconds from the first frame.
std::vector<double> intervals(const std::vector<std::int64_t>& times, double unit_s) {
  std::vector<double> out;
  for (const std::int64_t time : times) {
    out.push_back(static_cast<double>(time - times.front()) * unit_s);
  }
  return out;
}

double unit_of(const fs::path& film) {
  const std::string text = probe(film, "v:0", "stream=time_base");
  return std::stod(text) / std::stod(text.substr(text.find('/') + 1));
}

void expect_frame_count(const VideoCase& c, std::int64_t frames, const std::string& which) {
  EXPECT_GE(frames, c.frames) << which;
  EXPECT_LE(frames, c.frames_most > 0 ? c.frames_most : c.frames) << which;
}

/// "start, end, title" of every chapter.
std::string chapters_of(const fs::path& film) {
  return run_command({"ffprobe", "-v", "error", "-show_entries",
                      "chapter=start_time,end_time:chapter_tags=title", "-of", "csv=p=0",
                      film.native()})
      .out;
}

/// What is beside the picture: where it begins, what the sound's clock says, subtitles, chapters.
void expect_company(const fs::path& in, const fs::path& out) {
  const std::string sound = probe(in, "a:0", "stream=start_time");
  if (!sound.empty()) {
    // A packet of AAC is 23 ms, and coders' priming is told in different ways.
    EXPECT_NEAR(std::stod(probe(out, "a:0", "stream=start_time")), std::stod(sound), 0.03);
  }
  EXPECT_EQ(payload_digests(out, "s"), payload_digests(in, "s"));
  EXPECT_EQ(chapters_of(out), chapters_of(in));
}

TEST_P(TortureVideo, GivesWhatTheTableSays) {
  const VideoCase& c = GetParam();
  CommandOptions here;
  here.working_directory = folder_.path();
  const CommandResult made = run_command({"bash", "-ec", std::string(kMakeHelp) + c.make}, here);
  ASSERT_EQ(made.exit_code, 0) << made.err;

  const Outcome outcome = run(file(c.file), file(c.output), false);
  EXPECT_EQ(outcome.exit_code, c.exit_code) << outcome.said;
  EXPECT_NE(outcome.said.find(c.says), std::string::npos) << outcome.said;
  // Nothing half-done is left, and with --strict nothing at all.
  const bool made_one = c.exit_code == 0 || c.exit_code == 3;
  EXPECT_EQ(fs::exists(file(c.output)), made_one);
  if (c.exit_code == 3) {
    EXPECT_EQ(run(file(c.file), file("strict.mp4"), true).exit_code, 4);
  }
  for (const std::string& name : names_in(folder_.path())) {
    EXPECT_EQ(name.find(".part"), std::string::npos) << name;
    EXPECT_NE(name, "strict.mp4");
  }
  if (!made_one) return;

  expect_frame_count(c, outcome.summary.frames_in, "in");
  EXPECT_EQ(outcome.summary.frames_out, outcome.summary.frames_in);
  const std::vector<std::int64_t> written = probe_times(file(c.output));
  expect_frame_count(c, static_cast<std::int64_t>(written.size()), "in the file");

  const FilmRead film = read_film(file(c.file));
  EXPECT_EQ(static_cast<std::int64_t>(film.frames.size()), outcome.summary.frames_in);
  if (!c.size.empty()) {
    EXPECT_EQ(std::to_string(film.info.size.width) + "x" + std::to_string(film.info.size.height),
              c.size);
  }
  if (c.times == Times::as_probed) {
    std::vector<std::int64_t> times;
    for (const SourceFrame& frame : film.frames) times.push_back(frame.pts);
    EXPECT_EQ(times, probe_times(file(c.file)));
    const auto in = intervals(times, film.info.time_base.value());
    const double unit = unit_of(file(c.output));
    const auto out = intervals(written, unit);
    EXPECT_NEAR(static_cast<double>(written.front()) * unit,
                static_cast<double>(times.front()) * film.info.time_base.value(), 2e-3)
        << "where the film begins";
    expect_company(file(c.file), file(c.output));
    ASSERT_EQ(out.size(), in.size());
    for (std::size_t i = 0; i < in.size(); ++i) EXPECT_NEAR(out[i], in[i], 1e-4) << "frame " << i;
  }
  if (c.colors) {
    ThreadPool serial(1);
    const RgbImage ours = as_rgb(film.frames.front().picture);
    EXPECT_LE(
        metrics::mean_ciede2000(ours, first_frame_by_ffmpeg(file(c.file), ours.size()), serial),
        1.0);
  }
}

std::string test_name(const ::testing::TestParamInfo<VideoCase>& info) {
  std::string name;
  for (const char c : info.param.name) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Table, TortureVideo, ::testing::ValuesIn(video_cases()), test_name);

}  // namespace
}  // namespace mosaic::test
