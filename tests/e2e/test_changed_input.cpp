// Inputs that somebody writes to while they are read. In this process, so that it happens at a
// known frame.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "e2e/e2e.hpp"
#include "mosaic/render.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

class ChangedInput : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 40);
    settings_.frames = folder_ / "film.mp4";
    settings_.output = folder_ / "out.mp4";
    settings_.library.tiles = folder_ / "pool";
    settings_.library.index = folder_ / "pool.mti";
    settings_.grid.tile_size_px = 16;
    settings_.encode.preset = "ultrafast";
    settings_.device = DeviceChoice::cpu;
    settings_.threads = 1;
    settings_.segment_frames = 4;
  }
  void make_film() { make_sound_film(settings_.frames, "160x96", {"-frames:v", "14"}); }
  /// What is said when `change` happens right after the sixth frame was rendered; empty: nothing.
  std::string said_when(const std::function<void()>& change) {
    RenderObserver observer;
    observer.progress = [&](const RenderProgress& progress) {
      if (progress.stage == "render" && progress.done == 6 && !changed_) {
        changed_ = true;
        change();
      }
    };
    try {
      render(settings_, observer);
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }
  TemporaryFolder folder_;
  Settings settings_;
  bool changed_ = false;
};

TEST_F(ChangedInput, AnotherFilmCopiedOverItIsAnError) {
  make_film();
  fs::rename(settings_.frames, folder_ / "good.mp4");
  make_sound_film(settings_.frames, "160x96", {"-vf", "hue=h=90", "-frames:v", "14"});
  fs::rename(settings_.frames, folder_ / "other.mp4");
  fs::copy_file(folder_ / "good.mp4", settings_.frames);
  render(settings_, {});
  const std::string expected = md5_of(settings_.output);
  fs::remove(settings_.output);

  const auto overwrite = [&](const char* with) {
    fs::copy_file(folder_ / with, settings_.frames, fs::copy_options::overwrite_existing);
  };
  EXPECT_NE(said_when([&] { overwrite("other.mp4"); }).find("was changed while it was read"),
            std::string::npos);
  EXPECT_TRUE(changed_);
  EXPECT_FALSE(fs::exists(settings_.output));
  // What was kept before it happened may be used, nothing made since.
  EXPECT_FALSE(fs::exists(folder_ / ".out.mp4.mosaic-job/segment-000001"));
  overwrite("good.mp4");
  render(settings_, {});
  EXPECT_EQ(md5_of(settings_.output), expected);
}

TEST_F(ChangedInput, AFilmThatIsEmptiedOrTakenAwayIsAnError) {
  make_film();
  settings_.resume = ResumeMode::off;
  EXPECT_NE(said_when([&] { fs::resize_file(settings_.frames, 0); }).find("was changed"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(settings_.output));
  fs::remove(settings_.frames);
  make_film();
  changed_ = false;
  EXPECT_NE(said_when([&] { fs::remove(settings_.frames); }).find("was taken away"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(settings_.output));
}

TEST_F(ChangedInput, APictureOfAFolderCountsAndOtherFilesDoNot) {
  settings_.frames = folder_ / "frames";
  std::vector<RgbImage> pictures;
  for (unsigned i = 0; i < 10; ++i) pictures.push_back(textured_picture(Size{96, 64}, i));
  write_frames(settings_.frames, pictures);
  EXPECT_EQ(said_when([&] { std::ofstream(settings_.frames / "Thumbs.db") << "x"; }), "");
  EXPECT_TRUE(fs::exists(settings_.output));
  settings_.force = true;
  changed_ = false;
  EXPECT_NE(
      said_when([&] { write_frames(settings_.frames, {pictures.back()}); }).find("was changed"),
      std::string::npos);
}

// Backups link to files and set rights.
TEST_F(ChangedInput, ANewLinkToTheFilmIsNoChange) {
  make_film();
  EXPECT_EQ(said_when([&] {
              fs::create_hard_link(settings_.frames, folder_ / "backup.mp4");
              fs::permissions(settings_.frames, fs::perms::owner_read);
            }),
            "");
  EXPECT_TRUE(fs::exists(settings_.output));
}

}  // namespace
}  // namespace mosaic::test
