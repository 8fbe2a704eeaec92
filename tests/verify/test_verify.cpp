// --verify from end to end, the card emulated: equal runs pass, and one wrong byte in any stage is
// found and named.
#include <cstdlib>

#include "core/hash.hpp"
#include "job/output_lock.hpp"
#include "mosaic/stages.hpp"
#include "pipeline/manifest.hpp"
#include "verify/fixture.hpp"

namespace mosaic::test {
namespace {

/// A folder on another file system, where this machine has one; else beside the others.
class FarFolder {
 public:
  FarFolder() {
    std::string pattern = "/dev/shm/mosaic-test-XXXXXX";
    path_ = mkdtemp(pattern.data()) != nullptr ? std::filesystem::path(pattern) : near_.path();
  }
  ~FarFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FarFolder(const FarFolder&) = delete;
  FarFolder& operator=(const FarFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  TemporaryFolder near_;
  std::filesystem::path path_;
};

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
  EXPECT_NE(twin.err.find("motion was found in integers"), std::string::npos) << twin.err;
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

TEST_F(VerifyTest, AWrongByteInAnyArrayOfAnyStageIsFoundAndNamed) {
  for (std::size_t i = 0; i < kFrameStages; ++i) {
    for (std::size_t array = 0; array < kStageArrays[i]; ++array) {
      const std::string stage(kStageNames[i]);
      const std::string fault = stage + ":1:" + std::to_string(array);
      SCOPED_TRACE(fault);
      // With histograms there are quantiles, so that no array is empty.
      const CommandResult result =
          verify("wrong.mp4", {"--color-transfer", "histogram", "--range", "0-1"}, fault);
      EXPECT_EQ(result.exit_code, 6) << result.err;
      EXPECT_NE(result.err.find("frame 1: stage " + stage + " differs"), std::string::npos)
          << result.err;
      EXPECT_FALSE(std::filesystem::exists(path("wrong.mp4")));
      EXPECT_FALSE(std::filesystem::exists(path("wrong.mp4.verify")));
    }
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

TEST_F(VerifyTest, PlanManifestAndReportAppearOnlyWhenAllIsEqual) {
  const std::vector<std::string> records = {"--plan",         path("r.jsonl"), "--manifest",
                                            path("rm.jsonl"), "--report",      path("r.json")};
  const CommandResult wrong = verify("records.mp4", records, "file:2");
  EXPECT_EQ(wrong.exit_code, 6) << wrong.err;
  for (const char* name : {"records.mp4", "r.jsonl", "rm.jsonl", "r.json"}) {
    EXPECT_FALSE(std::filesystem::exists(path(name))) << name;
  }
  std::filesystem::remove_all(path("records.mp4.verify"));
  const CommandResult right = verify("records.mp4", records);
  EXPECT_EQ(right.exit_code, 0) << right.err;
  for (const char* name : {"records.mp4", "r.jsonl", "rm.jsonl", "r.json"}) {
    EXPECT_TRUE(std::filesystem::exists(path(name))) << name;
  }
  // Of the output, although it was hashed where it was made.
  const nlohmann::json end = lines_of("rm.jsonl").back();
  EXPECT_EQ(end.at("file"), hex64(*hash_output(path("records.mp4"))));
}

TEST_F(VerifyTest, AnOutputThatIsALinkStaysOneAndItsTargetIsReplaced) {
  // Beside the link would be another file system, from which nothing can be renamed.
  const FarFolder other;
  const std::string link = path("link.mp4");
  std::filesystem::create_symlink(other / "film.mp4", link);
  std::ofstream(other / "film.mp4") << "an older film";
  const CommandResult wrong = verify("link.mp4", {}, "file:2");
  EXPECT_EQ(wrong.exit_code, 6) << wrong.err;
  EXPECT_TRUE(std::filesystem::exists(other / "film.mp4.verify" / "cpu.mp4")) << wrong.err;
  std::filesystem::remove_all(other / "film.mp4.verify");
  const CommandResult right = verify("link.mp4", {});
  EXPECT_EQ(right.exit_code, 0) << right.err;
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  const CommandResult plain = render(MOSAIC_EXECUTABLE, "plain2.mp4", {"--device", "cpu"});
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_EQ(md5_of(other / "film.mp4"), md5_of(path("plain2.mp4")));
  EXPECT_FALSE(std::filesystem::exists(other / "film.mp4.verify"));
}

TEST_F(VerifyTest, ASecondRunOnTheSameOutputIsTurnedAway) {
  const OutputLock held(path("busy.mp4"));
  const CommandResult result = verify("busy.mp4", {});
  EXPECT_EQ(result.exit_code, 75) << result.err;
  EXPECT_NE(result.err.find("another run is writing this output"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("busy.mp4")));
  EXPECT_FALSE(std::filesystem::exists(path("busy.mp4.verify")));
}

TEST_F(VerifyTest, TheEstimateIsOfBothRuns) {
  const auto told = [](const CommandResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const std::size_t at = result.err.find("memory  about ");
    return at == std::string::npos ? 0 : std::stoi(result.err.substr(at + 14));
  };
  // The first run reads the photos and makes the index, which takes more than a film this small.
  told(render(MOSAIC_EMULATED, "first.mp4", {"--device", "cuda"}));
  const int one = told(render(MOSAIC_EMULATED, "one.mp4", {"--device", "cuda"}));
  const int two = told(verify("two.mp4", {}));
  EXPECT_GT(one, 0);
  EXPECT_GT(two, one);
  const CommandResult tight =
      verify("tight.mp4", {"--memory", std::to_string(one) + "M", "--threads", "1"});
  EXPECT_EQ(tight.exit_code, 2) << tight.err;
  EXPECT_NE(tight.err.find("of memory at the least"), std::string::npos) << tight.err;
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
  expect_refused(verify("out.mp4", {"--device", "cpu"}), "--device cpu leaves no card");
  expect_refused(verify("out.mp4", {"--resume=on"}), "--verify computes every frame anew");
  expect_refused(verify("out.mp4", {"--preview"}), "--verify is for whole runs");
  expect_refused(verify("out.mp4", {"--out-dir", path("done")}), "--verify is for one input");
}

}  // namespace
}  // namespace mosaic::test
