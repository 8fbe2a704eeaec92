// What cannot be written or read says why.
#include <gtest/gtest.h>

#include <fstream>

#include "core/output_file.hpp"
#include "core/read_failure.hpp"
#include "core/written_file.hpp"
#include "support/file_limit.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {
namespace {

TEST(WrittenFile, WritesAndAppends) {
  const TemporaryFolder folder;
  {
    WrittenFile file(folder / "a", WrittenFile::Mode::create);
    file.write("one ");
    file.close();
  }
  WrittenFile(folder / "a", WrittenFile::Mode::append).write("two");
  std::ifstream stream(folder / "a");
  std::string text;
  std::getline(stream, text);
  EXPECT_EQ(text, "one two");
}

TEST(WrittenFile, AFullDiskIsNamedWithTheNameTheUserKnows) {
  const TemporaryFolder folder;
  const std::string error = error_with_full_disk([&] {
    WrittenFile(folder / "temporary", WrittenFile::Mode::create, folder / "plan.jsonl").write("x");
  });
  EXPECT_NE(error.find("plan.jsonl': File too large"), std::string::npos) << error;
  EXPECT_NE(error.find("free some space"), std::string::npos) << error;
}

// "Success" was given as the reason.
TEST(ReadFailure, WithoutAFailedCallItIsNoSuccess) {
  errno = 0;
  EXPECT_EQ(read_failure(), "it cannot be read");
  errno = EISDIR;
  EXPECT_EQ(read_failure(), "Is a directory");
}

}  // namespace
}  // namespace mosaic::test
