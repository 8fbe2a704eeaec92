// A run that is killed after its film got its name, and before all else that it makes did.
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/resume_test.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

/// A batch of one film, with a plan and a report.
class KilledLate : public Resume {
 protected:
  std::vector<std::string> batch(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = arguments({"--out-dir", (folder_ / "out").string(), "--plan",
                                              (folder_ / "{stem}.jsonl").string(), "--report",
                                              (folder_ / "{stem}.html").string()});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  CommandResult run_batch(const std::vector<std::string>& more = {}) const {
    return run_command(batch(more));
  }
  /// What a job keeps when its plan cannot get its name, put aside: all pieces. A run that is
  /// killed before it removes them leaves the same.
  void keep_pieces() {
    fs::create_symlink(folder_ / "nowhere", plan_);
    const CommandResult failed = run_batch();
    ASSERT_EQ(failed.exit_code, 5) << failed.err;
    ASSERT_NE(failed.err.find("is complete, but"), std::string::npos) << failed.err;
    fs::rename(kept_, folder_ / "pieces");
    fs::remove_all(folder_ / "out");
    fs::remove(plan_);
  }
  /// As a run leaves them that was killed before it had made the last one.
  void lose_the_last_piece() const {
    std::vector<std::string> lines;
    std::ifstream stream(kept_ / "journal");
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    stream.close();
    ASSERT_EQ(lines.size(), 8U) << "the job, six pieces, and that they are all";
    std::ofstream cut(kept_ / "journal", std::ios::trunc);
    for (std::size_t i = 0; i < 6; ++i) cut << lines[i] << '\n';
    ASSERT_TRUE(fs::remove(kept_ / "segment-000005"));
  }
  void leave_pieces() const { fs::copy(folder_ / "pieces", kept_, fs::copy_options::recursive); }
  void leave_temporary_files() const {
    for (const fs::path& left : left_) std::ofstream(left) << "complete, but without its name";
  }
  void expect_nothing_left() const {
    for (const fs::path& left : left_) EXPECT_FALSE(fs::exists(left)) << left;
    EXPECT_FALSE(fs::exists(kept_));
  }

  fs::path film_ = folder_ / "out/film.mosaic.mp4";
  fs::path kept_ = folder_ / "out/.film.mosaic.mp4.mosaic-job";
  fs::path plan_ = folder_ / "film.jsonl";
  fs::path report_ = folder_ / "film.html";
  std::vector<fs::path> left_ = {folder_ / "out/.film.mosaic.mp4.4711.part.mp4",
                                 folder_ / ".film.jsonl.4711.part.jsonl",
                                 folder_ / ".film.html.4711.part.html"};
};

// The next run said "was done before", the report was never written, and what the killed run had
// left lay there for ever.
TEST_F(KilledLate, ThePlanAndReportThatAreMissingAreMadeOfKeptPieces) {
  keep_pieces();
  ASSERT_EQ(run_batch().exit_code, 0);
  const std::string film = md5_of(film_);
  const std::string plan = md5_of(plan_);
  for (const fs::path& record : {plan_, report_}) fs::remove(record);
  leave_pieces();
  leave_temporary_files();
  const CommandResult again = run_batch();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(film_), film);
  EXPECT_EQ(md5_of(plan_), plan);
  EXPECT_TRUE(fs::exists(report_));
  expect_nothing_left();
  const CommandResult third = run_batch();
  EXPECT_EQ(third.exit_code, 0) << third.err;
  EXPECT_NE(third.err.find("was done before"), std::string::npos) << third.err;
}

