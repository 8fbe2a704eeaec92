// Folders on a disk or share that goes away while they are read.
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "job/content_identity.hpp"
#include "job/job_folder.hpp"
#include "mosaic/error.hpp"
#include "support/failing_readdir.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

/// The first error of opening a folder was looked at, and what came later was thrown as it was.
class BrokenFolders : public testing::Test {
 protected:
  void fill(const fs::path& folder) const {
    for (int i = 0; i < 6; ++i) std::ofstream(folder / ("segment-" + std::to_string(i))) << "x";
  }
  void start(JobFolder& job) const {
    job.start({{"--crf", "18"}}, {}, 10, [](const std::string&) {});
  }
  test::TemporaryFolder folder_;
  fs::path output_ = folder_ / "out.mp4";
  fs::path job_path_ = folder_ / ".out.mp4.mosaic-job";
};

TEST_F(BrokenFolders, AJobThatEndsWithoutAPieceEndsQuietly) {
  std::optional<JobFolder> job;
  job.emplace(output_, false);
  fill(job_path_);
  const test::FailingFolders failing(4);
  job.reset();  // ended the program
}

TEST_F(BrokenFolders, LeftoversThatAreNotSeenDelayNothing) {
  fs::create_directory(job_path_);
  fill(job_path_);
  const test::FailingFolders failing(4);
  const JobFolder job(output_, false);
}

TEST_F(BrokenFolders, AFreshStartThatCannotSeeWhatIsThereIsRefused) {
  fs::create_directory(job_path_);
  fill(job_path_);
  JobFolder job(output_, true);
  const test::FailingFolders failing(4);
  try {
    start(job);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const OutputError& error) {
    EXPECT_NE(std::string(error.what()).find("Input/output error"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(BrokenFolders, AnInputThatCannotBeReadToItsEndIsABadInput) {
  fs::create_directory(folder_ / "in");
  fill(folder_ / "in");
  const test::FailingFolders failing(4);
  try {
    content_marks(folder_ / "in", {});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("Input/output error"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

}  // namespace
}  // namespace mosaic
