// The doctor says what is there, and its lines for programs are JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

TEST(Doctor, NamesWhatBugReportsNeed) {
  const CommandResult result = run_mosaic({"doctor"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  for (const char* name : {"program", "libavcodec", "libavfilter", "libvips", "xxHash", "glibc",
                           "libx264", "device cpu", "SIMD", "threads", "--flow raft", "--flow dis",
                           "--faces", "model", "open files", "memory"}) {
    EXPECT_NE(result.out.find(name), std::string::npos) << name << " in\n" << result.out;
  }
}

TEST(Doctor, SaysWhereTilesCannotBeKept) {
  CommandOptions options;
  options.environment = {{"HOME", ""}, {"XDG_CACHE_HOME", ""}};
  const CommandResult result = run_mosaic({"doctor"}, options);
  EXPECT_EQ(result.exit_code, 0) << "jobs can be done without";
  EXPECT_NE(result.out.find("missing  cache"), std::string::npos) << result.out;
}

TEST(Doctor, PrintsOneObjectPerLine) {
  const CommandResult result = run_mosaic({"doctor", "--json"});
  std::istringstream lines(result.out);
  std::set<std::string> names;
  nlohmann::json last;
  for (std::string line; std::getline(lines, line);) {
    last = nlohmann::json::parse(line);
    EXPECT_EQ(last.at("schema"), 1);
    if (last.at("type") == "finding") names.insert(last.at("name").get<std::string>());
  }
  EXPECT_TRUE(names.contains("encoders"));
  EXPECT_EQ(last.at("type"), "done");
  EXPECT_EQ(last.at("exit"), result.exit_code);
}

TEST(Doctor, FindsTooFewOpenFilesBroken) {
  const CommandResult result =
      run_command({"bash", "-c", "ulimit -n 40; exec \"$0\" doctor", MOSAIC_EXECUTABLE});
  EXPECT_EQ(result.exit_code, 7) << result.out << result.err;
  EXPECT_NE(result.out.find("broken   open files"), std::string::npos) << result.out;
}

TEST(Suggestions, FilesAndCodecs) {
  const TemporaryFolder folder;
  write_frames(folder / "frames", {textured_picture(Size{64, 48}, 1)});
  write_pool(folder / "pool", 12);
  const auto job = [&](const std::string& frames, const std::string& codec) {
    return run_mosaic({"--frames", (folder / frames).string(), "--tiles",
                       (folder / "pool").string(), "--output", (folder / "out.mp4").string(),
                       "--codec", codec});
  };
  const CommandResult file = job("farmes", "libx264");
  EXPECT_EQ(file.exit_code, 4);
  EXPECT_NE(file.err.find("did you mean " + (folder / "frames").string() + "?"), std::string::npos)
      << file.err;
  const CommandResult codec = job("frames", "libx246");
  EXPECT_EQ(codec.exit_code, 7);
  EXPECT_NE(codec.err.find("did you mean libx264?"), std::string::npos) << codec.err;
}

}  // namespace
}  // namespace mosaic::test
