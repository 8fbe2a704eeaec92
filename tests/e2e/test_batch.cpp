// Several films with one command, and films through pipes.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <fstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

class Batch : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 60);
    make_film("a.mp4", "testsrc2");
    make_film("b.mp4", "testsrc");
  }
  void make_film(const std::string& name, const std::string& pattern) {
    const CommandResult made = run_command(
        {"ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern + "=size=160x96:rate=24",
         "-frames:v", "12", "-c:v", "libx264", "-preset", "ultrafast", (folder_ / name).string()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  std::string command(const std::string& rest) const {
    return "cd '" + folder_.path().string() + "' && '" + MOSAIC_EXECUTABLE +
           "' --tiles pool --index pool.mti --tile-size 16 " + rest;
  }
  CommandResult shell(const std::string& rest) const {
    return run_command({"bash", "-c", command(rest)});
  }
  TemporaryFolder folder_;
};

TEST_F(Batch, GoesOnAfterABrokenFilmAndDoesNothingTwice) {
  std::ofstream(folder_ / "broken.mp4") << "this is no film";
  const CommandResult first = shell("--frames a.mp4 broken.mp4 missing.mp4 b.mp4 --out-dir out");
  EXPECT_EQ(first.exit_code, 4) << first.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/a.mosaic.mp4"));
  EXPECT_TRUE(fs::exists(folder_ / "out/b.mosaic.mp4"));
  EXPECT_FALSE(fs::exists(folder_ / "out/broken.mosaic.mp4"));
  EXPECT_NE(first.err.find("exit 4  broken.mp4"), std::string::npos) << first.err;
  EXPECT_NE(first.err.find("exit 4  missing.mp4"), std::string::npos) << first.err;
  EXPECT_NE(first.err.find("2 of 4 outputs are there"), std::string::npos) << first.err;

  const auto time = fs::last_write_time(folder_ / "out/a.mosaic.mp4");
  const CommandResult second = shell("--frames a.mp4 b.mp4 --out-dir out");
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_NE(second.err.find("ok      a.mp4  was done before"), std::string::npos) << second.err;
  EXPECT_EQ(fs::last_write_time(folder_ / "out/a.mosaic.mp4"), time);
}

// A kill while the finished film was read once more, to record it, left a film that no later run
// took for done, and the batch ended with exit code 5 for ever.
TEST_F(Batch, AFilmIsRecordedBeforeItGetsItsName) {
  ASSERT_EQ(shell("--frames a.mp4 --out-dir out").exit_code, 0);
  // Its last line was added when the film had its name; killed before, there is only the first.
  std::ifstream log(folder_ / "out/.mosaic-temporal-done");
  std::string first;
  std::string second;
  ASSERT_TRUE(std::getline(log, first) && std::getline(log, second));
  std::ofstream(folder_ / "out/.mosaic-temporal-done") << first << '\n';
  const auto time = fs::last_write_time(folder_ / "out/a.mosaic.mp4");
  const CommandResult again = shell("--frames a.mp4 --out-dir out");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("was done before"), std::string::npos) << again.err;
  EXPECT_EQ(fs::last_write_time(folder_ / "out/a.mosaic.mp4"), time);
  // Killed before it got its name: the record is of a film that is not there.
  std::ofstream(folder_ / "out/.mosaic-temporal-done") << first << '\n';
  fs::remove(folder_ / "out/a.mosaic.mp4");
  const CommandResult made = shell("--frames a.mp4 --out-dir out");
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_NE(made.err.find("made, 12 frames"), std::string::npos) << made.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/a.mosaic.mp4"));
}

// Both films were complete under their names, and the batch said that none was there, for ever.
TEST_F(Batch, AReportThatDoesNotFitOnItsDiskIsSaidBeforeTheFilmGetsItsName) {
  fs::create_directory(folder_ / "small");
  if (mount("tmpfs", (folder_ / "small").c_str(), "tmpfs", 0, "size=4k") != 0) {
    GTEST_SKIP() << "mounting a small tmpfs needs root";
  }
  const CommandResult full =
      shell("--frames a.mp4 b.mp4 --out-dir out --report 'small/{stem}.html'");
  umount((folder_ / "small").c_str());
  EXPECT_EQ(full.exit_code, 5) << full.err;
  EXPECT_NE(full.err.find("0 of 2 outputs are there"), std::string::npos) << full.err;
  EXPECT_FALSE(fs::exists(folder_ / "out/a.mosaic.mp4"));
  EXPECT_FALSE(fs::exists(folder_ / "out/b.mosaic.mp4"));
  const CommandResult again =
      shell("--frames a.mp4 b.mp4 --out-dir out --report 'small/{stem}.html'");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/a.mosaic.mp4"));
  EXPECT_TRUE(fs::exists(folder_ / "small/b.html"));
}

TEST_F(Batch, NumberedPicturesAreDoneOnceToo) {
  const std::string job = "--frames a.mp4 b.mp4 --out-dir out --output '{stem}/%04d.png'";
  ASSERT_EQ(shell(job).exit_code, 0);
  EXPECT_TRUE(fs::exists(folder_ / "out/b/0012.png"));
  const CommandResult again = shell(job);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("ok      a.mp4  was done before"), std::string::npos) << again.err;
}

