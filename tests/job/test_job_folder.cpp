#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "job/job_folder.hpp"
#include "job/output_lock.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

const Facts kJobFacts = {{"--crf", "18"}, {"--flow", "block"}};

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

void add_segment(JobFolder& job, std::int64_t index, const std::string& text) {
  job.begin_segment(index);
  job.put(SegmentPart::media, bytes_of(text));
  job.put(SegmentPart::state, bytes_of("state " + text));
  job.end_segment(10);
}

std::string all_media(const JobFolder& job) {
  std::string text;
  job.for_each(SegmentPart::media, [&](std::span<const std::byte> bytes) {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return text;
}

class JobFolderTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  fs::path output_ = folder_ / "out.mp4";
  fs::path job_path_ = folder_ / ".out.mp4.mosaic-job";
  std::vector<std::string> warnings_;

  void start(JobFolder& job, const Facts& facts = kJobFacts) {
    job.start(facts, {}, 10, [this](const std::string& text) { warnings_.push_back(text); });
  }
  void make_three() {
    JobFolder job(output_, false);
    start(job);
    add_segment(job, 0, "a");
    add_segment(job, 1, "b");
    add_segment(job, 2, "c");
  }
};

TEST_F(JobFolderTest, KeepsWhatIsFinishedAndHandsItOverInOrder) {
  make_three();
  JobFolder job(output_, false);
  start(job);
  EXPECT_EQ(job.kept().size(), 3U);
  EXPECT_EQ(job.finished_frames(), 30);
  EXPECT_EQ(all_media(job), "abc");
  const std::vector<std::byte> state = job.read_kept(1, SegmentPart::state);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(state.data()), state.size()), "state b");
  job.remove();
  EXPECT_FALSE(fs::exists(job_path_));
}

TEST_F(JobFolderTest, WithoutAFinishedSegmentNothingIsLeft) {
  {
    JobFolder job(output_, false);
    start(job);
    job.begin_segment(0);
    job.put(SegmentPart::media, bytes_of("half"));
  }
  EXPECT_FALSE(fs::exists(job_path_));
}

TEST_F(JobFolderTest, ASegmentWithAnyByteChangedIsMadeAgainAndTheOthersAreKept) {
  make_three();
  const fs::path file = job_path_ / "segment-000001";
  const auto size = static_cast<std::size_t>(fs::file_size(file));
  for (std::size_t at = 0; at < size; at += 5) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 1));
    stream.close();
    warnings_.clear();
    JobFolder job(output_, false);
    start(job);
    EXPECT_EQ(job.kept().count(1), 0U) << at;
    EXPECT_EQ(job.kept().size(), 2U) << at;
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_NE(warnings_[0].find("piece 2"), std::string::npos) << warnings_[0];
    add_segment(job, 1, "b");
    EXPECT_EQ(all_media(job), "abc");
  }
}

TEST_F(JobFolderTest, ShortenedAndMissingSegmentsAreMadeAgain) {
  make_three();
  fs::resize_file(job_path_ / "segment-000000", 3);
  fs::remove(job_path_ / "segment-000002");
  JobFolder job(output_, false);
  start(job);
  ASSERT_EQ(job.kept().size(), 1U);
  EXPECT_EQ(job.kept().begin()->first, 1);
}

TEST_F(JobFolderTest, OtherFactsAreRefusedByNameAndNothingIsLost) {
  make_three();
  {
    JobFolder job(output_, false);
    try {
      start(job, {{"--crf", "20"}, {"--flow", "block"}, {"--gamma", "2"}});
      FAIL() << "was taken up";
    } catch (const UsageError& error) {
      const std::string what = error.what();
      EXPECT_NE(what.find("--crf was 18, is 20"), std::string::npos) << what;
      EXPECT_NE(what.find("--gamma was not set, is 2"), std::string::npos) << what;
      EXPECT_EQ(what.find("--flow"), std::string::npos) << what;
    }
  }
  JobFolder job(output_, false);
  start(job);
  EXPECT_EQ(all_media(job), "abc");
}

TEST_F(JobFolderTest, AfreshMeansFromTheStart) {
  make_three();
  JobFolder job(output_, true);
  std::ofstream(job_path_ / ".out.mp4.part") << "opened by the sink before the start";
  start(job, {{"--crf", "20"}});
  EXPECT_TRUE(job.kept().empty());
  EXPECT_FALSE(fs::exists(job_path_ / "segment-000002"));
  EXPECT_TRUE(fs::exists(job_path_ / ".out.mp4.part"));
}

TEST_F(JobFolderTest, FilesOfASegmentAreLookedAtToo) {
  {
    JobFolder job(output_, false);
    start(job);
    job.begin_segment(0);
    std::ofstream(job_path_ / "picture") << "pixels";
    job.put_file("picture");
    job.end_segment(1);
  }
  {
    JobFolder job(output_, false);
    start(job);
    EXPECT_EQ(job.kept().size(), 1U);
  }
  std::ofstream(job_path_ / "picture") << "pixelz";
  JobFolder job(output_, false);
  start(job);
  EXPECT_TRUE(job.kept().empty());
}

TEST_F(JobFolderTest, AShortPieceThatOthersFollowIsDamaged) {
  {
    JobFolder job(output_, false);
    start(job);
    job.begin_segment(0);
    job.end_segment(7);
    add_segment(job, 1, "b");
    job.begin_segment(2);
    job.end_segment(4);
  }
  JobFolder job(output_, false);
  start(job);
  EXPECT_EQ(job.kept().count(0), 0U);
  EXPECT_EQ(job.kept().count(1), 1U);
  EXPECT_EQ(job.kept().count(2), 1U) << "the last piece ends where the input does";
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("piece 1"), std::string::npos) << warnings_[0];
}

