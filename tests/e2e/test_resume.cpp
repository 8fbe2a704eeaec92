// Jobs that are killed, stopped, damaged or run out of disk, and go on to the same bytes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "e2e/resume_test.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

class ResumeFlow : public Resume, public testing::WithParamInterface<const char*> {};

TEST_P(ResumeFlow, AKilledJobGoesOnToTheSameBytes) {
  std::vector<std::string> flow = {"--flow", GetParam()};
  const bool slow = std::string(GetParam()) == "raft";
  // Two whole pieces and a rest.
  if (slow) flow.insert(flow.end(), {"--range", "0-13", "--flow-when", "always"});
  if (slow && !has_raft()) GTEST_SKIP() << "this build has no LibTorch";
  const std::string expected = undisturbed("film.mp4", flow);
  EXPECT_EQ(stop_after("out.mp4", slow ? 1 : 2, "KILL", flow).exit_code, 137);
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
  const CommandResult again = run("out.mp4", flow);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
  EXPECT_FALSE(fs::exists(job_));
}

INSTANTIATE_TEST_SUITE_P(, ResumeFlow, testing::Values("none", "block", "raft"),
                         [](const auto& each) { return std::string(each.param); });

TEST_F(Resume, KeepingPiecesChangesNoByte) {
  const std::string expected = undisturbed("film.mp4");
  EXPECT_EQ(run("out.mp4", {"--resume", "on"}).exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
  EXPECT_EQ(names_in(folder_.path()), (std::vector<std::string>{"out.mp4", "whole-film.mp4"}));
}

TEST_F(Resume, PlanAndReportAreThoseOfTheWhole) {
  EXPECT_EQ(run("whole.mp4", {"--plan", (folder_ / "whole.jsonl").string(), "--report",
                              (folder_ / "whole.json").string()})
                .exit_code,
            0);
  const std::vector<std::string> records = {"--plan", (folder_ / "out.jsonl").string(), "--report",
                                            (folder_ / "out.json").string()};
  EXPECT_EQ(stop_after("out.mp4", 3, "KILL", records).exit_code, 137);
  // What was killed could not remove the temporary name of its plan.
  EXPECT_EQ(run("out.mp4", records).exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "out.jsonl"), md5_of(folder_ / "whole.jsonl"));
  const auto sums = [](const fs::path& path) {
    std::ifstream stream(path);
    std::string text((std::istreambuf_iterator<char>(stream)), {});
    const std::size_t begin = text.find("\"frames_in\"");
    const std::size_t uses = text.find("\"photo_uses\"");
    return text.substr(begin, text.find("\"wall_seconds\"") - begin) + text.substr(uses);
  };
  EXPECT_EQ(sums(folder_ / "out.json"), sums(folder_ / "whole.json"));
}

