// Files that may not grow: a limit on their size, and a quota that is used up.
#include <cstdint>
#include <fstream>
#include <string>

#include "e2e/resume_test.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

class DiskLimits : public Resume {
 protected:
  // Few cells and fine pictures, so that the film is much larger than a piece with its state.
  DiskLimits() { tile_size_ = "16"; }

  /// The job into `output` where no file may exceed `kib`.
  CommandResult run_below(std::uintmax_t kib, const std::string& output,
                          const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"bash", "-c", "ulimit -f $1; shift; exec \"$@\"", "bash",
                                    std::to_string(kib)};
    const std::vector<std::string> program = arguments(more);
    all.insert(all.end(), program.begin(), program.end());
    all.insert(all.end(), {"--output", (folder_ / output).string()});
    return run_command(all);
  }

  /// The job into `output` by a user who may write so many bytes into the folder.
  CommandResult run_with_quota(std::uintmax_t bytes, const std::string& output,
                               const std::vector<std::string>& more) const {
    CommandOptions options;
    options.environment = {{"LD_PRELOAD", MOSAIC_QUOTA_SHIM},
                           {"QUOTA_USED", (inputs_->path() / "used").string()},
                           {"QUOTA_FOLDER", fs::canonical(folder_.path()).string()},
                           {"QUOTA_BYTES", std::to_string(bytes)}};
    std::vector<std::string> all = arguments(more);
    all.insert(all.end(), {"--output", (folder_ / output).string()});
    return run_command(all, options);
  }

  static void expect_refusal(const CommandResult& result, const std::string& why) {
    EXPECT_EQ(result.exit_code, 5) << result.err;
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("then run the same command again"), std::string::npos) << result.err;
  }

  /// The same command with room again keeps what there is and ends in the bytes of the whole.
  void expect_goes_on(const std::string& output, const std::vector<std::string>& more,
                      const std::string& expected) {
    const CommandResult again = run(output, more);
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
    EXPECT_EQ(md5_of(folder_ / output), expected);
  }

  const std::vector<std::string> fine_ = {"--crf", "1"};
};

/// The job into `output`, whose new name cannot be synced.
CommandResult run_unsynced(std::vector<std::string> all, const fs::path& output,
                           const fs::path& there) {
  CommandOptions options;
  options.environment = {{"LD_PRELOAD", MOSAIC_QUOTA_SHIM}, {"SYNC_FAILS_WITH", there.string()}};
  all.insert(all.end(), {"--output", output.string()});
  return run_command(all, options);
}

// The hint named a command that --force was missing from, and that was refused.
TEST_F(DiskLimits, ANameThatCannotBeSyncedIsThereAndTheHintSaysHowToGoOn) {
  if (!fs::exists(MOSAIC_QUOTA_SHIM)) GTEST_SKIP() << "sanitizers want to be loaded first";
  const std::string expected = undisturbed("film.mp4");
  const fs::path film = folder_ / "out.mp4";
  const CommandResult failed = run_unsynced(arguments(), film, film);
  EXPECT_EQ(failed.exit_code, 5) << failed.err;
  EXPECT_NE(failed.err.find("complete and has its name"), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("the same command with --force goes on"), std::string::npos)
      << failed.err;
  EXPECT_EQ(md5_of(film), expected);
  expect_goes_on("out.mp4", {"--force"}, expected);
  // The same of pictures that are all in their new folder.
  const fs::path pictures = folder_ / "pictures";
  const CommandResult moved = run_unsynced(arguments(), pictures / "%03d.png", pictures);
  EXPECT_EQ(moved.exit_code, 5) << moved.err;
  EXPECT_NE(moved.err.find("complete and has its name"), std::string::npos) << moved.err;
  EXPECT_NE(moved.err.find("the same command with --force goes on"), std::string::npos)
      << moved.err;
  EXPECT_EQ(names_in(pictures).size(), 32U);
  const std::string last = md5_of(pictures / "032.png");
  const CommandResult again = run("pictures/%03d.png", {"--force"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(pictures / "032.png"), last);
  EXPECT_EQ(names_in(pictures).size(), 32U);
}

TEST_F(DiskLimits, AFileThatMayNotGrowEndsWithFiveAndGoesOn) {
  const std::string expected = undisturbed("film.mp4", fine_);
  const std::uintmax_t whole = fs::file_size(folder_ / "whole-film.mp4");
  // Pieces of 6 of 32 frames fit, the film does not.
  expect_refusal(run_below(whole * 3 / 4 / 1024, "out.mp4", fine_), "File too large");
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
  EXPECT_TRUE(fs::exists(job_ / "segment-000000"));
  expect_goes_on("out.mp4", fine_, expected);
  EXPECT_FALSE(fs::exists(job_));
  // And where nothing fits at all.
  expect_refusal(run_below(1, "none.mp4", fine_), "File too large");
  EXPECT_FALSE(fs::exists(folder_ / "none.mp4"));
}

TEST_F(DiskLimits, AUsedUpQuotaEndsWithFiveAndGoesOn) {
  if (!fs::exists(MOSAIC_QUOTA_SHIM)) GTEST_SKIP() << "sanitizers want to be loaded first";
  const std::string expected = undisturbed("film.mp4", fine_);
  ASSERT_EQ(run_with_quota(INT64_MAX, "out.mp4", fine_).exit_code, 0);
  ASSERT_EQ(md5_of(folder_ / "out.mp4"), expected);
  fs::remove(folder_ / "out.mp4");
  std::uintmax_t all = 0;
  std::ifstream(inputs_->path() / "used") >> all;
  ASSERT_GT(all, 2 * fs::file_size(folder_ / "whole-film.mp4")) << "the pieces and the film";
  // Within the pieces, within the film that is made of them, and just before its end.
  for (const std::uintmax_t quota : {all / 3, all * 3 / 4, all - 2000}) {
    SCOPED_TRACE(std::to_string(quota) + " bytes");
    expect_refusal(run_with_quota(quota, "out.mp4", fine_), "Disk quota exceeded");
    EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
    expect_goes_on("out.mp4", fine_, expected);
    EXPECT_FALSE(fs::exists(job_));
    fs::remove(folder_ / "out.mp4");
  }
}

TEST_F(DiskLimits, EveryKindOfOutputNoticesAQuota) {
  if (!fs::exists(MOSAIC_QUOTA_SHIM)) GTEST_SKIP() << "sanitizers want to be loaded first";
  for (const char* name : {"out.mkv", "out.gif", "frames/", "out.png"}) {
    SCOPED_TRACE(name);
    std::vector<std::string> more;
    if (std::string(name) == "out.png") more = {"--range", "0-0"};
    fs::create_directories(folder_ / "frames");
    expect_refusal(run_with_quota(3000, name, more), "Disk quota exceeded");
    EXPECT_TRUE(fs::is_empty(folder_ / "frames"));
    fs::remove(folder_ / "frames");
    for (const std::string& left : names_in(folder_.path())) {
      EXPECT_NE(left.find(".mosaic-job"), std::string::npos) << left;
    }
  }
  // What is written beside the film: there is no film without it.
  const CommandResult result = run_with_quota(
      3000, "out.mp4", {"--range", "0-1", "--report", (folder_ / "r.json").string()});
  expect_refusal(result, "Disk quota exceeded");
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
  EXPECT_FALSE(fs::exists(folder_ / "r.json"));
}

}  // namespace
}  // namespace mosaic::test
