// Records of a run on a disk that is full.
#include <gtest/gtest.h>

#include "pipeline/manifest.hpp"
#include "support/file_limit.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

// The line stayed in a stream's buffer, and when that was written the reason was whatever the last
// failed call had left.
TEST(FullDisk, AManifestSaysSoAtTheFirstLine) {
  const test::TemporaryFolder folder;
  const std::string error = test::error_with_full_disk([&] {
    ManifestWriter manifest(folder / "m.jsonl", false);
    manifest.write("{}");
  });
  EXPECT_NE(error.find("m.jsonl': File too large"), std::string::npos) << error;
  EXPECT_NE(error.find("free some space"), std::string::npos) << error;
}

}  // namespace
}  // namespace mosaic