TEST_F(Resume, ADamagedPieceIsMadeAgainAndTheOthersAreUsed) {
  const std::string expected = undisturbed("film.mp4");
  EXPECT_EQ(stop_after("out.mp4", 4, "KILL").exit_code, 137);
  spoil(job_ / "segment-000001", 200);
  const CommandResult again = run("out.mp4");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("piece 2 in"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

TEST_F(Resume, ATornJournalLosesItsLastPieceOnly) {
  const std::string expected = undisturbed("film.mp4");
  EXPECT_EQ(stop_after("out.mp4", 3, "KILL").exit_code, 137);
  const fs::path journal = job_ / "journal";
  fs::resize_file(journal, fs::file_size(journal) - 7);
  EXPECT_EQ(run("out.mp4").exit_code, 0);
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

TEST_F(Resume, OtherSettingsOrInputsAreRefusedByName) {
  EXPECT_EQ(stop_after("out.mp4", 2, "KILL").exit_code, 137);
  const CommandResult other = run("out.mp4", {"--crf", "30"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("--crf was 18, is 30"), std::string::npos) << other.err;
  EXPECT_NE(other.err.find("--resume new"), std::string::npos) << other.err;
  EXPECT_TRUE(fs::exists(job_ / "segment-000001"));
  const CommandResult afresh = run("out.mp4", {"--crf", "30", "--resume", "new"});
  EXPECT_EQ(afresh.exit_code, 0) << afresh.err;
  EXPECT_EQ(afresh.err.find("kept from before"), std::string::npos) << afresh.err;
}

TEST_F(Resume, AJobBegunStrictlyGoesOnWithoutStrict) {
  EXPECT_EQ(stop_after("out.mp4", 2, "KILL", {"--strict"}).exit_code, 137);
  const CommandResult again = run("out.mp4");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
}

TEST_F(Resume, PicturesOfOtherNamesOrFormatsAreAnotherJob) {
  EXPECT_EQ(stop_after("out/", 2, "KILL").exit_code, 137);
  for (const char* names : {"f_%06d.png", "%06d.jpg"}) {
    const CommandResult other = run(std::string("out/") + names);
    EXPECT_EQ(other.exit_code, 2) << other.err;
    EXPECT_NE(other.err.find(std::string("names of --output was %06d.png, is ") + names),
              std::string::npos)
        << other.err;
  }
  const CommandResult same = run("out/%06d.png");
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_NE(same.err.find("frames are kept from before"), std::string::npos) << same.err;
  EXPECT_EQ(names_in(folder_ / "out").size(), 32U);
}

// The journal said U+FFFD where the name had other bytes, and was compared with the name.
TEST_F(Resume, ANameThatIsNotUtf8IsTheSameWhenTheJobGoesOn) {
  const std::string pattern = "out/\xff_%06d.png";
  EXPECT_EQ(stop_after(pattern, 2, "KILL").exit_code, 137);
  const CommandResult other = run("out/\xfe_%06d.png");
  EXPECT_EQ(other.exit_code, 2) << other.err;
  const CommandResult same = run(pattern);
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_NE(same.err.find("frames are kept from before"), std::string::npos) << same.err;
  EXPECT_EQ(names_in(folder_ / "out").size(), 32U);
}

// Both were written with U+FFFD, by which whoever reads a plan takes them for one photo.
TEST_F(Resume, TwoPhotosWhoseNamesAreNotUtf8StayTwoInThePlan) {
  write_pool(folder_ / "pool", 60);
  const std::vector<std::string> names = names_in(folder_ / "pool");
  fs::rename(folder_ / "pool" / names[0], folder_ / "pool/\xfe.png");
  fs::rename(folder_ / "pool" / names[1], folder_ / "pool/\xff.png");
  const CommandResult result = run("out.mp4", {"--tiles", (folder_ / "pool").string(), "--index",
                                               (folder_ / "index.mti").string(), "--range", "0-0",
                                               "--plan", (folder_ / "plan.jsonl").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::ifstream plan(folder_ / "plan.jsonl");
  std::string header;
  std::getline(plan, header);
  EXPECT_NE(header.find(R"("\\xfe.png")"), std::string::npos) << header;
  EXPECT_NE(header.find(R"("\\xff.png")"), std::string::npos) << header;
}

TEST_F(Resume, AListOfShotsCountsByWhatItSaysAndNotByItsName) {
  const auto with_list = [this](const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return std::vector<std::string>{"--flow", "block", "--scene-cuts", (folder_ / name).string()};
  };
  const std::vector<std::string> list = with_list("cuts.txt", "4\n14\n");
  const std::string expected = undisturbed("film.mp4", list);
  EXPECT_EQ(stop_after("out.mp4", 2, "KILL", list).exit_code, 137);
  const CommandResult other = run("out.mp4", with_list("cuts.txt", "4\n15\n"));
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("--scene-cuts was a list of 2"), std::string::npos) << other.err;
  const CommandResult renamed = run("out.mp4", with_list("same.txt", "4\n14 # a comment\n"));
  EXPECT_EQ(renamed.exit_code, 0) << renamed.err;
  EXPECT_NE(renamed.err.find("frames are kept from before"), std::string::npos) << renamed.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

TEST_F(Resume, AFullDiskIsExitFiveAndLosesNothing) {
  // A piece must fit where the whole does not.
  const std::vector<std::string> large = {"--crf", "3"};
  const std::string expected = undisturbed("film.mp4", large);
  const auto kib = fs::file_size(folder_ / "whole-film.mp4") / 1024;
  std::vector<std::string> all = {"bash", "-c", "ulimit -f $1; shift; exec \"$@\"", "bash",
                                  std::to_string(kib - 8)};
  const std::vector<std::string> program =
      arguments({"--crf", "3", "--output", (folder_ / "out.mp4").string()});
  all.insert(all.end(), program.begin(), program.end());
  const CommandResult full = run_command(all);
  EXPECT_EQ(full.exit_code, 5) << full.err;
  EXPECT_NE(full.err.find("frames are kept in"), std::string::npos) << full.err;
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
  const CommandResult again = run("out.mp4", large);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("32 frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

TEST_F(Resume, NumberedPicturesAreKeptToo) {
  EXPECT_EQ(run("whole/").exit_code, 0);
  EXPECT_EQ(stop_after("out/", 2, "KILL").exit_code, 137);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  const CommandResult again = run("out/");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  const std::vector<std::string> names = names_in(folder_ / "whole");
  EXPECT_EQ(names.size(), 32U);
  ASSERT_EQ(names_in(folder_ / "out"), names);
  for (const std::string& name : names) {
    EXPECT_EQ(md5_of(folder_ / ("out/" + name)), md5_of(folder_ / ("whole/" + name))) << name;
  }
}

TEST_F(Resume, ASecondRunOnTheSameOutputIsToldToWait) {
  std::vector<std::string> all = {"bash", "-c", "exec 9> \"$1\"; shift; flock 9; \"$@\" 9>&-",
                                  "bash", (folder_ / ".out.mp4.mosaic-lock").string()};
  const std::vector<std::string> program = arguments({"--output", (folder_ / "out.mp4").string()});
  all.insert(all.end(), program.begin(), program.end());
  const CommandResult second = run_command(all);
  EXPECT_EQ(second.exit_code, 75) << second.err;
  EXPECT_NE(second.err.find("another run is writing this output"), std::string::npos);
}

TEST_F(Resume, WhatCannotBeKeptIsRefusedWhenAskedFor) {
  const CommandResult gif = run("out.gif", {"--resume", "on"});
  EXPECT_EQ(gif.exit_code, 2) << gif.err;
  EXPECT_EQ(run("out.gif").exit_code, 0);
}

}  // namespace
}  // namespace mosaic::test
