// --memory: the estimate holds against what the kernel counts, and a limit changes no byte.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "e2e/e2e.hpp"
#include "e2e/json_lines.hpp"
#include "library/pool_survey.hpp"

namespace mosaic::test {
namespace {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// The most the program ever held, in bytes, by the kernel's own account; 0 when it failed.
std::uint64_t peak_of(const Strings& arguments) {
  std::vector<char*> words = {const_cast<char*>(MOSAIC_EXECUTABLE)};
  for (const std::string& each : arguments) words.push_back(const_cast<char*>(each.c_str()));
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execv(words[0], words.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) return 0;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 60);
    const CommandResult made =
        run_command({"ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=24",
                     "-frames:v", "72", "-c:v", "libx264", "-preset", "ultrafast", film()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    ASSERT_EQ(run_mosaic({"index", "--tiles", pool(), "--tile-size", "40", "--output", index()})
                  .exit_code,
              0);
  }
  std::string film() const { return (folder_ / "film.mp4").string(); }
  std::string pool() const { return (folder_ / "pool").string(); }
  std::string index() const { return (folder_ / "pool.mti").string(); }
  Strings job(const std::string& output, const Strings& more) const {
    Strings words = {"--frames",    film(),
                     "--tiles",     pool(),
                     "--index",     index(),
                     "--tile-size", "40",
                     "--device",    "cpu",
                     "--quiet",     "--force",
                     "--output",    (folder_ / output).string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::uint64_t estimate_of(Strings words) const {
    words.insert(words.end(), {"--dry-run", "--json"});
    const CommandResult result = run_mosaic(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const std::vector<Json> lines = of_type(lines_of(result.out), "estimate");
    return lines.size() == 1 ? lines[0]["memory"]["bytes"].get<std::uint64_t>() : 0;
  }
  struct Memories {
    std::uint64_t told = 0;
    std::uint64_t held = 0;
  };
  /// Of a job whose pool has one more photo, `name`, which FFmpeg makes of `source`.
  Memories with_photo(const std::string& name, const Strings& source) {
    Strings make = {"ffmpeg", "-v", "error", "-f", "lavfi", "-i"};
    make.insert(make.end(), source.begin(), source.end());
    make.push_back((folder_ / "pool" / name).string());
    const CommandResult made = run_command(make);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    Strings words = job("o.mp4", {"--threads", "1", "--encoder-preset", "ultrafast"});
    *(std::find(words.begin(), words.end(), "--index") + 1) = (folder_ / "other.mti").string();
    const Memories memories{estimate_of(words), peak_of(words)};
    EXPECT_GT(memories.held, 0U);
    return memories;
  }

  TemporaryFolder folder_;
};

TEST_F(Memory, TheEstimateHoldsAgainstWhatTheKernelCounts) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep memory of their own";
  // What decides most: the encoder's lookahead, the size, the threads.
  const std::vector<Strings> kinds = {{"--threads", "2"},
                                      {"--threads", "2", "--encoder-preset", "ultrafast"},
                                      {"--threads", "6", "--encoder-preset", "veryfast"},
                                      {"--threads", "1", "--preset", "ultra", "--flow", "block"}};
  for (const Strings& kind : kinds) {
    const Strings words = job("o.mp4", kind);
    const std::uint64_t told = estimate_of(words);
    const std::uint64_t held = peak_of(words);
    ASSERT_GT(held, 0U) << testing::PrintToString(kind);
    RecordProperty("told", std::to_string(told));
    EXPECT_LT(static_cast<double>(held), 1.3 * static_cast<double>(told))
        << testing::PrintToString(kind);
    EXPECT_LT(static_cast<double>(told), 2.0 * static_cast<double>(held))
        << testing::PrintToString(kind);
  }
}

// libvips held 500 rows of each photo, so what is told counted for photos of usual widths only.
TEST_F(Memory, TheEstimateHoldsForAPhotoOfLongRows) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep memory of their own";
  const auto [told, held] = with_photo(
      "long.png", {"color=c=teal:size=100000x700", "-frames:v", "1", "-pix_fmt", "rgb24"});
  EXPECT_LT(static_cast<double>(held), 1.3 * static_cast<double>(told)) << told;
}

// Its decoder holds all of it, with a copy: 120 MB, where 24 were told.
TEST_F(Memory, TheEstimateHoldsForAPhotoThatIsHeldWhole) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep memory of their own";
  const auto [told, held] = with_photo(
      "whole.webp", {"color=c=teal:size=5000x3000", "-frames:v", "1", "-c:v", "libwebp"});
  EXPECT_LT(static_cast<double>(held), 1.3 * static_cast<double>(told)) << told;
  EXPECT_LT(static_cast<double>(told), 2.0 * static_cast<double>(held)) << told;
}

TEST_F(Memory, ALimitChangesHowTheWorkIsDoneAndNoByteOfIt) {
  const Strings kind = {"--threads", "4", "--encoder-preset", "veryfast"};
  const std::uint64_t whole = estimate_of(job("free.mp4", kind));
  Strings less = kind;
  // Between what is usual and the least: the queues shrink, and threads do.
  less.insert(less.end(), {"--memory", std::to_string(whole - 4'000'000)});
  const CommandResult free = run_mosaic(job("free.mp4", kind));
  ASSERT_EQ(free.exit_code, 0) << free.err;
  Strings words = job("tight.mp4", less);
  words.erase(std::find(words.begin(), words.end(), "--quiet"));
  const CommandResult tight = run_mosaic(words);
  ASSERT_EQ(tight.exit_code, 0) << tight.err;
  EXPECT_EQ(tight.err.find("4 frames wait"), std::string::npos) << tight.err;
  EXPECT_NE(tight.err.find("memory  about"), std::string::npos) << tight.err;
  EXPECT_LT(tight.err.find("memory  about"), tight.err.find("output  ")) << "said before the work";
  EXPECT_EQ(md5_of(folder_ / "free.mp4"), md5_of(folder_ / "tight.mp4"));
}

TEST_F(Memory, WhatCannotFitIsRefusedBeforeAnythingIsWritten) {
  const Strings before = names_in(folder_.path());
  const CommandResult result = run_mosaic(job("none.mp4", {"--memory", "40M"}));
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_NE(result.err.find("--memory allows 40 MB"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("this job needs about"), std::string::npos) << result.err;
  EXPECT_EQ(names_in(folder_.path()), before);
  // A preview has no encoder, but asks the same.
  EXPECT_EQ(run_mosaic(job("none.mp4", {"--memory", "40M", "--preview"})).exit_code, 2);
  EXPECT_EQ(names_in(folder_.path()), before);
}

/// Megabytes of tiles that the n-th run (from 0) of these told it would hold; -1: it told nothing.
int told_tiles(const std::string& text, int n) {
  std::size_t at = text.find("memory  about ");
  for (; n > 0 && at != std::string::npos; --n) at = text.find("memory  about ", at + 1);
  const std::size_t tiles = at == std::string::npos ? at : text.find("tiles ", at);
  return tiles == std::string::npos ? -1 : std::stoi(text.substr(tiles + 6));
}

TEST_F(Memory, TilesThatABatchKeepsOpenForOtherSizesCount) {
  const std::string small = (folder_ / "small.mp4").string();
  ASSERT_EQ(run_command({"ffmpeg", "-v", "error", "-i", film(), "-vf", "scale=320:180", "-frames:v",
                         "2", "-c:v", "libx264", "-preset", "ultrafast", small})
                .exit_code,
            0);
  CommandOptions options;
  options.environment["XDG_CACHE_HOME"] = (folder_ / "cache").string();
  // 40 px for the large film and 20 px for the small one, of 60 photos 15 tiles each.
  const Strings common = {
      "--tiles", pool(), "--grid",   "16x9", "--variants", "mirror,bright,hue:11",
      "--range", "0-0",  "--device", "cpu",  "--threads",  "2",
      "--force"};
  const auto run = [&](Strings words) {
    words.insert(words.end(), common.begin(), common.end());
    const CommandResult result = run_mosaic(words, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.err;
  };
  const int large =
      told_tiles(run({"--frames", film(), "--output", (folder_ / "a.mp4").string()}), 0);
  const int alone =
      told_tiles(run({"--frames", small, "--output", (folder_ / "b.mp4").string()}), 0);
  const std::string both =
      run({"--frames", film(), "--frames", small, "--out-dir", (folder_ / "out").string()});
  EXPECT_EQ(told_tiles(both, 0), large);
  const int bytes = static_cast<int>(60 * 15 * bytes_per_tile(40, 5) / 1'000'000);
  EXPECT_GT(bytes, 4) << "more than rounding to megabytes can hide";
  EXPECT_GE(told_tiles(both, 1), alone + bytes);
  EXPECT_LE(told_tiles(both, 1), alone + bytes + 1);
}

}  // namespace
}  // namespace mosaic::test
