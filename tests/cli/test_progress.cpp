#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/progress.hpp"
#include "cli/summary.hpp"

namespace mosaic::cli {
namespace {

RenderProgress render_progress(std::int64_t done, std::int64_t total, double elapsed_s) {
  RenderProgress progress;
  progress.stage = "render";
  progress.done = done;
  progress.total = total;
  progress.elapsed_s = elapsed_s;
  return progress;
}

/// A console on a clock that the test turns.
struct Bench {
  explicit Bench(bool terminal, bool quiet = false, bool verbose = false) {
    ConsoleOptions options;
    options.terminal = terminal;
    options.quiet = quiet;
    options.verbose = verbose;
    options.now_s = [this] { return now_s; };
    options.width = [this] { return width; };
    console.emplace(out, options);
  }
  std::ostringstream out;
  double now_s = 100.0;
  std::size_t width = 80;
  std::optional<Console> console;
};

/// What a terminal shows after these bytes: lines, with '\r' going back to the start.
std::vector<std::string> screen(const std::string& bytes) {
  std::vector<std::string> lines(1);
  std::size_t column = 0;
  for (const char c : bytes) {
    if (c == '\r') {
      column = 0;
    } else if (c == '\n') {
      lines.emplace_back();
      column = 0;
    } else {
      if (column >= lines.back().size()) lines.back().resize(column + 1, ' ');
      lines.back()[column++] = c;
    }
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

TEST(Progress, TextHasCountRateAndTimeLeft) {
  EXPECT_EQ(progress_text(render_progress(180, 720, 15.0)),
            "render  180/720  25%  12.0 fps  0:45 left");
  EXPECT_EQ(progress_text(render_progress(180, -1, 15.0)), "render  180  12.0 fps");
  EXPECT_EQ(progress_text(render_progress(0, 720, 0.0)), "render  0/720  0%");
  EXPECT_EQ(progress_text(render_progress(720, 720, 60.0)), "render  720/720  100%  12.0 fps");
  EXPECT_EQ(progress_text(render_progress(730, 720, 73.0)), "render  730/720  100%  10.0 fps")
      << "containers announce wrong numbers";
  RenderProgress index = render_progress(10, 40, 1.0);
  index.stage = "index";
  EXPECT_EQ(progress_text(index), "index  10/40  25%  10.0/s  0:03 left");
}

TEST(Progress, BarFitsAnyWidth) {
  for (std::size_t width = 1; width < 140; ++width) {
    const std::string bar = progress_bar(render_progress(180, 720, 15.0), width);
    EXPECT_LE(bar.size(), width);
    EXPECT_EQ(bar.find_first_of("\r\n"), std::string::npos);
  }
  EXPECT_EQ(progress_bar(render_progress(1, 4, 1.0), 120),
            "render  [#######-----------------------]  1/4  25%  1.0 fps  0:03 left");
}

TEST(Progress, TerminalLineIsRedrawnInPlaceAtMostTenTimesASecond) {
  Bench bench(true);
  int drawn = 0;
  for (int frame = 1; frame < 1000; ++frame) {
    bench.now_s += 0.01;  // ten seconds at 100 fps
    const std::size_t before = bench.out.str().size();
    bench.console->progress(render_progress(frame, 1000, frame * 0.01));
    drawn += bench.out.str().size() > before ? 1 : 0;
  }
  EXPECT_GE(drawn, 80);
  EXPECT_LE(drawn, 101);
  EXPECT_EQ(screen(bench.out.str()).size(), 1U) << "no new lines";
  EXPECT_EQ(bench.out.str().find('\x1b'), std::string::npos) << "no escape sequences";
  bench.console->clear();
  EXPECT_EQ(screen(bench.out.str()), std::vector<std::string>{""}) << "nothing is left behind";
}

TEST(Progress, AShorterLineLeavesNoTailOfTheLongerOne) {
  Bench bench(true);
  bench.console->progress(render_progress(999, 100000, 10.0));
  bench.width = 30;
  bench.now_s += 1.0;
  bench.console->progress(render_progress(1000, 100000, 10.0));
  EXPECT_LE(screen(bench.out.str())[0].size(), 29U) << screen(bench.out.str())[0];
}

TEST(Progress, MessagesDoNotRunIntoTheBar) {
  Bench bench(true);
  bench.console->progress(render_progress(1, 10, 1.0));
  bench.console->warning("something");
  bench.now_s += 1.0;
  bench.console->progress(render_progress(2, 10, 2.0));
  const auto lines = screen(bench.out.str());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], "warning: something");
  EXPECT_EQ(lines[1].rfind("render", 0), 0U);
}

TEST(Progress, PlainOutputHasNoCarriageReturnAndFewLines) {
  Bench bench(false);
  // A thousand seconds, a frame a second, out of 100,000: only the ten-second rule applies.
  for (int frame = 1; frame <= 1000; ++frame) {
    bench.now_s += 1.0;
    bench.console->progress(render_progress(frame, 100'000, frame));
  }
  const std::string text = bench.out.str();
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 100);
}

TEST(Progress, PlainOutputSaysEveryTwentieth) {
  Bench bench(false);
  // A hundred frames at one a second: 5 % comes before ten seconds.
  for (int frame = 1; frame <= 100; ++frame) {
    bench.now_s += 1.0;
    bench.console->progress(render_progress(frame, 100, frame));
  }
  const std::string text = bench.out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_EQ(text.rfind("render  1/100", 0), 0U) << "the first line comes at once";
}

TEST(Progress, PlainOutputOfAQuickRunIsShort) {
  Bench bench(false);
  for (int frame = 1; frame <= 100; ++frame) {
    bench.now_s += 0.02;
    bench.console->progress(render_progress(frame, 100, frame * 0.02));
  }
  const std::string text = bench.out.str();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST(Progress, EachStageBeginsWithALine) {
  Bench bench(false);
  RenderProgress index = render_progress(1, 10, 0.1);
  index.stage = "index";
  bench.console->progress(index);
  bench.console->progress(render_progress(1, 10, 0.1));
  EXPECT_EQ(screen(bench.out.str()).size(), 3U);
}

TEST(Progress, QuietSilencesAllButWarnings) {
  Bench bench(false, true);
  bench.console->info("info");
  bench.console->notice("notice");
  bench.console->progress(render_progress(1, 10, 1.0));
  EXPECT_EQ(bench.out.str(), "");
  bench.console->warning("careful");
  bench.console->detail("  because");
  EXPECT_EQ(bench.out.str(), "warning: careful\n  because\n");
}

TEST(Progress, InfoNeedsVerbose) {
  Bench plain(false);
  plain.console->info("info");
  plain.console->notice("notice");
  EXPECT_EQ(plain.out.str(), "notice\n");
  Bench verbose(false, false, true);
  verbose.console->info("info");
  EXPECT_EQ(verbose.out.str(), "info\n");
}

TEST(Progress, TheObserverIsTheConsole) {
  Bench bench(false);
  const RenderObserver observer = bench.console->observer();
  observer.notice("n");
  observer.warning("w");
  observer.info("i");
  observer.progress(render_progress(5, 10, 1.0));
  EXPECT_EQ(bench.out.str(), "n\nwarning: w\nrender  5/10  50%  5.0 fps  0:01 left\n");
}

TEST(Progress, NamesCannotDriveTheTerminal) {
  Bench bench(false);
  bench.console->warning("a\x1b[2J\nb");
  EXPECT_EQ(bench.out.str(), "warning: a\\x1b[2J\\x0ab\n");
  EXPECT_EQ(error_text("a\rb", ""), "error: a\\x0db\n");
  EXPECT_EQ(error_text("a", "b"), "error: a\n  b\n");
}

TEST(Summary, SaysWhatWasMade) {
  Settings settings;
  settings.output = "out.mp4";
  RenderSummary summary;
  summary.frames_out = 720;
  EXPECT_EQ(made_text(settings, summary, 60.0, 21'345'678),
            "made out.mp4: 720 frames in 1:00, 12.0 fps, 21.3 MB");
  summary.frames_out = 1;
  EXPECT_EQ(made_text(settings, summary, 0.5, 0), "made out.mp4: 1 frame in 0:01, 2.0 fps");
}

TEST(Summary, SkippedInputsAreListedUpToTen) {
  std::vector<SkippedInput> skipped;
  EXPECT_TRUE(skipped_lines(skipped, 0, "see x").empty());
  skipped.assign(10, SkippedInput{"a.jpg", "truncated"});
  EXPECT_EQ(skipped_lines(skipped, 0, "see x").size(), 11U);
  skipped.resize(25, SkippedInput{"b.jpg", "not a picture"});
  const auto lines = skipped_lines(skipped, 2, "see x");
  ASSERT_EQ(lines.size(), 13U);
  EXPECT_EQ(lines[0], "the video is damaged: 2 places could not be decoded");
  EXPECT_EQ(lines[1], "25 inputs were left out or found damaged:");
  EXPECT_EQ(lines[2], "  a.jpg: truncated");
  EXPECT_EQ(lines[12], "  and 15 more; see x");
}

}  // namespace
}  // namespace mosaic::cli
