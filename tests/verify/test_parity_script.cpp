// scripts/parity.sh over a folder of videos, by its exit codes.
#include "verify/fixture.hpp"

namespace mosaic::test {
namespace {

class ParityScriptTest : public StagesTest {
 protected:
  static void SetUpTestSuite() {
    StagesTest::SetUpTestSuite();
    std::filesystem::create_directories(path("films"));
    std::filesystem::create_directories(path("empty"));
    const CommandResult made = render(MOSAIC_EXECUTABLE, "films/one.mp4", {"--device", "cpu"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  static CommandResult parity(const std::string& program, const std::string& folder,
                              std::vector<std::string> extra, const std::string& fault = {}) {
    std::vector<std::string> arguments = {MOSAIC_SOURCE_DIR "/scripts/parity.sh",
                                          path(folder),
                                          "--tiles",
                                          path("pool"),
                                          "--tile-sizes",
                                          "16",
                                          "--flows",
                                          "none block",
                                          "--range",
                                          "0-1",
                                          "--program",
                                          program};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    CommandOptions options;
    options.environment["XDG_CACHE_HOME"] = path("cache");
    if (!fault.empty()) options.environment["MOSAIC_TEST_FAULT"] = fault;
    return run_command(arguments, options);
  }
};

TEST_F(ParityScriptTest, ThreadCountsAreEqual) {
  const CommandResult result =
      parity(MOSAIC_EXECUTABLE, "films", {"--against", "threads", "--presets", "vivid fast"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("4 pairs compared"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("preset fast, flow block, tile size 16"), std::string::npos)
      << result.out;
}

TEST_F(ParityScriptTest, TheCardIsEqualAndAWrongByteIsNot) {
  const CommandResult equal = parity(MOSAIC_EMULATED, "films", {});
  EXPECT_EQ(equal.exit_code, 0) << equal.out << equal.err;
  EXPECT_NE(equal.out.find("2 pairs compared (--device cpu against --device cuda), 0 differ"),
            std::string::npos)
      << equal.out;
  const CommandResult differs =
      parity(MOSAIC_EMULATED, "films", {"--keep", path("kept")}, "picture:1");
  EXPECT_EQ(differs.exit_code, 6) << differs.out << differs.err;
  EXPECT_NE(differs.out.find("DIFFERS"), std::string::npos) << differs.out;
  EXPECT_FALSE(std::filesystem::is_empty(path("kept")));
}

TEST_F(ParityScriptTest, ExitCodes) {
  EXPECT_EQ(parity(MOSAIC_EXECUTABLE, "empty", {"--against", "threads"}).exit_code, 4);
  EXPECT_EQ(parity(MOSAIC_EXECUTABLE, "films", {"--against", "luck"}).exit_code, 2);
  EXPECT_EQ(parity(MOSAIC_EXECUTABLE, "missing", {"--against", "threads"}).exit_code, 2);
  EXPECT_EQ(parity("/bin/nothing-here", "films", {}).exit_code, 2);
  const CommandResult failing =
      parity(MOSAIC_EXECUTABLE, "films", {"--against", "threads", "--presets", "none-such"});
  EXPECT_EQ(failing.exit_code, 4) << failing.out;
  EXPECT_NE(failing.out.find("exit code 2"), std::string::npos) << failing.out;
  if (run_mosaic({"--version"}).out.find("backends    cuda,") == std::string::npos) {
    EXPECT_EQ(parity(MOSAIC_EXECUTABLE, "films", {}).exit_code, 7);
  }
}

}  // namespace
}  // namespace mosaic::test
