// Walks the table of videos: exit code, frames, timestamps, colours, what is said.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "core/color_convert.hpp"
#include "core/parallel_for.hpp"
#include "metrics/color_difference.hpp"
#include "mosaic/render.hpp"
#include "pictures/picture_file.hpp"
#include "support/piped_input.hpp"
#include "torture/reference_frames.hpp"
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

  /// What the case is read from while the returned object lives.
  std::unique_ptr<PipedInput> pipe(const VideoCase& c) const {
    return c.piped ? std::make_unique<PipedInput>(file_bytes(file(c.file))) : nullptr;
  }

  FilmRead read(const VideoCase& c) const {
    const auto input = pipe(c);
    return read_film(c.piped ? fs::path("-") : file(c.file));
  }

  Outcome run(const VideoCase& c, const fs::path& output, bool strict) const {
    const auto input = pipe(c);
    Heard heard;
    Settings settings;
    settings.frames = c.piped ? fs::path("-") : file(c.file);
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

/// Seconds in a unit of the stream's time stamps.
double unit_of(const fs::path& film, const std::string& stream) {
  std::string text = probe(film, stream, "stream=time_base");
  text = text.substr(0, text.find('\n'));  // once more for every programme
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
void expect_company(const fs::path& in, const fs::path& out, double shift_s) {
  const std::string sound = probe(in, "a:0", "stream=start_time");
  if (!sound.empty()) {
    // A packet of AAC is 23 ms, and coders' priming is told in different ways.
    EXPECT_NEAR(std::stod(probe(out, "a:0", "stream=start_time")), std::stod(sound) + shift_s,
                0.03);
  }
  EXPECT_EQ(payload_digests(out, "s"), payload_digests(in, "s"));
  EXPECT_EQ(chapters_of(out), chapters_of(in));
}

/// By how much all times are moved: the clocks of some containers begin anywhere, and no output can
/// hold what begins before 0.
double shift_of(const fs::path& in, double picture_s) {
  if (in.extension() == ".ts") return -std::stod(probe(in, "", "format=start_time"));
  const std::string sound = probe(in, "a:0", "stream=start_time");
  if (sound.empty()) return -std::min(0.0, picture_s);
  // From FFmpeg 6 on a coder's priming stands before 0 in Matroska, where outputs hold it as well.
  const std::string samples = probe(in, "a:0", "stream=initial_padding");
  const double priming_s =
      samples.empty() ? 0.0
                      : std::stod(samples) / std::stod(probe(in, "a:0", "stream=sample_rate"));
  const double sound_s = std::round((std::stod(sound) + priming_s) * 1e3) / 1e3;  // Matroska's unit
  return -std::min({0.0, picture_s, sound_s});
}

/// Every frame's moment in and out, to the unit of each.
void expect_times(const VideoCase& c, const FilmRead& film, const fs::path& in,
                  const fs::path& out) {
  const double unit = unit_of(out, "v:0");
  std::vector<double> written;
  for (const std::int64_t time : probe_times(out)) {
    written.push_back(static_cast<double>(time) * unit);
  }
  ASSERT_EQ(written.size(), film.frames.size());
  if (c.times == Times::steady) {
    for (std::size_t i = 0; i < written.size(); ++i) {
      EXPECT_NEAR(written[i], static_cast<double>(i) / 25.0, 1e-4) << "frame " << i;
    }
    return;
  }
  // Of a file that is cut, ffprobe may count the rest of a frame as one, and not know the time of
  // the last whole one.
  const std::vector<std::int64_t> probed = probe_times(in, c.stream);
  const std::size_t both = std::min(probed.size(), written.size());
  ASSERT_GT(both, 0U);
  ASSERT_LE(std::max(probed.size(), written.size()), both + (c.exit_code == 3 ? 1 : 0));
  const double probed_unit = unit_of(in, c.stream);
  const double first_s = static_cast<double>(probed.front()) * probed_unit;
  if (c.start_s) {
    EXPECT_NEAR(first_s, *c.start_s, 1e-3) << "the case is not what it says";
  }
  const double shift_s = shift_of(in, first_s);
  EXPECT_NEAR(written.front(), first_s + shift_s, 2e-3) << "where the film begins";
  expect_company(in, out, shift_s);
  const double in_unit = film.info.time_base.value();
  for (std::size_t i = 0; i < both; ++i) {
    const double probed_s = static_cast<double>(probed[i]) * probed_unit;
    EXPECT_NEAR(static_cast<double>(film.frames[i].pts) * in_unit, probed_s, 1e-6) << "frame " << i;
    EXPECT_NEAR(written[i] - written.front(), probed_s - first_s, 1e-4) << "frame " << i;
  }
}

void expect_colors(const VideoCase& c, const FilmRead& film, const fs::path& in) {
  ThreadPool serial(1);
  const RgbImage ours = as_rgb(film.frames.front().picture);
  const RgbImage theirs = c.colors == Colors::tone_mapped
                              ? first_frame_tone_mapped(c, in, ours.size())
                              : first_frame_by_ffmpeg(c, in, ours.size());
  EXPECT_LE(metrics::mean_ciede2000(ours, theirs, serial), 1.0);
}

bool have_encoder(const std::string& name) {
  const CommandResult asked = run_command({"ffmpeg", "-hide_banner", "-h", "encoder=" + name});
  return asked.out.find("Encoder " + name) != std::string::npos;
}

TEST_P(TortureVideo, GivesWhatTheTableSays) {
  const VideoCase& c = GetParam();
  if (!c.needs.empty() && !have_encoder(c.needs)) {
    GTEST_SKIP() << "this ffmpeg has no encoder " << c.needs;
  }
  CommandOptions here;
  here.working_directory = folder_.path();
  const CommandResult made = run_command({"bash", "-ec", std::string(kMakeHelp) + c.make}, here);
  ASSERT_EQ(made.exit_code, 0) << made.err;

  const Outcome outcome = run(c, file(c.output), false);
  EXPECT_EQ(outcome.exit_code, c.exit_code) << outcome.said;
  EXPECT_NE(outcome.said.find(c.says), std::string::npos) << outcome.said;
  // Nothing half-done is left, and with --strict nothing at all.
  const bool made_one = c.exit_code == 0 || c.exit_code == 3;
  ASSERT_EQ(fs::exists(file(c.output)), made_one) << outcome.said;
  if (c.exit_code == 3) {
    EXPECT_EQ(run(c, file("strict.mp4"), true).exit_code, 4);
  }
  for (const std::string& name : names_in(folder_.path())) {
    EXPECT_EQ(name.find(".part"), std::string::npos) << name;
    EXPECT_NE(name, "strict.mp4");
  }
  if (!made_one) return;

  expect_frame_count(c, outcome.summary.frames_in, "in");
  EXPECT_EQ(outcome.summary.frames_out, outcome.summary.frames_in);
  const FilmRead film = read(c);
  EXPECT_EQ(static_cast<std::int64_t>(film.frames.size()), outcome.summary.frames_in);
  if (!c.size.empty()) {
    EXPECT_EQ(std::to_string(film.info.size.width) + "x" + std::to_string(film.info.size.height),
              c.size);
  }
  expect_times(c, film, file(c.file), file(c.output));
  if (c.colors == Colors::tone_mapped && !have_zscale()) {
    GTEST_SKIP() << "this ffmpeg has no zscale to hold the colours to";
  }
  expect_colors(c, film, file(c.file));
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
