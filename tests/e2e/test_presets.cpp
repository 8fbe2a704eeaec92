// Every preset as users get it: the same bytes on any machine, and a configuration that reads back.
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/e2e.hpp"
#include "library/picture_file.hpp"

namespace mosaic::test {
namespace {

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
