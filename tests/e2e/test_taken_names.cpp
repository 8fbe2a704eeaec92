// Names that come up while a run works, and names that cannot be given. In this process, so that it
// happens at a known frame.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "e2e/e2e.hpp"
#include "mosaic/dry_run.hpp"
#include "mosaic/render.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

class TakenNames : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 40);
    settings_.frames = folder_ / "film.mp4";
    settings_.library.tiles = folder_ / "pool";
    settings_.library.index = folder_ / "pool.mti";
    settings_.grid.tile_size_px = 16;
    settings_.device = DeviceChoice::cpu;
    settings_.threads = 1;
    settings_.segment_frames = 4;
    make_sound_film(settings_.frames, "160x96", {"-frames:v", "10"});
  }
  /// Renders to `output`; `meanwhile` happens after the sixth frame.
  RenderSummary run(const fs::path& output, const std::function<void()>& meanwhile = {}) {
    settings_.output = output;
    RenderObserver observer;
    observer.stop = &stop_;
    observer.progress = [&](const RenderProgress& progress) {
      if (progress.stage != "render") return;
      rendered_ = progress.done;
      if (progress.done == 6 && meanwhile) meanwhile();
    };
    return render(settings_, observer);
  }
  /// Until the first piece is in the journal, and then to be stopped.
  void stop_with_a_piece(const fs::path& job) {
    using namespace std::chrono_literals;
    for (int i = 0; i < 6000 && lines_of(job / "journal") < 2; ++i) {
      std::this_thread::sleep_for(10ms);
    }
    stop_ = true;
  }
  static std::ptrdiff_t lines_of(const fs::path& file) {
    std::ifstream in(file);
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  }
  static std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  TemporaryFolder folder_;
  Settings settings_;
  std::atomic<bool> stop_ = false;
  std::int64_t rendered_ = 0;
};

TEST_F(TakenNames, APictureThatComesUpMeanwhileIsNotReplaced) {
  const fs::path out = folder_ / "out";
  for (const ResumeMode mode : {ResumeMode::off, ResumeMode::automatic}) {
    SCOPED_TRACE(static_cast<int>(mode));
    settings_.resume = mode;
    settings_.force = false;
    fs::remove_all(out);
    fs::create_directory(out);
    const auto write = [&] { std::ofstream(out / "000003.png") << "somebody's"; };
    EXPECT_THROW(run(out / "", write), OutputError);
    EXPECT_EQ(text_of(out / "000003.png"), "somebody's");
    EXPECT_FALSE(fs::exists(out / "000001.png"));
    // Nor is it when the same command runs again.
    EXPECT_THROW(run(out / ""), OutputError);
    EXPECT_EQ(text_of(out / "000003.png"), "somebody's");
    settings_.force = true;
    EXPECT_EQ(run(out / "").frames_kept, mode == ResumeMode::off ? 0 : 10);
    EXPECT_NE(text_of(out / "000003.png"), "somebody's");
    EXPECT_TRUE(fs::exists(out / "000010.png"));
    EXPECT_EQ(names_in(out).size(), 10U);
  }
}

TEST_F(TakenNames, AFolderIsItsDefaultPatternAndLockedAsOne) {
  fs::create_directory(folder_ / "out");
  bool busy = false;
  run(folder_ / "out/", [&] {
    Settings other = settings_;
    other.output = folder_ / "out/%06d.png";
    try {
      render(other, {});
    } catch (const BusyError&) {
      busy = true;
    }
  });
  EXPECT_TRUE(busy);
  EXPECT_EQ(names_in(folder_ / "out").size(), 10U);
}

// The pieces were looked for inside the folder, and stayed beside it for ever.
TEST_F(TakenNames, AFolderMadeAfterItsJobBeganKeepsTheJob) {
  const fs::path job = folder_ / ".out.mosaic-job";
  EXPECT_THROW(run(folder_ / "out/", [&] { stop_with_a_piece(job); }), Interrupted);
  ASSERT_TRUE(fs::exists(job / "journal"));
  stop_ = false;
  fs::create_directory(folder_ / "out");
  EXPECT_GE(run(folder_ / "out/").frames_kept, 4);
  EXPECT_EQ(names_in(folder_ / "out").size(), 10U);
  EXPECT_FALSE(fs::exists(job));
}

TEST_F(TakenNames, WhatIsTooLongIsSaidBeforeTheWork) {
  const std::string name(252, 'n');  // and its ending
  const auto refused = [&](const fs::path& output) {
    settings_.output = output;
    const auto said = [&](const std::function<void()>& act) {
      try {
        act();
      } catch (const OutputError& error) {
        EXPECT_NE(error.hint().find("shorter name"), std::string::npos) << error.hint();
        return std::string(error.what());
      }
      return std::string();
    };
    EXPECT_NE(said([&] { run(output); }).find("File name too long"), std::string::npos) << output;
    EXPECT_NE(said([&] { estimate_job(settings_, {}); }).find("File name too long"),
              std::string::npos)
        << output;
    EXPECT_EQ(rendered_, 0) << output;
  };
  refused(folder_ / (name + ".mp4"));
  refused(folder_ / (name + "long/"));
  refused(folder_ / (name + "long/%06d.png"));
  refused(folder_ / (std::string(247, 'n') + "%06d.png"));
  settings_.report = folder_ / (name + ".json");
  refused(folder_ / "out.mp4");
  settings_.report.reset();
  const fs::path longest = folder_ / (std::string(251, 'n') + ".mp4");
  EXPECT_EQ(run(longest).frames_out, 10);
  EXPECT_TRUE(fs::exists(longest));
}

}  // namespace
}  // namespace mosaic::test
