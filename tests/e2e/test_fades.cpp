// A film that fades in from black: matched by the end of the fade, in pieces or in one go.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "e2e/resume_test.hpp"

namespace mosaic::test {
namespace {

/// Black for 4 frames, then 12 on which the light comes up, in pieces of 6.
class Fades : public Resume {
 protected:
  static void SetUpTestSuite() {
    Resume::SetUpTestSuite();
    std::filesystem::remove(*inputs_ / "film.mp4");
    make_sound_film(*inputs_ / "film.mp4", "320x192", {"-frames:v", "32", "-vf", "fade=in:4:12"});
  }
  static constexpr std::size_t kEnd = 16;
};

TEST_F(Fades, TheTilesStandThroughTheFade) {
  const CommandResult result =
      run("out.mp4", {"--plan", (folder_ / "plan.jsonl").string(), "--certify"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Plan plan = read_plan(folder_ / "plan.jsonl");
  ASSERT_EQ(plan.tiles.size(), 32U);
  for (std::size_t i = 1; i <= kEnd; ++i) EXPECT_EQ(plan.tiles[i], plan.tiles[0]) << i;
  // and are those that fit the picture, not black
  ASSERT_EQ(
      run("late.mp4", {"--plan", (folder_ / "late.jsonl").string(), "--range", "16-17"}).exit_code,
      0);
  EXPECT_EQ(read_plan(folder_ / "late.jsonl").tiles[0], plan.tiles[0]);
}

TEST_F(Fades, AJobKilledAmidTheFadeGoesOnToTheSameBytes) {
  const std::string manifest = (folder_ / "whole.manifest").string();
  const std::string expected = undisturbed("film.mp4", {"--manifest", manifest});
  for (const int pieces : {1, 2}) {
    EXPECT_EQ(stop_after("out.mp4", pieces, "KILL").exit_code, 137);
    const CommandResult again = run("out.mp4");
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected) << pieces;
    std::filesystem::remove(folder_ / "out.mp4");
  }
  const CommandResult checked =
      run("checked.mp4", {"--resume", "off", "--manifest-check", manifest, "--threads", "1"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
}

// The frames of kept pieces were not read, so the fade that a piece made again begins was not seen.
TEST_F(Fades, ADamagedPieceSeesTheFadeInThoseThatAreKept) {
  const std::string expected = undisturbed("film.mp4");
  EXPECT_EQ(stop_after("out.mp4", 4, "KILL").exit_code, 137);
  spoil(job_ / "segment-000000", 200);
  const CommandResult again = run("out.mp4");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("piece 1 in"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

TEST_F(Fades, AToldShotWithinTheFadeIsOne) {
  std::ofstream(folder_ / "shots.txt") << "0\n9\n";
  const CommandResult result = run("out.mp4", {"--plan", (folder_ / "plan.jsonl").string(),
                                               "--scene-cuts", (folder_ / "shots.txt").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::ifstream lines(folder_ / "plan.jsonl");
  std::string line;
  std::vector<int> cuts;
  std::getline(lines, line);  // what the plan is of
  for (int frame = 0; std::getline(lines, line); ++frame) {
    if (nlohmann::json::parse(line).at("scene_cut").get<bool>()) cuts.push_back(frame);
  }
  EXPECT_EQ(cuts, (std::vector<int>{0, 9}));
}

}  // namespace
}  // namespace mosaic::test