TEST_F(KilledLate, AReportThatIsMissingIsSaidAndMadeWithForce) {
  ASSERT_EQ(run_batch().exit_code, 0);
  const std::string film = md5_of(film_);
  const auto time = fs::last_write_time(film_);
  fs::remove(report_);
  leave_temporary_files();
  const CommandResult again = run_batch();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("was done before"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("film.html' is not there; --force makes"), std::string::npos)
      << again.err;
  EXPECT_EQ(again.err.find("film.jsonl' is not there"), std::string::npos) << again.err;
  EXPECT_EQ(fs::last_write_time(film_), time);
  expect_nothing_left();
  const CommandResult forced = run_batch({"--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_TRUE(fs::exists(report_));
  EXPECT_EQ(md5_of(film_), film);
  // With all of it there, --force makes nothing twice.
  EXPECT_NE(run_batch({"--force"}).err.find("was done before"), std::string::npos);
}

// The pieces went although --force would have made the report of them.
TEST_F(KilledLate, PiecesStayWhenOnlyTheReportIsMissing) {
  keep_pieces();
  ASSERT_EQ(run_batch().exit_code, 0);
  const std::string film = md5_of(film_);
  fs::remove(report_);
  leave_pieces();
  const CommandResult again = run_batch();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("film.html' is not there; --force makes it of the pieces"),
            std::string::npos)
      << again.err;
  EXPECT_TRUE(fs::exists(kept_ / "journal"));
  const CommandResult forced = run_batch({"--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_NE(forced.err.find("frames are kept from before"), std::string::npos) << forced.err;
  EXPECT_TRUE(fs::exists(report_));
  EXPECT_EQ(md5_of(film_), film);
  expect_nothing_left();
}

// Pieces of the first minutes of a film were taken for all of it, and the night's work was done
// once more for a report.
TEST_F(KilledLate, PartialPiecesAreNotAllAndWaitForForce) {
  keep_pieces();
  ASSERT_EQ(run_batch().exit_code, 0);
  const std::string film = md5_of(film_);
  const auto time = fs::last_write_time(film_);
  for (const fs::path& record : {plan_, report_}) fs::remove(record);
  leave_pieces();
  lose_the_last_piece();
  const CommandResult again = run_batch();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("was done before"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("--force makes the film again"), std::string::npos) << again.err;
  EXPECT_EQ(fs::last_write_time(film_), time);
  const CommandResult forced = run_batch({"--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_NE(forced.err.find("30 frames are kept from before"), std::string::npos) << forced.err;
  EXPECT_EQ(md5_of(film_), film);
  EXPECT_TRUE(fs::exists(report_));
  expect_nothing_left();
}

// A journal of another version, or with a damaged first line, passed for an empty one.
TEST_F(KilledLate, PiecesOfWhichTheJournalTellsNothingStay) {
  keep_pieces();
  ASSERT_EQ(run_batch().exit_code, 0);
  leave_pieces();
  std::ofstream(kept_ / "journal") << "of another version\n";
  const CommandResult again = run_batch();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(fs::exists(kept_ / "journal"));
}

TEST_F(KilledLate, WhatAnotherJobKeepsForTheSameNameStays) {
  keep_pieces();
  ASSERT_EQ(run_batch({"--crf", "30"}).exit_code, 0);
  leave_pieces();
  leave_temporary_files();
  const CommandResult again = run_batch({"--crf", "30"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("was done before"), std::string::npos) << again.err;
  EXPECT_TRUE(fs::exists(kept_ / "journal"));
  for (const fs::path& left : left_) EXPECT_FALSE(fs::exists(left)) << left;
}

// Its job's folder went before plan and report had their names, so nothing could make them again.
TEST_F(KilledLate, ASingleRunGoesOnFromItsPiecesWithForce) {
  const std::vector<std::string> more = {"--report", report_.string()};
  ASSERT_EQ(stop_after("out.mp4", 1, "KILL", more).exit_code, 137);
  fs::copy(job_, folder_ / "pieces", fs::copy_options::recursive);
  ASSERT_EQ(run("out.mp4", more).exit_code, 0);
  const std::string film = md5_of(folder_ / "out.mp4");
  fs::remove(report_);
  fs::rename(folder_ / "pieces", job_);
  EXPECT_EQ(run("out.mp4", more).exit_code, 5);
  EXPECT_TRUE(fs::exists(job_));
  const CommandResult forced = run("out.mp4", {"--report", report_.string(), "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_NE(forced.err.find("frames are kept from before"), std::string::npos) << forced.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), film);
  EXPECT_TRUE(fs::exists(report_));
  EXPECT_FALSE(fs::exists(job_));
}

// A report that cannot get its name takes the pieces with it no more.
TEST_F(KilledLate, APlanThatCannotGetItsNameLeavesThePieces) {
  const std::vector<std::string> more = {"--plan", plan_.string()};
  std::vector<std::string> all = arguments(more);
  all.insert(all.end(), {"--output", (folder_ / "out.mp4").string()});
  // Its name is taken while the run works.
  all.insert(all.begin(), {"bash", "-c",
                           "journal=$1 plan=$2; shift 2; \"$@\" & pid=$!\n"
                           "while kill -0 $pid 2>/dev/null && [ ! -s \"$journal\" ]; do sleep "
                           "0.002; done\n"
                           "mkdir \"$plan\"; wait $pid",
                           "bash", (job_ / "journal").string(), plan_.string()});
  CommandResult failed;
  for (int attempt = 0; attempt < 20 && failed.exit_code != 5; ++attempt) {
    fs::remove_all(plan_);
    fs::remove(folder_ / "out.mp4");
    failed = run_command(all);
  }
  EXPECT_EQ(failed.exit_code, 5) << failed.err;
  EXPECT_NE(failed.err.find("is complete, but"), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("the same command with --force goes on"), std::string::npos)
      << failed.err;
  EXPECT_TRUE(fs::exists(job_ / "journal"));
}

}  // namespace
}  // namespace mosaic::test
