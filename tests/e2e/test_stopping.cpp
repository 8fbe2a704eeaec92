// What a run leaves when a signal ends it, and what the next one finds.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "e2e/resume_test.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class StoppedBy : public Resume, public testing::WithParamInterface<std::pair<const char*, int>> {};

TEST_P(StoppedBy, ASignalKeepsWhatIsFinishedAndSaysSo) {
  const auto& [signal, number] = GetParam();
  const std::string expected = undisturbed("film.mp4");
  const CommandResult stopped = stop_after("out.mp4", 1, signal);
  EXPECT_EQ(stopped.exit_code, 128 + number);
  EXPECT_NE(stopped.err.find("are kept"), std::string::npos) << stopped.err;
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
  EXPECT_EQ(run("out.mp4").exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

INSTANTIATE_TEST_SUITE_P(Signals, StoppedBy,
                         testing::Values(std::pair("INT", 2), std::pair("TERM", 15),
                                         std::pair("HUP", 1)),
                         [](const auto& each) { return std::string(each.param.first); });

using Stopping = Resume;

TEST_F(Stopping, TheOldFileStaysUntilTheNewOneIsComplete) {
  const std::string expected = undisturbed("film.mp4");
  std::vector<std::string> all = arguments({"--force", "--output", (folder_ / "out.mp4").string()});
  all.insert(all.begin(),
             {"bash", "-c",
              "journal=$1; shift; \"$@\" & pid=$!\n"
              "while kill -0 $pid 2>/dev/null && [ ! -s \"$journal\" ]; do sleep 0.002; done\n"
              "kill -KILL $pid; wait $pid",
              "bash", (job_ / "journal").string()});
  CommandResult killed;
  for (int attempt = 0; attempt < 5 && killed.exit_code != 137; ++attempt) {
    write_text(folder_ / "out.mp4", "the old one");
    killed = run_command(all);
  }
  EXPECT_EQ(killed.exit_code, 137) << killed.err;
  EXPECT_EQ(text_of(folder_ / "out.mp4"), "the old one");
  EXPECT_EQ(run("out.mp4", {"--force"}).exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

// The handler waited for room in the pipe, and the run for the handler, for ever.
TEST_F(Stopping, AStandardErrorThatNobodyReadsDoesNotHoldUpTheStop) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::vector<std::string> all = arguments({"--output", (folder_ / "out.mp4").string()});
  // Signal 15 is bit 14 of what the engine catches; the front, which it replaces, catches none.
  all.insert(all.begin(),
             {"bash", "-c",
              "pipe=$1; shift; exec 3<> \"$pipe\"\n"
              "dd if=/dev/zero of=\"$pipe\" bs=1 count=9999999 oflag=nonblock 2>/dev/null\n"
              "\"$@\" 2>&3 & pid=$!\n"
              "(sleep 60; kill -KILL $pid) >/dev/null 2>&1 & watch=$!\n"
              "until caught=$(grep SigCgt /proc/$pid/status) && ((0x${caught##*:?} & 0x4000)); do\n"
              "  kill -0 $pid || exit 99; sleep 0.01\n"
              "done\n"
              "kill -TERM $pid\n"
              "wait $pid; code=$?; kill $watch; exit $code",
              "bash", pipe.string()});
  EXPECT_EQ(run_command(all).exit_code, 143);
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
}

// SIGUSR1 is sent again and again until the run ends, so it comes at some time while it works.
TEST_F(Stopping, TheStatusSignalAsksARunThatIsQuietToo) {
  std::vector<std::string> all = arguments({"--quiet", "--output", (folder_ / "out.mp4").string()});
  // An engine that does not listen yet would be ended by the signal; its job's folder tells.
  all.insert(all.begin(),
             {"bash", "-c",
              "journal=$1; shift; \"$@\" & pid=$!\n"
              "while kill -0 $pid 2>/dev/null && [ ! -s \"$journal\" ]; do sleep 0.002; done\n"
              "while kill -USR1 $pid 2>/dev/null; do sleep 0.02; done\n"
              "wait $pid",
              "bash", (job_ / "journal").string()});
  CommandResult result;
  for (int attempt = 0; attempt < 5 && result.err.find("render") == std::string::npos; ++attempt) {
    fs::remove(folder_ / "out.mp4");
    result = run_command(all);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_NE(result.err.find("render"), std::string::npos) << result.err;
}

// Each killed run left a file as large as the film, for ever.
TEST_F(Stopping, WhatAKilledRunLeftIsRemovedByTheNextAndNothingElse) {
  const fs::path left = folder_ / ".out.mp4.4711.part.mp4";
  const fs::path again = folder_ / ".out.mp4.4711-2.part.mp4";
  const fs::path held = folder_ / ".out.mp4.4712.part.mp4";
  const fs::path other = folder_ / ".other.mp4.4711.part.mp4";
  const fs::path named = folder_ / ".out.mp4.mine.part.mp4";
  for (const fs::path& path : {left, again, held, other, named}) write_text(path, "half a film");
  const int fd = open(held.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(run("out.mp4").exit_code, 0);
  close(fd);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(again));
  EXPECT_TRUE(fs::exists(held)) << "a run was working on it";
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(named));
  fs::create_directory(folder_ / ".pictures.4711.part");
  write_text(folder_ / ".pictures.4711.part/000001.png", "half");
  EXPECT_EQ(run("pictures/", {"--range", "0-3"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(folder_ / ".pictures.4711.part"));
}

// A run that was killed while it moved a few pictures into a folder that was there left seven of
// twenty under their final names, with no sign that any was missing.
TEST_F(Stopping, AFewPicturesForAFolderThatIsThereAreKeptUntilAllAreMoved) {
  fs::create_directory(folder_ / "out");
  const std::vector<std::string> few = {"--range", "0-3", "--segment-frames", "100"};
  ASSERT_EQ(run("whole/", few).exit_code, 0);
  // The last picture cannot be moved: a folder has its name.
  fs::create_directories(folder_ / "out/000004.png/x");
  std::vector<std::string> force = few;
  force.emplace_back("--force");
  EXPECT_EQ(run("out/", force).exit_code, 5);
  EXPECT_TRUE(fs::exists(folder_ / "out/.%06d.png.mosaic-job"));
  fs::remove_all(folder_ / "out/000004.png");
  const CommandResult again = run("out/", few);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("4 frames are kept from before"), std::string::npos) << again.err;
  const std::vector<std::string> names = names_in(folder_ / "whole");
  ASSERT_EQ(names_in(folder_ / "out"), names);
  for (const std::string& name : names) {
    EXPECT_EQ(md5_of(folder_ / ("out/" + name)), md5_of(folder_ / ("whole/" + name))) << name;
  }
}

TEST_F(Stopping, NeitherHomeNorTemporaryFolderIsNeeded) {
  const std::string expected = undisturbed("film.mp4");
  std::vector<std::string> all = arguments({"--output", (folder_ / "out.mp4").string()});
  const auto index = std::find(all.begin(), all.end(), "--index");
  all.erase(index, index + 2);  // whose default place is below HOME
  all.insert(all.begin(), {"env", "-u", "HOME", "-u", "XDG_CACHE_HOME", "-u", "XDG_CONFIG_HOME",
                           "TMPDIR=/nowhere"});
  const CommandResult result = run_command(all);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

}  // namespace
}  // namespace mosaic::test
