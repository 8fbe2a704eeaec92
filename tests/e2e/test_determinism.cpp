// The first promise: the same input gives the same bytes, whatever the machine is doing.
#include <gtest/gtest.h>

#include "core/isa.hpp"
#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

class Determinism : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_pool(*folder_ / "pool", 150);
    std::vector<RgbImage> frames;
    const RgbImage world = textured_picture(Size{260, 140}, 5);
    for (int t = 0; t < 8; ++t) {
      RgbImage frame(Size{193, 130});
      for (int y = 0; y < 130; ++y) {
        for (int x = 0; x < 193; ++x) {
          frame.r.row(y)[x] = world.r.row(y + t % 3)[x + 5 * t];
          frame.g.row(y)[x] = world.g.row(y + t % 3)[x + 5 * t];
          frame.b.row(y)[x] = world.b.row(y + t % 3)[x + 5 * t];
        }
      }
      frames.push_back(std::move(frame));
    }
    write_frames(*folder_ / "frames", frames);
    reference_ = render("reference.mp4", {});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  /// md5 of a render with these extra arguments.
  static std::string render(const std::string& name, std::vector<std::string> extra,
                            CommandOptions options = {}) {
    std::vector<std::string> arguments = {"--frames",    (*folder_ / "frames").string(),
                                          "--tiles",     (*folder_ / "pool").string(),
                                          "--output",    (*folder_ / name).string(),
                                          "--tile-size", "12",
                                          "--force",     "--variants",
                                          "mirror"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    options.environment.try_emplace("XDG_CACHE_HOME", (*folder_ / "cache").string());
    const CommandResult result = run_mosaic(arguments, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? md5_of(*folder_ / name) : "failed: " + name;
  }

  static TemporaryFolder* folder_;
  static std::string reference_;
};

TemporaryFolder* Determinism::folder_ = nullptr;
std::string Determinism::reference_;

TEST_F(Determinism, ThreadCount) {
  for (const char* threads : {"1", "2", "3", "7"}) {
    EXPECT_EQ(render("threads.mp4", {"--threads", threads}), reference_) << threads << " threads";
  }
}

TEST_F(Determinism, InstructionSet) {
  for (const Isa isa : supported_isas()) {
    const std::string name(isa_name(isa));
    EXPECT_EQ(render("simd.mp4", {"--simd", name}), reference_) << name;
  }
}

TEST_F(Determinism, ColdAndWarmIndex) {
  const std::string index = (*folder_ / "own.mti").string();
  EXPECT_EQ(render("cold.mp4", {"--index", index}), reference_);
  ASSERT_TRUE(std::filesystem::exists(index));
  EXPECT_EQ(render("warm.mp4", {"--index", index}), reference_);
}

TEST_F(Determinism, TimeZoneLocaleAndWorkingDirectory) {
  CommandOptions elsewhere;
  elsewhere.working_directory = "/";
  elsewhere.environment = {
      {"TZ", "Pacific/Kiritimati"}, {"LC_ALL", "de_DE.UTF-8"}, {"LANG", "tr_TR.UTF-8"}};
  EXPECT_EQ(render("elsewhere.mp4", {}, elsewhere), reference_);
}

TEST_F(Determinism, RelativePathsMakeNoDifference) {
  CommandOptions inside;
  inside.working_directory = folder_->path();
  inside.environment = {{"XDG_CACHE_HOME", (*folder_ / "cache").string()}};
  const CommandResult result =
      run_mosaic({"--frames", "frames", "--tiles", "pool", "--output", "relative.mp4",
                  "--tile-size", "12", "--variants", "mirror"},
                 inside);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(md5_of(*folder_ / "relative.mp4"), reference_);
}

TEST_F(Determinism, SettingsDoMakeADifference) {
  EXPECT_NE(render("other.mp4", {"--stability", "0"}), reference_);
}

}  // namespace
}  // namespace mosaic::test
