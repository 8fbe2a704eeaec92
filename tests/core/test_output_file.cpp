// An output appears complete under its name, or not at all.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/output_file.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string read(const fs::path& path) {
  const std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::string refusal(const fs::path& path, bool force) {
  try {
    const OutputFile file(path, force);
  } catch (const OutputError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "accepted";
}

TEST(OutputFile, AppearsOnCommitAndNotBefore) {
  const TemporaryFolder folder;
  OutputFile file(folder / "out.mp4", false);
  EXPECT_EQ(file.temporary().parent_path(), folder.path()) << "rename() must not cross disks";
  EXPECT_TRUE(file.temporary().filename().native().starts_with(".out.mp4."));
  EXPECT_EQ(file.temporary().extension(), ".mp4");
  write(file.temporary(), "whole");
  EXPECT_FALSE(fs::exists(folder / "out.mp4"));
  file.commit();
  EXPECT_EQ(read(folder / "out.mp4"), "whole");
  EXPECT_EQ(entries(folder.path()), 1U);
}

/// From now on no folder can be opened by this process: EIO, as of a disk that is failing.
bool folders_fail() {
  std::array<sock_filter, 6> code = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_DIRECTORY, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog program = {static_cast<unsigned short>(code.size()), code.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// The message said that the file could not get its name, and hints followed from that.
TEST(OutputFile, AFolderThatCannotBeSyncedIsNotAFileWithoutItsName) {
  const TemporaryFolder folder;
  const pid_t child = fork();  // the filter stays for good
  if (child == 0) {
    OutputFile file(folder / "out.mp4", false);
    write(file.temporary(), "whole");
    if (!folders_fail()) _exit(77);
    try {
      file.commit();
    } catch (const OutputError& error) {
      const std::string what = error.what();
      const bool said = what.find("out.mp4' is complete and has its name") != std::string::npos &&
                        what.find("cannot open folder") != std::string::npos;
      _exit(said && file.committed() ? 0 : 1);
    }
    _exit(2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this kernel filters no system calls";
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(read(folder / "out.mp4"), "whole");
}

TEST(OutputFile, AbandonedLeavesNothing) {
  const TemporaryFolder folder;
  {
    const OutputFile file(folder / "out.png", false);
    write(file.temporary(), "half");
  }
  EXPECT_EQ(entries(folder.path()), 0U);
}

TEST(OutputFile, ExistingFilesNeedForceAndSurviveFailure) {
  const TemporaryFolder folder;
  write(folder / "out.mp4", "old");
  EXPECT_NE(refusal(folder / "out.mp4", false).find("--force"), std::string::npos);
  {
    const OutputFile file(folder / "out.mp4", true);
    write(file.temporary(), "half");
  }
  EXPECT_EQ(read(folder / "out.mp4"), "old");
  OutputFile file(folder / "out.mp4", true);
  write(file.temporary(), "new");
  file.commit();
  EXPECT_EQ(read(folder / "out.mp4"), "new");
}

TEST(OutputFile, AFileThatCameUpMeanwhileIsNotReplaced) {
  const TemporaryFolder folder;
  {
    OutputFile file(folder / "out.mp4", false);
    write(file.temporary(), "mine");
    write(folder / "out.mp4", "another run's");
    EXPECT_THROW(file.commit(), OutputError);
  }
  EXPECT_EQ(read(folder / "out.mp4"), "another run's");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(OutputFile, TwoOutputsOfOneNameDoNotShareATemporary) {
  const TemporaryFolder folder;
  const OutputFile first(folder / "out.mp4", false);
  const OutputFile second(folder / "out.mp4", false);
  EXPECT_NE(first.temporary(), second.temporary());
}

TEST(OutputFile, RefusesWhatIsNoPlaceForAFile) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal(folder / "no/out.mp4", false).find("No such file"), std::string::npos);
  EXPECT_NE(refusal(folder.path(), true).find("folder"), std::string::npos);
  EXPECT_NE(refusal(folder.path() / "", true).find("folder"), std::string::npos);
  EXPECT_NE(refusal("/dev/null", true).find("not a regular file"), std::string::npos);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_NE(refusal(folder / "pipe", true).find("not a regular file"), std::string::npos);
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(OutputFile, UnwritableFolderFailsAtOnce) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere: needs another user";
  const TemporaryFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0500), 0);
  EXPECT_NE(refusal(folder / "out.mp4", false).find("Permission denied"), std::string::npos);
  ASSERT_EQ(chmod(folder.path().c_str(), 0700), 0);
}

TEST(OutputFile, ALinkStaysAndItsTargetIsReplaced) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  write(folder / "real/target.mp4", "old");
  fs::create_symlink("real/target.mp4", folder / "link.mp4");
  OutputFile file(folder / "link.mp4", true);
  write(file.temporary(), "new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(folder / "link.mp4"));
  EXPECT_EQ(read(folder / "real/target.mp4"), "new");
}

TEST(OutputFile, TheLongestNamesFit) {
  const TemporaryFolder folder;
  const std::string name = std::string(251, 'n') + ".mp4";
  OutputFile file(folder / name, false);
  EXPECT_LE(file.temporary().filename().native().size(), 255U);
  write(file.temporary(), "x");
  file.commit();
  EXPECT_TRUE(fs::exists(folder / name));
}

/// What a run leaves that is killed while it writes.
fs::path left_by_killed_run(const fs::path& output) {
  const pid_t child = fork();
  if (child == 0) {
    const OutputFile file(output, true);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  for (const auto& entry : fs::directory_iterator(output.parent_path())) {
    const std::string name = entry.path().filename().native();
    const bool theirs = name.find("." + std::to_string(child) + ".part") != std::string::npos;
    if (theirs) return entry.path();
  }
  return {};
}

// That was done for four kinds of files and no others, such as a tile index.
TEST(OutputFile, RemovesWhatAKilledRunHasLeftOfItsName) {
  const TemporaryFolder folder;
  const fs::path left = left_by_killed_run(folder / "tiles.mti");
  ASSERT_TRUE(fs::exists(left));
  const std::array<fs::path, 3> others = {folder / ".other.mti.4711.part.mti",
                                          folder / ".tiles.mti.mine.part.mti",
                                          folder / ".tiles.mti.4711.part.mt"};
  for (const fs::path& other : others) write(other, "x");
  const OutputFile held(folder / "tiles.mti", false);
  EXPECT_FALSE(fs::exists(left));
  for (const fs::path& other : others) EXPECT_TRUE(fs::exists(other)) << other;
  const OutputFile second(folder / "tiles.mti", false);
  EXPECT_TRUE(fs::exists(held.temporary()));
}

// A name that had been cut to fit was not known again.
TEST(OutputFile, RemovesWhatAKilledRunHasLeftOfALongName) {
  for (const std::string& name : {std::string(251, 'n') + ".mp4", std::string(255, 'n'),
                                  "n." + std::string(253, 'e'), std::string("of.part")}) {
    const TemporaryFolder folder;
    const fs::path left = left_by_killed_run(folder / name);
    ASSERT_TRUE(fs::exists(left)) << name;
    const OutputFile file(folder / name, false);
    EXPECT_FALSE(fs::exists(left)) << name;
    EXPECT_EQ(entries(folder.path()), 1U) << name;
  }
}

TEST(OutputFile, WhatIsLeftOfALinkIsLeftBesideItsTarget) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  write(folder / "real/target.mp4", "old");
  fs::create_symlink("real/target.mp4", folder / "link.mp4");
  write(folder / "real/.target.mp4.4711.part.mp4", "half");
  remove_leftovers_of(folder / "link.mp4");
  EXPECT_EQ(entries(folder / "real"), 1U);
}

TEST(OutputFile, RelativeNamesWork) {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  OutputFile file("plain.mp4", false);
  write(file.temporary(), "x");
  file.commit();
  EXPECT_TRUE(fs::exists("plain.mp4"));
  fs::current_path(before);
}

TEST(OutputErrors, SayWhatWhereAndWhatToDo) {
  const OutputError full = output_error("cannot write", "/a/b", ENOSPC);
  EXPECT_STREQ(full.what(), "cannot write '/a/b': No space left on device");
  EXPECT_NE(full.hint().find("free some space"), std::string::npos);
  EXPECT_EQ(full.code(), ExitCode::output_failed);
}

}  // namespace
}  // namespace mosaic::test
