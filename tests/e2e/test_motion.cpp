// Motion as a film asks for it: RAFT about some pairs of frames, and not about others.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "e2e/resume_test.hpp"
#include "support/motion_clips.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;
using testing::ClipSpec;
using testing::MotionClip;

/// A picture stands still, turns quickly, and stands still again.
class Motion : public Resume {
 protected:
  Motion() {
    tile_size_ = "16";
    const MotionClip clip(
        {.kind = ClipSpec::Kind::rotate, .size = {320, 256}, .frames = 4, .rate = 0.2});
    std::vector<RgbImage> frames;
    for (const int at : {0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3}) {
      RgbImage frame(Size{320, 256});
      frame.r = frame.g = frame.b = clip.luma(at);
      frames.push_back(frame);
    }
    write_frames(folder_ / "frames", frames);
  }
  [[nodiscard]] fs::path film() const override { return folder_ / "frames"; }
  [[nodiscard]] std::vector<std::string> with(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--flow", "raft", "--scene-cuts", "off", "--segment-frames", "3"});
    return more;
  }
};

TEST_F(Motion, RaftIsAskedAboutSomeFramesWhateverTheThreadsAndWhereverAKilledJobGoesOn) {
  if (!has_raft()) GTEST_SKIP() << "this build has no LibTorch";
  const fs::path report_file = folder_ / "report.json";
  const CommandResult whole =
      run("whole.mp4", with({"--resume", "off", "--report", report_file.string()}));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const std::string expected = md5_of(folder_ / "whole.mp4");
  const nlohmann::json work = nlohmann::json::parse(std::ifstream(report_file))["flow_work"];
  EXPECT_EQ(work["pairs"], 11);
  EXPECT_GT(work["asked"], 0);
  EXPECT_LE(work["asked"], 3) << "of these the content moves";
  EXPECT_EQ(undisturbed("single.mp4", with({"--threads", "1"})), expected);
  EXPECT_NE(undisturbed("blocks.mp4",
                        {"--flow", "block", "--scene-cuts", "off", "--segment-frames", "3"}),
            expected)
      << "RAFT decides nothing here, so the test shows nothing";
  for (const int pieces : {1, 2}) {
    const std::string name = "killed" + std::to_string(pieces) + ".mp4";
    EXPECT_EQ(stop_after(name, pieces, "KILL", with()).exit_code, 137);
    const CommandResult again = run(name, with());
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
    EXPECT_EQ(md5_of(folder_ / name), expected) << pieces;
  }
}

}  // namespace
}  // namespace mosaic::test
