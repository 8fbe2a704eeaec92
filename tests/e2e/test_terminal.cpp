// On a terminal: one line is redrawn, in no colours, and NO_COLOR and TERM=dumb hold.
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

/// Runs the command line with a terminal as all three streams, by util-linux's script.
CommandResult on_a_terminal(const std::string& arguments, const TemporaryFolder& folder,
                            std::map<std::string, std::string> environment) {
  environment["XDG_CACHE_HOME"] = folder / "cache";
  return run_command({"script", "--quiet", "--return", "--command",
                      std::string(MOSAIC_EXECUTABLE) + " " + arguments, "/dev/null"},
                     {folder.path(), environment});
}

TEST(Terminal, NoEscapeSequenceIsEverWritten) {
  if (!have_program("script")) GTEST_SKIP() << "no script (util-linux) here";
  const TemporaryFolder folder;
  write_pool(folder / "pool", 12);
  write_frames(folder / "frames", {textured_picture(Size{64, 48}, 1)});
  const std::vector<std::map<std::string, std::string>> environments = {
      {{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}},
      {{"TERM", "xterm-256color"}, {"NO_COLOR", "1"}},
      {{"TERM", "dumb"}}};
  for (const auto& environment : environments) {
    const CommandResult made =
        on_a_terminal("-i frames -t pool -o out.mp4 --force --tile-size 16", folder, environment);
    EXPECT_EQ(made.exit_code, 0) << made.out;
    EXPECT_NE(made.out.find("made out.mp4"), std::string::npos) << made.out;
    EXPECT_EQ(made.out.find('\033'), std::string::npos);
    const bool redraws = made.out.find("[#") != std::string::npos;
    EXPECT_EQ(redraws, environment.at("TERM") != "dumb") << made.out;
    const CommandResult refused = on_a_terminal("--tile-size 0", folder, environment);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.out.find("error: "), std::string::npos) << refused.out;
    EXPECT_EQ(refused.out.find('\033'), std::string::npos);
  }
}

/// Through the program itself, from end to end; all combinations are in tests/cli/test_resolve.cpp.
TEST(Terminal, FlagsWinOverTheEnvironmentItOverTheFileItOverThePreset) {
  const TemporaryFolder folder;
  std::ofstream(folder / "c.toml") << "stability = 11\nssim_weight = 12\ngamma = 0.9\n";
  const CommandResult result = run_mosaic(
      {"--config", "c.toml", "--preset", "natural", "--stability", "33", "--print-config"},
      {folder.path(),
       {{"MOSAIC_TEMPORAL_STABILITY", "22"}, {"MOSAIC_TEMPORAL_SSIM_WEIGHT", "23"}}});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* const line : {"stability = 33 ", "ssim_weight = 23 ", "gamma = 0.9 ",
                                 "preset = \"natural\" ", "reinhard_l = 0.65 "}) {
    EXPECT_NE(result.out.find(std::string("\n") + line), std::string::npos) << line << "is not in\n"
                                                                            << result.out;
  }
}

}  // namespace
}  // namespace mosaic::test
