// --scene-cuts: shots begin where the user says, and nothing is carried into them.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

constexpr Size kCutFrame{160, 96};

class SceneCuts : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 200);
    // Two shots of four frames; the cut between them is at frame 4.
    std::vector<RgbImage> frames(4, textured_picture(kCutFrame, 31));
    frames.resize(8, textured_picture(kCutFrame, 32));
    write_frames(folder_ / "frames", frames);
  }

  std::string list(const std::string& text) const {
    std::ofstream(folder_ / "cuts.txt") << text;
    return (folder_ / "cuts.txt").string();
  }

  CommandResult render(const std::vector<std::string>& options) const {
    std::vector<std::string> words = {"--frames",         (folder_ / "frames").string(),
                                      "--tiles",          (folder_ / "pool").string(),
                                      "--output",         (folder_ / "out.mp4").string(),
                                      "--plan",           (folder_ / "plan.jsonl").string(),
                                      "--tile-size",      "16",
                                      "--encoder-preset", "ultrafast",
                                      "--flow",           "block",
                                      "--force"};
    words.insert(words.end(), options.begin(), options.end());
    return run_mosaic(words, {{}, {{"XDG_CACHE_HOME", (folder_ / "cache").string()}}});
  }

  struct Line {
    int frame = 0;
    bool scene_cut = false;
    int carried = 0;
    std::vector<int> tiles;
  };

  std::vector<Line> plan_of(const std::vector<std::string>& options) const {
    const CommandResult result = render(options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<Line> lines;
    std::ifstream stream(folder_ / "plan.jsonl");
    std::string text;
    std::getline(stream, text);
    while (std::getline(stream, text)) {
      const auto json = nlohmann::json::parse(text);
      lines.push_back({json.at("frame"), json.at("scene_cut"), json.at("carried"),
                       json.at("tiles").get<std::vector<int>>()});
    }
    return lines;
  }

  static std::vector<int> shots(const std::vector<Line>& plan) {
    std::vector<int> found;
    for (const Line& line : plan) {
      if (line.scene_cut) found.push_back(line.frame);
    }
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(SceneCuts, AutoFindsTheCutAndOffDoesNot) {
  EXPECT_EQ(shots(plan_of({})), (std::vector<int>{0, 4}));
  const std::vector<Line> off = plan_of({"--scene-cuts", "off"});
  EXPECT_EQ(shots(off), std::vector<int>{0});
  ASSERT_EQ(off.size(), 8U);
  EXPECT_GT(off[4].carried, 0);
}

TEST_F(SceneCuts, AListIsObeyedAndNothingIsCarriedIntoItsFrames) {
  const std::vector<Line> plan = plan_of({"--scene-cuts", list("# by hand\n2\n6\n")});
  EXPECT_EQ(shots(plan), (std::vector<int>{0, 2, 6}));
  ASSERT_EQ(plan.size(), 8U);
  EXPECT_EQ(plan[2].carried, 0);
  EXPECT_EQ(plan[6].carried, 0);
  EXPECT_GT(plan[3].carried, 0);
  // A shot begins with no prices, as the whole film does: the same picture gets the same tiles.
  EXPECT_EQ(plan[2].tiles, plan[0].tiles);
}

TEST_F(SceneCuts, AListCountsAsRangeDoes) {
  const std::vector<Line> part = plan_of({"--scene-cuts", list("1\n6\n"), "--range", "3-7"});
  EXPECT_EQ(shots(part), (std::vector<int>{3, 6}));
}

TEST_F(SceneCuts, ANumberBeyondTheEndIsWarnedOf) {
  const CommandResult late = render({"--scene-cuts", list("4\n80\n")});
  EXPECT_EQ(late.exit_code, 0);
  EXPECT_NE(late.err.find("names frame 80, but the last one of the input is 7"), std::string::npos)
      << late.err;
  const CommandResult part = render({"--scene-cuts", list("4\n7\n"), "--range", "0-5"});
  EXPECT_EQ(part.err.find("names frame"), std::string::npos) << part.err;
}

TEST_F(SceneCuts, WhatIsWrongEndsTheRunBeforeAnythingIsWritten) {
  struct Case {
    std::vector<std::string> options;
    int exit_code;
    std::string message;
  };
  const Case cases[] = {
      {{"--scene-cuts", list("4\nfive\n")}, 4, "cuts.txt, line 2: 'five' is not"},
      {{"--scene-cuts", (folder_ / "none.txt").string()}, 4, "none.txt: there is no such file"},
      {{"--scene-cuts", folder_.path().string()}, 4, "this is a folder"},
      {{"--scene-cuts", ""}, 2, "--scene-cuts"},
      {{"--scene-cuts", "off", "--output", (folder_ / "o.png").string()}, 2, "is one picture"},
      {{"--scene-cuts", (folder_ / "cuts.txt").string(), "--plan", (folder_ / "cuts.txt").string()},
       2,
       "--plan and --scene-cuts are the same"},
  };
  for (const Case& wrong : cases) {
    const CommandResult result = render(wrong.options);
    EXPECT_EQ(result.exit_code, wrong.exit_code) << wrong.message;
    EXPECT_NE(result.err.find(wrong.message), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.mp4")) << wrong.message;
  }
}

}  // namespace
}  // namespace mosaic::test