// Both were known by the folder's name, so the second film was taken for the first, made otherwise.
TEST_F(Batch, PicturesOfSeveralFilmsMayShareAFolder) {
  const std::string job = "--frames a.mp4 b.mp4 --out-dir out --output '{stem}_%04d.png'";
  const CommandResult first = shell(job);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/a_0012.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/b_0012.png"));
  const CommandResult again = shell(job);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("ok      b.mp4  was done before"), std::string::npos) << again.err;
}

TEST_F(Batch, DoneIsKnownByContentsNotByName) {
  ASSERT_EQ(shell("--frames a.mp4 b.mp4 --out-dir out").exit_code, 0);
  // Another film under the old name, other settings, a damaged output: not done, not overwritten.
  fs::copy_file(folder_ / "b.mp4", folder_ / "a.mp4", fs::copy_options::overwrite_existing);
  const CommandResult other = shell("--frames a.mp4 b.mp4 --out-dir out --crf 30");
  EXPECT_EQ(other.exit_code, 5) << other.err;
  EXPECT_NE(other.err.find("contents of --frames was"), std::string::npos) << other.err;
  EXPECT_NE(other.err.find("--crf was 18, is 30"), std::string::npos) << other.err;
  std::ofstream(folder_ / "out/b.mosaic.mp4", std::ios::app) << "x";
  const CommandResult damaged = shell("--frames b.mp4 --out-dir out");
  EXPECT_EQ(damaged.exit_code, 5) << damaged.err;
  EXPECT_NE(damaged.err.find("was changed since it was made"), std::string::npos) << damaged.err;
  const CommandResult forced = shell("--frames a.mp4 b.mp4 --out-dir out --force");
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_EQ(md5_of(folder_ / "out/a.mosaic.mp4"), md5_of(folder_ / "out/b.mosaic.mp4"));
  EXPECT_EQ(shell("--frames b.mp4 --out-dir out").exit_code, 0);
}

// The first state of the status file was written before the films were looked at.
TEST_F(Batch, AStatusFileNeverReplacesAFilm) {
  const std::string before = md5_of(folder_ / "a.mp4");
  const CommandResult result =
      shell("--frames a.mp4 b.mp4 --out-dir out --status-file a.mp4 --force");
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_NE(result.err.find("--status-file and --frames are the same"), std::string::npos);
  EXPECT_EQ(md5_of(folder_ / "a.mp4"), before);
}

// Each film was held against its own output only.
TEST_F(Batch, NoOutputIsAnotherFilmOfTheBatch) {
  fs::copy_file(folder_ / "b.mp4", folder_ / "a.mosaic.mp4");
  const CommandResult result =
      shell("--frames a.mp4 a.mosaic.mp4 --output '{stem}.mosaic.mp4' --force");
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_NE(result.err.find("an input is never overwritten"), std::string::npos) << result.err;
  EXPECT_EQ(md5_of(folder_ / "a.mosaic.mp4"), md5_of(folder_ / "b.mp4"));
}

// It was said after the film had been made, which then counted as made by someone else.
TEST_F(Batch, AReportInTheWayIsSaidBeforeTheWork) {
  std::ofstream(folder_ / "a.json") << "precious";
  const CommandResult result = shell("--frames a.mp4 b.mp4 --out-dir out --report '{stem}.json'");
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_NE(result.err.find("'a.json' exists"), std::string::npos) << result.err;
  EXPECT_FALSE(fs::exists(folder_ / "out/a.mosaic.mp4"));
  EXPECT_TRUE(fs::exists(folder_ / "out/b.mosaic.mp4"));
  fs::remove(folder_ / "a.json");
  const CommandResult again = shell("--frames a.mp4 b.mp4 --out-dir out --report '{stem}.json'");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(fs::exists(folder_ / "a.json"));
}

