// What programs hear of a batch: --json and --status-file with several inputs.
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/e2e.hpp"
#include "e2e/json_lines.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Strings = std::vector<std::string>;

class BatchLines : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 40);
    write_frames(folder_ / "a",
                 {textured_picture(Size{96, 64}, 1), textured_picture(Size{96, 64}, 2)});
    write_frames(folder_ / "b", {textured_picture(Size{96, 64}, 3)});
    std::ofstream(folder_ / "bad.mp4") << "this is no film";
  }
  CommandResult run(Strings arguments) const {
    for (const char* each : {"--tiles", "pool", "--index", "pool.mti", "--tile-size", "16"}) {
      arguments.emplace_back(each);
    }
    CommandOptions options;
    options.working_directory = folder_.path();
    return run_mosaic(std::move(arguments), options);
  }
  Json status() const {
    std::ifstream stream(folder_ / "state.json");
    return Json::parse(stream, nullptr, false);
  }
  TemporaryFolder folder_;
};

TEST_F(BatchLines, EveryFilmHasABeginningAndAnEndAndTheLastLineSumsUp) {
  const CommandResult result = run({"--frames", "a", "bad.mp4", "missing.mp4", "b", "--out-dir",
                                    "out", "--json", "--status-file", "state.json"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const std::vector<Json> lines = lines_of(result.out);
  ASSERT_GT(lines.size(), 9U) << result.out;
  EXPECT_EQ(lines.front()["type"], "start");
  EXPECT_EQ(lines.front()["files"], 4);
  const std::vector<Json> begins = of_type(lines, "file");
  const std::vector<Json> ends = of_type(lines, "file_end");
  ASSERT_EQ(begins.size(), 4U);
  ASSERT_EQ(ends.size(), 4U);
  const Strings inputs = {"a", "bad.mp4", "missing.mp4", "b"};
  const int codes[] = {0, 4, 4, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(begins[i]["number"], i + 1);
    EXPECT_EQ(begins[i]["of"], 4);
    EXPECT_EQ(begins[i]["input"], inputs[i]);
    EXPECT_EQ(ends[i]["input"], inputs[i]);
    EXPECT_EQ(ends[i]["exit_code"], codes[i]) << ends[i];
    EXPECT_FALSE(ends[i]["message"].get<std::string>().empty());
  }
  EXPECT_EQ(ends[0]["output"], "out/a.mosaic.mp4");
  EXPECT_EQ(ends[0]["frames_out"], 2);
  EXPECT_EQ(ends[3]["frames_out"], 1);
  EXPECT_FALSE(ends[1].contains("frames_out"));
  // Each film's own progress, to its end.
  const std::vector<Json> progress = of_type(lines, "progress");
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back()["done"], 1);
  EXPECT_EQ(of_type(lines, "outline").size(), 2U);
  EXPECT_EQ(of_type(lines, "done").size(), 0U);
  EXPECT_EQ(lines.back()["type"], "error");
  EXPECT_EQ(lines.back()["exit_code"], 4);
  EXPECT_EQ(lines.back()["files"], 4);
  EXPECT_EQ(lines.back()["files_there"], 2);
  const Json state = status();
  EXPECT_EQ(state["state"], "failed");
  EXPECT_EQ(state["exit_code"], 4);
  EXPECT_EQ(state["file"]["number"], 4);
  EXPECT_EQ(state["file"]["input"], "b");
}

TEST_F(BatchLines, WhatWasDoneBeforeIsSaidAndIsADone) {
  ASSERT_EQ(run({"--frames", "a", "b", "--out-dir", "out"}).exit_code, 0);
  const CommandResult again = run({"--frames", "a", "b", "--out-dir", "out", "--json",
                                   "--status-file", "state.json", "--quiet"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const std::vector<Json> lines = lines_of(again.out);
  for (const Json& end : of_type(lines, "file_end")) EXPECT_EQ(end["was_done"], true) << end;
  EXPECT_EQ(of_type(lines, "file_end").size(), 2U);
  EXPECT_EQ(lines.back()["type"], "done");
  EXPECT_EQ(lines.back()["files_there"], 2);
  EXPECT_EQ(status()["state"], "done");
}

// The second run said 0, as if nothing had been left out.
TEST_F(BatchLines, WhatWasDoneWithSomethingLeftOutStaysThree) {
  std::ofstream(folder_ / "pool/torn.jpg") << "no picture";
  const Strings job = {"--frames", "a", "b", "--out-dir", "out", "--json"};
  ASSERT_EQ(run(job).exit_code, 3);
  const CommandResult again = run(job);
  EXPECT_EQ(again.exit_code, 3) << again.err;
  const std::vector<Json> lines = lines_of(again.out);
  const std::vector<Json> ends = of_type(lines, "file_end");
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(ends[0]["was_done"], true);
  EXPECT_EQ(ends[0]["exit_code"], 3);
  EXPECT_EQ(ends[0]["message"], "was done before, with inputs left out or damaged");
  EXPECT_EQ(lines.back()["type"], "done");
  EXPECT_EQ(lines.back()["exit_code"], 3);
}

TEST_F(BatchLines, ADryRunsEndHasNoCountsOfWorkAndNoHintIsNull) {
  const CommandResult result =
      run({"--frames", "a", "bad.mp4", "--out-dir", "out", "--json", "--dry-run"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const std::vector<Json> ends = of_type(lines_of(result.out), "file_end");
  ASSERT_EQ(ends.size(), 2U);
  for (const char* count : {"frames_in", "decode_errors", "skipped", "bytes", "elapsed_s"}) {
    EXPECT_FALSE(ends[0].contains(count)) << ends[0];
  }
  EXPECT_TRUE(ends[0]["hint"].is_null()) << ends[0];
  EXPECT_TRUE(ends[1]["hint"].is_string()) << ends[1];
}

TEST_F(BatchLines, NamesThatAreNotTextAreEscapedWithTheirBytesBeside) {
  const std::string name = "x\n\xff<b>";
  fs::copy(folder_ / "b", folder_ / name, fs::copy_options::recursive);
  const CommandResult result =
      run({"--frames", "a", name, "--out-dir", "out", "--json", "--status-file", "state.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Json> begins = of_type(lines_of(result.out), "file");
  ASSERT_EQ(begins.size(), 2U);
  EXPECT_EQ(begins[1]["input"], "x\n\\xff<b>");
  EXPECT_EQ(begins[1]["input_hex"], "780aff3c623e");
  EXPECT_EQ(status()["file"]["input_hex"], "780aff3c623e");
  // A terminal is not moved by a name.
  EXPECT_EQ(result.err.find("x\n"), std::string::npos) << result.err;
}

TEST_F(BatchLines, AFileThatIsNoStatusIsNotReplaced) {
  std::ofstream(folder_ / "state.json") << "mine";
  const CommandResult result =
      run({"--frames", "a", "b", "--out-dir", "out", "--status-file", "state.json"});
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  std::ifstream stream(folder_ / "state.json");
  std::string kept;
  stream >> kept;
  EXPECT_EQ(kept, "mine");
}

}  // namespace
}  // namespace mosaic::test
