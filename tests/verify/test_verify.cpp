// --verify from end to end, the card emulated: equal runs pass, and one wrong byte in any stage is
// found and named.
#include "mosaic/stages.hpp"
#include "verify/fixture.hpp"

namespace mosaic::test {
namespace {

class VerifyTest : public StagesTest {
 protected:
  static CommandResult verify(const std::string& output, std::vector<std::string> extra,
                              const std::string& fault = {}) {
    extra.emplace_back("--verify");
    return render(MOSAIC_EMULATED, output, extra, fault);
  }
};

TEST_F(VerifyTest, EqualRunsLeaveTheOutputOfAPlainOne) {
  const CommandResult plain = render(MOSAIC_EXECUTABLE, "plain.mp4", {"--device", "cpu"});
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  const CommandResult twin = verify("twin.mp4", {"--report", path("twin.json")});
  ASSERT_EQ(twin.exit_code, 0) << twin.err;
  EXPECT_NE(twin.err.find("4 frames: all stages and the files are equal on cpu and cuda"),
            std::string::npos)
      << twin.err;
  EXPECT_NE(twin.err.find("motion is found in integers"), std::string::npos) << twin.err;
  EXPECT_EQ(md5_of(path("twin.mp4")), md5_of(path("plain.mp4")));
  EXPECT_FALSE(std::filesystem::exists(path("twin.mp4.verify")));
  const nlohmann::json report = nlohmann::json::parse(std::ifstream(path("twin.json")));
  EXPECT_EQ(report.at("device"), "cuda");
  EXPECT_EQ(report.at("output"), path("twin.mp4"));
  EXPECT_EQ(report.at("certified_frames"), kFrames);
}

TEST_F(VerifyTest, EveryPreset) {
  for (const char* preset : {"ultra", "natural", "tile", "fast"}) {
    const CommandResult result =
        verify("preset.mp4", {"--preset", preset, "--flow", "block", "--range", "0-2"});
    EXPECT_EQ(result.exit_code, 0) << preset << ": " << result.err;
  }
}

TEST_F(VerifyTest, AWrongByteInAnyStageIsFoundAndNamed) {
  for (std::size_t i = 0; i < kFrameStages; ++i) {
    const std::string stage(kStageNames[i]);
    SCOPED_TRACE(stage);
    const CommandResult result = verify("wrong.mp4", {}, stage + ":2");
    EXPECT_EQ(result.exit_code, 6) << result.err;
    EXPECT_NE(result.err.find("frame 2: stage " + stage + " differs"), std::string::npos)
        << result.err;
    EXPECT_FALSE(std::filesystem::exists(path("wrong.mp4")));
    EXPECT_FALSE(std::filesystem::exists(path("wrong.mp4.verify")));
  }
}

TEST_F(VerifyTest, AWrongFileIsFoundAndBothAreKept) {
  const CommandResult result = verify("file.mp4", {}, "file:2");
  EXPECT_EQ(result.exit_code, 6) << result.err;
  EXPECT_NE(result.err.find("stage file differs although all frames are equal"), std::string::npos)
      << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("file.mp4")));
  EXPECT_NE(md5_of(path("file.mp4.verify/cpu.mp4")), md5_of(path("file.mp4.verify/cuda.mp4")));
  const CommandResult again = verify("file.mp4", {});
  EXPECT_EQ(again.exit_code, 5) << again.err;
  EXPECT_NE(again.err.find("already there"), std::string::npos) << again.err;
}

TEST_F(VerifyTest, WithoutACardItSaysSo) {
  const CommandResult version = run_mosaic({"--version"});
  if (version.out.find("backends    cuda,") != std::string::npos) {
    GTEST_SKIP() << "this machine has a card";
  }
  const CommandResult result = render(MOSAIC_EXECUTABLE, "none.mp4", {"--verify"});
  EXPECT_EQ(result.exit_code, 7) << result.err;
  EXPECT_NE(result.err.find("--verify compares a CUDA card with the CPU: "), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("--manifest-check"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("none.mp4")));
}

TEST_F(VerifyTest, WhatItCannotCompareIsRefused) {
  const auto expect_refused = [](const CommandResult& result, const std::string& why) {
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
  };
  expect_refused(verify("pictures/", {}), "is many pictures");
  expect_refused(verify("out.mp4", {"--resume=on"}), "--verify computes every frame anew");
  expect_refused(verify("out.mp4", {"--preview"}), "--verify is for whole runs");
  expect_refused(verify("out.mp4", {"--out-dir", path("done")}), "--verify is for one input");
}

}  // namespace
}  // namespace mosaic::test
