#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "demo/demo.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_file.hpp"
#include "video/frame_source.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

class Demo : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("mosaic_demo_" + std::to_string(getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static DemoOptions small() {
    DemoOptions options;
    options.tiles = 10;
    options.frames = 7;
    options.size = {96, 64};
    return options;
  }

  static std::map<std::string, std::string> contents(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().lexically_relative(folder).string()] =
          std::string(std::istreambuf_iterator<char>(in), {});
    }
    return files;
  }

  fs::path folder_;
};

// A signal went unheard until a second one killed the program, temporary files and all.
TEST_F(Demo, StopsWhenItIsToldToAndLeavesNothingHalfDone) {
  for (const std::string stage : {"scene", "tiles"}) {
    std::atomic<bool> stop = false;
    RenderObserver observer;
    observer.stop = &stop;
    observer.progress = [&](const RenderProgress& progress) {
      if (progress.stage == stage) stop = true;
    };
    DemoOptions options = small();
    options.tiles = 300;
    options.frames = stage == "scene" ? 400 : 7;
    fs::remove_all(folder_);
    EXPECT_THROW(write_demo(folder_, options, observer), Interrupted) << stage;
    const auto files = contents(folder_);
    EXPECT_LT(files.size(), 200U) << stage;
    EXPECT_EQ(files.contains("scene.mp4"), stage == "tiles");
    for (const auto& [name, bytes] : files) {
      EXPECT_NE(fs::path(name).filename().native().front(), '.') << name;
    }
  }
}

TEST_F(Demo, WritesASceneWithSoundAndAPool) {
  write_demo(folder_, small(), {});
  const auto files = contents(folder_);
  EXPECT_EQ(files.size(), 11U);
  for (int i = 0; i < 10; ++i) {
    const std::string name = "tiles/tile_0000" + std::to_string(i) + ".jpg";
    ASSERT_EQ(files.count(name), 1U) << name;
    const RgbImage tile = read_picture(folder_ / name);
    EXPECT_GE(std::min(tile.size().width, tile.size().height), 90) << name;
  }
  ASSERT_EQ(files.count("scene.mp4"), 1U);
  EXPECT_NE(files.at("scene.mp4").find("alac"), std::string::npos) << "no sound in the scene";

  const auto source = open_frame_source(folder_ / "scene.mp4", {}, {});
  EXPECT_EQ(source->info().size, (Size{96, 64}));
  EXPECT_DOUBLE_EQ(source->info().frame_rate.value(), 24);
  SourceFrame frame;
  int frames = 0;
  while (source->read(frame)) ++frames;
  EXPECT_EQ(frames, 7);
  EXPECT_EQ(source->decode_errors(), 0);
}

TEST_F(Demo, TheSameOptionsGiveTheSameBytes) {
  write_demo(folder_ / "a", small(), {});
  write_demo(folder_ / "b", small(), {});
  EXPECT_EQ(contents(folder_ / "a"), contents(folder_ / "b"));
  DemoOptions other = small();
  other.seed = 2;
  write_demo(folder_ / "c", other, {});
  const auto a = contents(folder_ / "a");
  const auto c = contents(folder_ / "c");
  for (const auto& [name, bytes] : a) EXPECT_NE(c.at(name), bytes) << name;
}

TEST_F(Demo, RefusesAFolderThatIsNotEmpty) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "mine.txt") << "keep";
  try {
    write_demo(folder_, small(), {});
    FAIL() << "must refuse";
  } catch (const OutputError& error) {
    EXPECT_NE(std::string(error.what()).find(folder_.string()), std::string::npos);
    EXPECT_NE(error.hint().find("--force"), std::string::npos);
  }
  EXPECT_EQ(contents(folder_).size(), 1U);
  EXPECT_FALSE(fs::exists(folder_ / "tiles"));
}

TEST_F(Demo, ForceReplacesWhatItWroteAndKeepsTheRest) {
  write_demo(folder_, small(), {});
  std::ofstream(folder_ / "tiles" / "mine.txt") << "keep";
  DemoOptions fewer = small();
  fewer.tiles = 4;
  fewer.force = true;
  write_demo(folder_, fewer, {});
  const auto files = contents(folder_);
  EXPECT_EQ(files.size(), 4U + 1U + 1U);
  EXPECT_EQ(files.at("tiles/mine.txt"), "keep");
  EXPECT_EQ(files.count("tiles/tile_00003.jpg"), 1U);
  EXPECT_EQ(files.count("tiles/tile_00004.jpg"), 0U);
}

TEST_F(Demo, RefusesWhatItCannotDraw) {
  const auto refused = [&](auto change) {
    DemoOptions options = small();
    change(options);
    EXPECT_THROW(write_demo(folder_, options, {}), UsageError);
  };
  refused([](DemoOptions& o) { o.tiles = 0; });
  refused([](DemoOptions& o) { o.tiles = 100'001; });
  refused([](DemoOptions& o) { o.frames = 0; });
  refused([](DemoOptions& o) { o.size = {95, 64}; });
  refused([](DemoOptions& o) { o.size = {96, 62}; });
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(Demo, SaysWhenTheFolderCannotBeMade) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THROW(write_demo(folder_ / "file", small(), {}), OutputError);
  EXPECT_THROW(write_demo(folder_ / "file" / "below", small(), {}), OutputError);
}

TEST_F(Demo, ReportsProgressToTheEnd) {
  std::map<std::string, RenderProgress> last;
  RenderObserver observer;
  observer.progress = [&](const RenderProgress& p) { last[p.stage] = p; };
  write_demo(folder_, small(), observer);
  ASSERT_EQ(last.size(), 2U);
  for (const auto& [stage, progress] : last) EXPECT_EQ(progress.done, progress.total) << stage;
}

}  // namespace
}  // namespace mosaic
