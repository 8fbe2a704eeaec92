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

// Any '%' was taken for a pattern of pictures, and no piece was kept.
TEST(KeptWork, AVideoWithAPercentSignInItsNameIsMadeInPieces) {
  const test::TemporaryFolder folder;
  Settings settings;
  settings.frames = "in.mp4";
  settings.output = folder / "sale 50%.mp4";
  EXPECT_TRUE(wants_job_folder(settings, 100 * settings.segment_frames));
  EXPECT_EQ(place_of(settings.output), settings.output);
  EXPECT_EQ(lock_place(settings.output), settings.output);
  settings.output = folder / "new/100%.png";
  EXPECT_EQ(lock_place(settings.output), settings.output) << "one picture is its own place";
}

}  // namespace
}  // namespace mosaic
