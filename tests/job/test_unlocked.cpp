// Outputs on file systems that know no locks.
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "job/output_lock.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

int lock_failure = 0;  ///< errno of every flock(), 0: it works

class Unlocked : public testing::Test {
 protected:
  ~Unlocked() override { lock_failure = 0; }
  test::TemporaryFolder folder_;
  std::filesystem::path output_ = folder_ / "out.mp4";
  std::vector<std::string> warnings_;
  std::function<void(const std::string&)> warn_ = [this](const std::string& text) {
    warnings_.push_back(text);
  };
};

// The run was refused, and there was no way to make anything there.
TEST_F(Unlocked, AFileSystemWithoutLocksIsWarnedOfAndWrittenTo) {
  for (const int failure : {ENOLCK, ENOSYS, EOPNOTSUPP}) {
    lock_failure = failure;
    warnings_.clear();
    {
      const OutputLock first(output_, warn_);
      ASSERT_EQ(warnings_.size(), 1U);
      EXPECT_NE(warnings_[0].find("knows no locks"), std::string::npos) << warnings_[0];
      EXPECT_NO_THROW(OutputLock{output_});
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
}

TEST_F(Unlocked, TheLockOfAnotherMachineStays) {
  std::ofstream(folder_ / ".out.mp4.mosaic-lock") << "4711\n";
  lock_failure = ENOLCK;
  { const OutputLock lock(output_, warn_); }
  EXPECT_EQ(std::filesystem::file_size(folder_ / ".out.mp4.mosaic-lock"), 5U);
}

TEST_F(Unlocked, AnyOtherFailureIsAnError) {
  lock_failure = EIO;
  EXPECT_THROW(OutputLock(output_, warn_), OutputError);
}

}  // namespace
}  // namespace mosaic

/// In place of the C library's.
extern "C" int flock(int fd, int operation) noexcept {
  if (mosaic::lock_failure != 0) {
    errno = mosaic::lock_failure;
    return -1;
  }
  return static_cast<int>(syscall(SYS_flock, fd, operation));
}