TEST_F(Batch, LeavesStandardInputAlone) {
  const CommandResult result = run_command(
      {"bash", "-c",
       "cd '" + folder_.path().string() + "' && printf 'a\\nb\\n' | while read f; do '" +
           MOSAIC_EXECUTABLE +
           "' --tiles pool --index pool.mti --tile-size 16 -q --frames $f.mp4 --output $f.mkv; "
           "done"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(fs::exists(folder_ / "b.mkv")) << "the loop lost its second line";
}

TEST_F(Batch, WritesToAPipeWhatAFileWouldHold) {
  for (const std::string format : {"mkv", "mp4", "webm"}) {
    const CommandResult piped =
        shell("--frames a.mp4 --output - --format " + format + " | cat > piped." + format);
    EXPECT_EQ(piped.exit_code, 0) << piped.err;
    ASSERT_EQ(shell("--frames a.mp4 --output file." + format).exit_code, 0);
    const auto frames = [&](const std::string& name) {
      return run_command({"ffmpeg", "-v", "error", "-i", (folder_ / name).string(), "-map", "0:v",
                          "-f", "framemd5", "-"})
          .out;
    };
    EXPECT_EQ(frames("piped." + format), frames("file." + format)) << format;
    EXPECT_NE(frames("piped." + format).size(), 0U);
  }
}

TEST_F(Batch, ReadsFromAPipe) {
  ASSERT_EQ(shell("--frames a.mp4 --output file.mkv").exit_code, 0);
  const CommandResult piped = run_command(
      {"bash", "-c",
       "cd '" + folder_.path().string() + "' && ffmpeg -v error -i a.mp4 -f yuv4mpegpipe - | (" +
           command("--frames - --output piped.mkv") + ")"});
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  const auto count = [&](const std::string& name) {
    return run_command({"ffprobe", "-v", "error", "-count_packets", "-show_entries",
                        "stream=nb_read_packets", "-of", "csv=p=0", (folder_ / name).string()})
        .out;
  };
  EXPECT_EQ(count("piped.mkv"), count("file.mkv"));
  const CommandResult empty = shell("--frames - --output none.mkv < /dev/null");
  EXPECT_EQ(empty.exit_code, 4) << empty.err;
}

TEST_F(Batch, WhatCameFromAPipeIsNotKeptBecauseItCannotBeReadAgain) {
  const std::string pipe = "--frames - --segment-frames 3 --output piped.mkv < a.mp4";
  const CommandResult asked = shell("--resume on " + pipe);
  EXPECT_EQ(asked.exit_code, 2) << asked.err;
  EXPECT_NE(asked.err.find("cannot be read again"), std::string::npos) << asked.err;
  // More than one piece, and still no folder that would have to be left when the run is stopped.
  const CommandResult piped = run_command(
      {"bash", "-c",
       "cd '" + folder_.path().string() + "' && ffmpeg -v error -i a.mp4 -f yuv4mpegpipe - | (" +
           command("--frames - --segment-frames 3 --output piped.mkv --crf 1") +
           "); ls -A | grep -c mosaic-job"});
  EXPECT_EQ(piped.out, "0\n") << piped.err;
  EXPECT_TRUE(fs::exists(folder_ / "piped.mkv")) << piped.err;
}

TEST_F(Batch, SoundThatAPipeLosesIsSaid) {
  const auto piped = [&](const std::string& sound) {
    return run_command({"bash", "-c",
                        "cd '" + folder_.path().string() + "' && ffmpeg -v error -i a.mp4 " +
                            sound + " -c:v copy -f matroska - | (" +
                            command("--force --frames - --output piped.mkv") + ")"});
  };
  const CommandResult with = piped("-f lavfi -i sine=duration=0.5 -c:a aac");
  EXPECT_EQ(with.exit_code, 0) << with.err;
  EXPECT_NE(with.err.find("sound of standard input is left out"), std::string::npos) << with.err;
  const CommandResult without = piped("-an");
  EXPECT_EQ(without.exit_code, 0) << without.err;
  EXPECT_EQ(without.err.find("sound"), std::string::npos) << without.err;
}

TEST_F(Batch, APreviewIsForOneFilmAndIsRefusedBeforeAnythingIsWritten) {
  const CommandResult result = shell("--frames a.mp4 b.mp4 --out-dir out --preview");
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  EXPECT_EQ(shell("--frames a.mp4 --output - --json | cat; exit ${PIPESTATUS[0]}").exit_code, 2);
}

TEST_F(Batch, AReaderThatGoesAwayIsACleanEnd) {
  const CommandResult result =
      run_command({"bash", "-c",
                   command("--frames a.mp4 --output - --crf 1") +
                       " | head -c 1000 > /dev/null; echo ${PIPESTATUS[0]}"});
  EXPECT_EQ(result.out, "141\n") << result.err;
  EXPECT_EQ(result.err.find("error"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace mosaic::test
