// Every preset as users get it: the same bytes on any machine, and a configuration that reads back.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "e2e/e2e.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPresets[] = {"ultra", "natural", "vivid", "tile", "fast"};

class PresetRuns : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 80);
    std::vector<RgbImage> frames;
    for (int t = 0; t < 3; ++t) frames.push_back(textured_picture(Size{133, 91}, 5 + t / 2));
    write_frames(folder_ / "frames", frames);
    write_picture(folder_ / "still.png", "still.png", frames[0]);
  }

  CommandResult run(std::vector<std::string> arguments) {
    const std::vector<std::string> common = {"--tiles", (folder_ / "pool").string(), "--tile-size",
                                             "13", "--force"};
    arguments.insert(arguments.end(), common.begin(), common.end());
    return run_mosaic(arguments, {{}, {{"XDG_CACHE_HOME", (folder_ / "cache").string()}}});
  }
  std::string md5(const std::string& frames, const std::string& output,
                  std::vector<std::string> extra) {
    std::vector<std::string> arguments = {"--frames", (folder_ / frames).string(), "--output",
                                          (folder_ / output).string()};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    const CommandResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? md5_of(folder_ / output) : "failed";
  }

  TemporaryFolder folder_;
};

TEST_F(PresetRuns, ThreadsAndInstructionsChangeNoByteOfAnyPreset) {
  for (const char* preset : kPresets) {
    const std::vector<std::string> extra = {"--preset", preset, "--transition", "2"};
    auto plain = extra;
    plain.insert(plain.end(), {"--threads", "1", "--simd", "plain"});
    auto several = extra;
    several.insert(several.end(), {"--threads", "3"});
    EXPECT_EQ(md5("frames", "a.mp4", plain), md5("frames", "b.mp4", several)) << preset;
  }
}

/// Programs that tests start follow motion by block matching otherwise (cmake/MosaicRoom.cmake).
const std::pair<const std::string, std::string> kAsUsersHaveIt{"MOSAIC_TEMPORAL_FLOW", ""};

const fs::path kPrefix = fs::path(MOSAIC_EXECUTABLE).parent_path().parent_path();

TEST_F(PresetRuns, AllButFastFollowMotionByRaft) {
  if (!has_raft()) GTEST_SKIP() << "this build has no LibTorch";
  for (const std::string preset : kPresets) {
    SCOPED_TRACE(preset);
    const fs::path report_file = folder_ / (preset + ".json");
    const CommandResult result =
        run_mosaic({"--frames", (folder_ / "frames").string(), "--tiles",
                    (folder_ / "pool").string(), "--output", (folder_ / (preset + ".mp4")).string(),
                    "--report", report_file.string(), "--tile-size", "13", "--preset", preset},
                   {{}, {{"XDG_CACHE_HOME", (folder_ / "cache").string()}, kAsUsersHaveIt}});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json report = nlohmann::json::parse(std::ifstream(report_file));
    EXPECT_EQ(report["settings"]["flow"], preset == "fast" ? "block" : "raft");
    if (preset == "fast") {
      EXPECT_TRUE(report["flow_work"].is_null());
      continue;
    }
    // Frames 0 and 1 are one picture, and 2 begins a shot: one pair, which nobody has to be asked
    // about.
    EXPECT_EQ(report["flow_work"]["pairs"], 1);
    EXPECT_EQ(report["flow_work"]["asked"], 0);
    EXPECT_TRUE(report["flow_work"]["runtime"].is_null());
  }
}

TEST_F(PresetRuns, WithoutLibTorchAFilmEndsBeforeItBeginsAndAStillIsMade) {
  const fs::path prefix = folder_ / "prefix";
  for (const char* file : {"bin/mosaic-temporal", "libexec/mosaic-temporal/mosaic-temporal-engine",
                           "share/mosaic-temporal/raft_small.pt"}) {
    fs::create_directories((prefix / file).parent_path());
    fs::copy_file(kPrefix / file, prefix / file);
  }
  const auto run_copy = [&](const char* frames, const char* output) {
    return run_command({(prefix / "bin/mosaic-temporal").string(), "--frames",
                        (folder_ / frames).string(), "--tiles", (folder_ / "pool").string(),
                        "--output", (folder_ / output).string(), "--tile-size", "13"},
                       {{}, {{"XDG_CACHE_HOME", (folder_ / "fresh").string()}, kAsUsersHaveIt}});
  };
  const CommandResult film = run_copy("frames", "film.mp4");
  EXPECT_EQ(film.exit_code, 7) << film.err;
  EXPECT_NE(film.err.find("--flow raft: this build has no"), std::string::npos) << film.err;
  EXPECT_NE(film.err.find("or use --flow block"), std::string::npos) << film.err;
  EXPECT_FALSE(fs::exists(folder_ / "fresh")) << "the pool was read for nothing";
  const CommandResult still = run_copy("still.png", "still-out.png");
  EXPECT_EQ(still.exit_code, 0) << still.err;
}

