// What run_batch() makes of what one input does.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/run_batch.hpp"
#include "cli_fixture.hpp"
#include "support/run_command.hpp"

namespace mosaic::cli {
namespace {

class RunBatch : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.mp4", "b.mp4", "c.mp4"}) std::ofstream(folder_ / name) << name;
    std::filesystem::create_directory(folder_ / "pool");
  }
  Resolved batch() const {
    return resolve_words({"-i", folder_ / "a.mp4", folder_ / "b.mp4", folder_ / "c.mp4", "-t",
                          folder_ / "pool", "--out-dir", folder_ / "out"});
  }
  std::vector<BatchRow> run(const DoOne& do_one) {
    Console console(said_, {});
    return run_batch(batch(), console, {}, do_one);
  }
  std::ostringstream said_;
  test::TemporaryFolder folder_;
};

JsonDone made(std::int64_t frames) {
  JsonDone done;
  done.frames_out = frames;
  return done;
}

TEST_F(RunBatch, OneThatFailsDoesNotStopTheOthers) {
  int calls = 0;
  const std::vector<BatchRow> rows = run([&](const Request&) -> JsonDone {
    if (++calls == 1) throw InputError("no film");
    if (calls == 2) throw std::bad_alloc();
    return made(7);
  });
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].code, ExitCode::bad_input);
  EXPECT_EQ(rows[1].code, ExitCode::unexpected);
  EXPECT_EQ(rows[2].note, "made, 7 frames");
  EXPECT_EQ(good_rows(rows), 1);
}

// The error line of an interrupted batch did not say how many outputs there were.
TEST_F(RunBatch, ASignalTellsHowManyOutputsAreThere) {
  int calls = 0;
  try {
    run([&](const Request&) -> JsonDone {
      if (++calls == 2) throw Interrupted();
      return made(7);
    });
    FAIL() << "the batch went on";
  } catch (const InterruptedBatch& stopped) {
    EXPECT_EQ(stopped.files, 3);
    EXPECT_EQ(stopped.files_there, 1);
  }
  EXPECT_EQ(calls, 2);
  EXPECT_NE(said_.str().find("not begun"), std::string::npos) << said_.str();
}

}  // namespace
}  // namespace mosaic::cli