TEST_F(JobFolderTest, PicturesOfAnEarlierJobAreNotPublished) {
  fs::create_directories(job_path_ / "pictures");
  std::ofstream(job_path_ / "pictures/000009.png") << "old";
  JobFolder job(output_, false);
  start(job);
  EXPECT_TRUE(fs::is_empty(job_path_ / "pictures")) << "a new job has none yet";
  std::ofstream(job_path_ / "pictures/000001.png") << "new";
  job.begin_segment(0);
  job.put_file("pictures/000001.png");
  job.end_segment(1);
  std::ofstream(job_path_ / "pictures/000002.png") << "of a piece that was not finished";
  job.begin_publishing();
  EXPECT_TRUE(fs::exists(job_path_ / "pictures/000001.png"));
  EXPECT_FALSE(fs::exists(job_path_ / "pictures/000002.png"));
}

TEST_F(JobFolderTest, WhilePublishingPicturesMayBeGoneButNotDamaged) {
  const auto name = [](int i) { return "pictures/" + std::to_string(i); };
  {
    JobFolder job(output_, false);
    start(job);
    fs::create_directory(job_path_ / "pictures");
    for (int i = 0; i < 3; ++i) {
      std::ofstream(job_path_ / name(i)) << "pixels";
      job.begin_segment(i);
      job.put_file(name(i));
      job.end_segment(10);
    }
    job.begin_publishing();
  }
  fs::remove(job_path_ / name(0));                 // moved to its place
  std::ofstream(job_path_ / name(1)) << "pixelz";  // not moved
  JobFolder job(output_, false);
  start(job);
  EXPECT_EQ(job.kept().count(0), 1U);
  EXPECT_EQ(job.kept().count(1), 0U);
  EXPECT_EQ(job.kept().count(2), 1U);
  EXPECT_FALSE(job.publishing());
}

TEST_F(JobFolderTest, AfreshLosesNothingWhereTheRunFailsBeforeItsStart) {
  make_three();
  { const JobFolder job(output_, true); }
  JobFolder job(output_, false);
  start(job);
  EXPECT_EQ(all_media(job), "abc");
}

TEST_F(JobFolderTest, TheSizeCountsTheFilesThatSegmentsName) {
  JobFolder job(output_, false);
  start(job);
  std::ofstream(job_path_ / "picture") << std::string(5000, 'p');
  job.begin_segment(0);
  job.put_file("picture");
  job.end_segment(1);
  EXPECT_GT(job.finished_bytes(), 5000U);
  EXPECT_LT(job.finished_bytes(), 5200U);
}

// A link of the folder's name led to somebody's files, which went with the job.
TEST_F(JobFolderTest, ALinkOfItsNameIsRefusedAndWhatItLeadsToStays) {
  const fs::path victim = job_path_.parent_path() / "victim";
  fs::create_directory(victim);
  std::ofstream(victim / "segment-000000") << "somebody's";
  fs::create_directory_symlink(victim, job_path_);
  try {
    const JobFolder job(output_, false);
    FAIL() << "a link was followed";
  } catch (const OutputError& error) {
    EXPECT_NE(std::string(error.what()).find("symbolic link"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(JobFolder::look(output_));
  EXPECT_TRUE(fs::exists(victim / "segment-000000"));
  EXPECT_TRUE(fs::is_symlink(job_path_));
}

TEST_F(JobFolderTest, FilesOfOthersStayWhenTheJobGoes) {
  fs::create_directories(job_path_ / "mine");
  std::ofstream(job_path_ / "mine/notes.txt") << "x";
  std::ofstream(job_path_ / ".hidden") << "x";
  std::ofstream(job_path_ / "letter.txt") << "x";
  {
    JobFolder job(output_, false);
    start(job);
    job.begin_segment(0);
    fs::create_directory(job_path_ / "pictures");
    std::ofstream(job_path_ / "pictures/000001.png") << "pixels";
    job.put_file("pictures/000001.png");
    job.end_segment(1);
    job.remove();
  }
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(job_path_)) {
    left.push_back(entry.path().filename().native());
  }
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (std::vector<std::string>{".hidden", "letter.txt", "mine"}));
  EXPECT_TRUE(fs::exists(job_path_ / "mine/notes.txt"));
}

TEST(OutputLock, ASecondOneIsToldWhoHasIt) {
  const test::TemporaryFolder folder;
  const fs::path output = folder / "out.mp4";
  {
    const OutputLock first(output);
    try {
      const OutputLock second(output);
      FAIL() << "locked twice";
    } catch (const BusyError& error) {
      EXPECT_EQ(error.code(), ExitCode::try_again);
      EXPECT_NE(std::string(error.what()).find("process " + std::to_string(getpid())),
                std::string::npos)
          << error.what();
    }
  }
  EXPECT_TRUE(fs::is_empty(folder.path())) << "the lock file stays behind";
  EXPECT_NO_THROW(OutputLock{output});
}

TEST(OutputLock, AFileLeftByAKilledRunLocksNothing) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / ".out.mp4.mosaic-lock") << "1\n";
  EXPECT_NO_THROW(OutputLock{folder / "out.mp4"});
}

TEST(OutputLock, LongNamesFit) {
  const test::TemporaryFolder folder;
  EXPECT_NO_THROW(OutputLock{folder / (std::string(251, 'n') + ".mp4")});
}

}  // namespace
}  // namespace mosaic
