// What is left of runs that were killed, and what belongs to runs that are not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "pipeline/kept_work.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

// The run began before the folder was there, so its lock and its job lie beside the folder's name;
// pictures for a folder that is there have another lock, and the job went although it was in use.
TEST(LeftWork, AJobBesideAPictureFolderStaysWhileItsRunHasTheLock) {
  const test::TemporaryFolder folder;
  Settings settings;
  settings.output = folder / "pictures/%03d.png";
  const Facts facts;
  fs::create_directory(folder / "pictures");
  const fs::path job = JobFolder::place(folder / "pictures");
  fs::create_directory(job);
  std::ofstream(job / "journal") << "";
  {
    const OutputLock other(folder / "pictures");
    LeftWork(settings, facts).remove(false);
    EXPECT_TRUE(fs::exists(job / "journal"));
  }
  LeftWork(settings, facts).remove(false);
  EXPECT_FALSE(fs::exists(job));
}

}  // namespace
}  // namespace mosaic
