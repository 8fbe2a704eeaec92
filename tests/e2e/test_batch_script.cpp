// scripts/batch.sh: films side by side, one of them bad, an interruption, and what a second run
// leaves alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

class BatchScript : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_program("parallel")) {
      GTEST_SKIP() << "GNU parallel is not installed (scripts/setup.sh --test)";
    }
    write_pool(folder_ / "pool", 40);
    make_film("one film.mp4", 12);
    make_film("it's.mp4", 12);
    std::ofstream(folder_ / "bad.mp4") << "this is no film";
    // Made once, so that the jobs do not all make it.
    ASSERT_EQ(shell("'" MOSAIC_EXECUTABLE "' index --tiles pool --tile-size 16 --output pool.mti")
                  .exit_code,
              0);
  }
  void make_film(const std::string& name, int frames) {
    const CommandResult made =
        run_command({"ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x96:rate=24",
                     "-frames:v", std::to_string(frames), "-c:v", "libx264", "-preset", "ultrafast",
                     (folder_ / name).string()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  CommandResult shell(const std::string& command) const {
    CommandOptions options;
    options.working_directory = folder_.path();
    options.environment["MOSAIC_TEMPORAL"] = MOSAIC_EXECUTABLE;
    return run_command({"bash", "-c", command}, options);
  }
  CommandResult batch(const std::string& films) const {
    return shell(std::string("bash '") + MOSAIC_SOURCE_DIR + "/scripts/batch.sh' -j 2 'the out' " +
                 films + " -- --tiles pool --index pool.mti --tile-size 16");
  }
  TemporaryFolder folder_;
};

TEST_F(BatchScript, MakesWhatItCanAndNothingTwice) {
  const std::string films = "'one film.mp4' bad.mp4 \"it's.mp4\"";
  const CommandResult first = batch(films);
  EXPECT_EQ(first.exit_code, 4) << first.out << first.err;
  const fs::path one = folder_ / "the out/one film.mosaic.mp4";
  const fs::path two = folder_ / "the out/it's.mosaic.mp4";
  ASSERT_TRUE(fs::exists(one)) << first.out << first.err;
  ASSERT_TRUE(fs::exists(two)) << first.out << first.err;
  EXPECT_FALSE(fs::exists(folder_ / "the out/bad.mosaic.mp4"));

  const auto time = fs::last_write_time(one);
  const CommandResult second = batch(films);
  EXPECT_EQ(second.exit_code, 4) << second.out << second.err;
  EXPECT_EQ(fs::last_write_time(one), time);
  EXPECT_NE((second.out + second.err).find("was done before"), std::string::npos)
      << second.out << second.err;
  EXPECT_EQ(batch("'one film.mp4' \"it's.mp4\"").exit_code, 0);
}

TEST_F(BatchScript, WhatASignalStoppedGoesOnToTheSameFiles) {
  make_film("long.mp4", 400);
  const std::string more = " --segment-frames 5 --resume on";
  ASSERT_EQ(shell("'" MOSAIC_EXECUTABLE "' -q --tiles pool --index pool.mti --tile-size 16 "
                  "--frames long.mp4 --output whole.mp4" +
                  more)
                .exit_code,
            0);
  // The signal is sent when the journal names two pieces. Should the job be through before that is
  // seen, there is nothing to go on with, and the same files are made all the same.
  const std::string command =
      std::string("bash '") + MOSAIC_SOURCE_DIR +
      "/scripts/batch.sh' -j 1 'the out' long.mp4 'one film.mp4' -- --tiles pool --index pool.mti "
      "--tile-size 16" +
      more;
  const CommandResult stopped =
      shell(command +
            " & pid=$!; journal='the out/.long.mosaic.mp4.mosaic-job/journal'; said=()\n"
            "while kill -0 $pid 2>/dev/null && [ ${#said[@]} -lt 3 ]; do\n"
            "  sleep 0.01; [ ! -e \"$journal\" ] || mapfile -t said < \"$journal\"\n"
            "done 2>/dev/null\n"
            "kill -TERM $pid 2>/dev/null; wait $pid");
  EXPECT_TRUE(stopped.exit_code == 143 || stopped.exit_code == 0) << stopped.out << stopped.err;
  if (stopped.exit_code == 143) {
    EXPECT_FALSE(fs::exists(folder_ / "the out/long.mosaic.mp4"));
  }
  // Nobody works on after the script has ended: the outputs are free for the next run.
  const CommandResult again = shell(command);
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
  EXPECT_EQ(md5_of(folder_ / "the out/long.mosaic.mp4"), md5_of(folder_ / "whole.mp4"));
  EXPECT_TRUE(fs::exists(folder_ / "the out/one film.mosaic.mp4"));
  EXPECT_FALSE(fs::exists(folder_ / "the out/.long.mosaic.mp4.mosaic-job"));
}

}  // namespace
}  // namespace mosaic::test
