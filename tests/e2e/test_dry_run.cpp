// --dry-run: says what a job would be, fails as the job would, and leaves nothing behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "e2e/e2e.hpp"
#include "e2e/json_lines.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Strings = std::vector<std::string>;

class DryRun : public testing::Test {
 protected:
  void SetUp() override {
    write_pool(folder_ / "pool", 40);
    fs::create_directory(folder_ / "empty");
    write_frames(folder_ / "a",
                 {textured_picture(Size{96, 64}, 1), textured_picture(Size{96, 64}, 2),
                  textured_picture(Size{96, 64}, 3)});
    std::ofstream(folder_ / "bad.mp4") << "this is no film";
  }
  CommandResult run(Strings arguments) const {
    CommandOptions options;
    options.working_directory = folder_.path();
    options.environment["XDG_CACHE_HOME"] = (folder_ / "cache").string();
    return run_mosaic(std::move(arguments), options);
  }
  Strings everything() const {
    Strings names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      names.push_back(entry.path().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  TemporaryFolder folder_;
};

TEST_F(DryRun, SaysEverythingAndWritesNothing) {
  const Strings before = everything();
  const Strings job = {"--frames", "a",        "--tiles", "pool",     "--tile-size",
                       "16",       "--output", "o.mp4",   "--dry-run"};
  const CommandResult text = run(job);
  ASSERT_EQ(text.exit_code, 0) << text.err;
  for (const char* part :
       {"a -> o.mp4", "input   ", "output  96x64, 6x4 = 24 cells of 16 px",
        "tiles   at most 40 photos; the index has to be made", "memory  about", "time    index ",
        "measured with the first ", "disk    output about", "nothing was written"}) {
    EXPECT_NE((text.out + text.err).find(part), std::string::npos) << part << "\n" << text.out;
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(DryRun, TellsProgramsAndKnowsAPreparedIndex) {
  ASSERT_EQ(
      run({"index", "--tiles", "pool", "--tile-size", "16", "--output", "pool.mti"}).exit_code, 0);
  const Strings before = everything();
  const CommandResult result =
      run({"--frames", "a", "--tiles", "pool", "--index", "pool.mti", "--tile-size", "16",
           "--output", "o.mp4", "--dry-run", "--json", "--memory", "2G", "--threads", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Json> lines = lines_of(result.out);
  ASSERT_EQ(of_type(lines, "estimate").size(), 1U) << result.out;
  const Json estimate = of_type(lines, "estimate")[0];
  EXPECT_EQ(estimate["cells"], 24);
  EXPECT_EQ(estimate["photos"], 40);
  EXPECT_EQ(estimate["frames"], 3);
  EXPECT_EQ(estimate["index_ready"], true);
  EXPECT_EQ(estimate["memory"]["limit"], 2'000'000'000);
  EXPECT_EQ(estimate["memory"]["threads"], 2);
  EXPECT_GT(estimate["memory"]["bytes"], 50'000'000);
  EXPECT_EQ(estimate["time"]["index_s"], 0.0);
  EXPECT_GT(estimate["time"]["render_s"], 0.0);
  EXPECT_EQ(estimate["time"]["encoded"], true);
  EXPECT_GT(estimate["disk"]["output"], 0);
  EXPECT_EQ(estimate["disk"]["index"], 0);
  EXPECT_GT(estimate["disk"]["free"], 0);
  EXPECT_EQ(lines.back()["type"], "done");
  EXPECT_EQ(everything(), before);
}

TEST_F(DryRun, FailsAsTheJobWould) {
  const std::vector<Strings> wrong = {
      {"--frames", "missing", "--tiles", "pool", "--output", "o.mp4"},
      {"--frames", "bad.mp4", "--tiles", "pool", "--output", "o.mp4"},
      {"--frames", "empty", "--tiles", "pool", "--output", "o.mp4"},
      {"--frames", "a", "--tiles", "empty", "--output", "o.mp4"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.png"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.mp4", "--range", "3-9"},
      {"--frames", "a", "--tiles", "pool", "--output", "no/o.mp4"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.mp4", "--codec", "libx265k"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.mp4", "--crf", "60"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.mp4", "--max-uses", "1", "--cells", "96"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.mp4", "--memory", "10M"},
      {"--frames", "a", "--tiles", "pool", "--output", "o.gif", "--resume", "on"},
      {"--frames", "a", "--tiles", "pool", "--index", "bad.mp4", "--output", "o.mp4"},
  };
  for (Strings arguments : wrong) {
    const CommandResult real = run(arguments);
    EXPECT_NE(real.exit_code, 0) << arguments[1] << " " << arguments.back();
    const Strings before = everything();
    arguments.emplace_back("--dry-run");
    const CommandResult dry = run(arguments);
    EXPECT_EQ(dry.exit_code, real.exit_code) << testing::PrintToString(arguments) << "\n"
                                             << real.err << dry.err << dry.out;
    EXPECT_EQ(everything(), before) << testing::PrintToString(arguments);
  }
}

TEST_F(DryRun, LooksAtSeveralFilms) {
  const Strings before = everything();
  const Strings job = {"--frames",    "a",  "bad.mp4",   "--tiles",  "pool",
                       "--tile-size", "16", "--out-dir", "deep/out", "--dry-run"};
  const CommandResult text = run(job);
  EXPECT_EQ(text.exit_code, 4) << text.err;
  EXPECT_NE(text.out.find("a -> deep/out/a.mosaic.mp4"), std::string::npos) << text.out;
  EXPECT_NE(text.err.find("1 of 2 outputs can be made; nothing was written"), std::string::npos)
      << text.err;
  Strings lines = job;
  lines.emplace_back("--json");
  const CommandResult json = run(lines);
  EXPECT_EQ(json.exit_code, 4) << json.err;
  EXPECT_EQ(of_type(lines_of(json.out), "estimate").size(), 1U) << json.out;
  EXPECT_EQ(of_type(lines_of(json.out), "file_end").size(), 2U) << json.out;
  EXPECT_EQ(everything(), before);
}

TEST_F(DryRun, RefusesPipesAndPreviews) {
  EXPECT_EQ(run({"--frames", "-", "--tiles", "pool", "--output", "o.mp4", "--dry-run"}).exit_code,
            2);
  EXPECT_EQ(run({"--frames", "a", "--tiles", "pool", "--output", "-", "--dry-run"}).exit_code, 2);
  EXPECT_EQ(run({"--frames", "a", "--tiles", "pool", "--output", "o.mp4", "--dry-run", "--preview"})
                .exit_code,
            2);
}

}  // namespace
}  // namespace mosaic::test