TEST_F(PresetRuns, LocalContrastActsOnAStillAndNotOnAVideo) {
  EXPECT_NE(md5("still.png", "a.png", {"--local-contrast-clip", "4"}),
            md5("still.png", "a.png", {"--local-contrast-clip", "0"}));
  EXPECT_EQ(md5("frames", "a.mp4", {"--local-contrast-clip", "4"}),
            md5("frames", "a.mp4", {"--local-contrast-clip", "0"}));
}

TEST_F(PresetRuns, EveryKeyOfAPresetActs) {
  // With enough chroma gain for skin to be spared of.
  const std::vector<std::string> plain = {"--preset", "natural",    "--saturation-boost",
                                          "1.4",      "--vibrance", "0.3"};
  const auto with = [&plain](std::initializer_list<const char*> change) {
    std::vector<std::string> options = plain;
    options.insert(options.end(), change.begin(), change.end());
    return options;
  };
  const std::string base = md5("still.png", "base.png", plain);
  const std::pair<const char*, const char*> changes[] = {{"--placement", "diffusion"},
                                                         {"--color-transfer", "histogram"},
                                                         {"--reinhard-l", "0.2"},
                                                         {"--reinhard-ab", "0.1"},
                                                         {"--base-blend-min", "0"},
                                                         {"--base-blend-max", "0.9"},
                                                         {"--feather-width", "0"},
                                                         {"--sharpness", "0"},
                                                         {"--local-contrast-clip", "0"},
                                                         {"--local-contrast-grid", "2"},
                                                         {"--gamma", "1.2"},
                                                         {"--shadow-lift", "0"},
                                                         {"--saturation-boost", "1"},
                                                         {"--boost-cool", "0.5"},
                                                         {"--boost-warm", "0.5"},
                                                         {"--vibrance", "0"},
                                                         {"--contrast-boost", "1.3"},
                                                         {"--skin-protection", "0"},
                                                         {"--color-harmony", "0.6"},
                                                         {"--ssim-weight", "0"}};
  for (const auto& [flag, value] : changes) {
    EXPECT_NE(md5("still.png", "other.png", with({flag, value})), base) << flag;
  }
  EXPECT_NE(md5("still.png", "other.png", with({"--laplacian-blend"})), base);
  EXPECT_NE(md5("still.png", "other.png", {"--preset", "ultra", "--laplacian-levels", "3"}),
            md5("still.png", "other.png", {"--preset", "ultra", "--laplacian-levels", "5"}));
  EXPECT_NE(md5("still.png", "other.png", {"--preset", "fast", "--error-diffusion-strength", "0"}),
            md5("still.png", "other.png", {"--preset", "fast"}));
}

TEST_F(PresetRuns, APrintedConfigurationMakesTheSameFile) {
  for (const char* preset : kPresets) {
    const std::string wanted = md5("still.png", "out.png", {"--preset", preset});
    CommandResult printed = run({"--preset", preset, "--frames", (folder_ / "still.png").string(),
                                 "--output", (folder_ / "out.png").string(), "--print-config"});
    ASSERT_EQ(printed.exit_code, 0) << printed.err;
    std::ofstream(folder_ / "printed.toml", std::ios::binary) << printed.out;
    const CommandResult again =
        run_mosaic({"--config", (folder_ / "printed.toml").string()},
                   {{}, {{"XDG_CACHE_HOME", (folder_ / "cache").string()}}});
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(md5_of(folder_ / "out.png"), wanted) << preset;
  }
}

}  // namespace
}  // namespace mosaic::test
