// Folders that can be read, and those that cannot, or not to their end.
#include <gtest/gtest.h>

#include <fstream>

#include "core/folder_entries.hpp"
#include "support/failing_readdir.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {
namespace {

TEST(FolderEntries, AreAllOfAFolder) {
  const TemporaryFolder folder;
  for (const char* name : {"a", ".b", "c"}) std::ofstream(folder / name) << "x";
  std::error_code failure;
  EXPECT_EQ(entries_of(folder.path(), failure).size(), 3U);
  EXPECT_FALSE(failure);
  EXPECT_TRUE(entries_of(folder / "none", failure).empty());
  EXPECT_EQ(failure, std::errc::no_such_file_or_directory);
}

// The standard iterator's ++ throws, whatever error code it began with.
TEST(FolderEntries, AFolderThatBreaksOffSaysSo) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c", "d"}) std::ofstream(folder / name) << "x";
  const FailingFolders failing(4);
  std::error_code failure;
  EXPECT_LT(entries_of(folder.path(), failure).size(), 4U);
  EXPECT_EQ(failure, std::errc::io_error);
}

}  // namespace
}  // namespace mosaic::test
