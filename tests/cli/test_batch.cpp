#include <gtest/gtest.h>

#include "cli/batch.hpp"
#include "cli/facts.hpp"
#include "cli/option_table.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

Request request_of(const Words& words) { return resolve_words(words).request; }

TEST(Batch, SeveralInputsComeTogetherOrOneByOne) {
  const Request together = request_of({"--frames", "a.mp4", "b.mp4", "c.mp4", "--tiles", "t"});
  EXPECT_EQ(together.inputs, (std::vector<std::filesystem::path>{"a.mp4", "b.mp4", "c.mp4"}));
  EXPECT_EQ(request_of({"-i", "a.mp4", "-i", "b.mp4"}).inputs.size(), 2U);
  EXPECT_EQ(request_of({"-i", "a.mp4"}).inputs.size(), 1U);
  EXPECT_FALSE(is_batch(request_of({"-i", "a.mp4", "-o", "b.mp4"})));
  EXPECT_TRUE(is_batch(request_of({"-i", "a.mp4", "b.mp4"})));
  EXPECT_TRUE(is_batch(request_of({"-i", "a.mp4", "--out-dir", "d"})));
  EXPECT_TRUE(is_batch(request_of({"-i", "a.mp4", "-o", "{stem}.mkv"})));
}

TEST(Batch, StemAndFolderMakeTheNames) {
  const auto named = batch_requests(
      request_of({"-i", "x/a.b.mp4", "y/frames/", "--out-dir", "d", "--plan", "{stem}.jsonl"}));
  ASSERT_EQ(named.size(), 2U);
  EXPECT_EQ(named[0].settings.frames, "x/a.b.mp4");
  EXPECT_EQ(named[0].settings.output, "d/a.b.mosaic.mp4");
  EXPECT_EQ(named[0].settings.plan, "a.b.jsonl");
  EXPECT_EQ(named[1].settings.output, "d/frames.mosaic.mp4");
  const auto own = batch_requests(request_of({"-i", "a.mp4", "b.mp4", "-o", "{stem}/{stem}.mkv"}));
  EXPECT_EQ(own[1].settings.output, "b/b.mkv");
}

TEST(Batch, OutputsThatWouldMeetAreRefused) {
  for (const Words& words :
       {Words{"-i", "a.mp4", "b.mp4", "-o", "out.mp4"},
        Words{"-i", "x/a.mp4", "y/a.mkv", "--out-dir", "d"},
        Words{"-i", "a.mp4", "-", "--out-dir", "d"},
        Words{"-i", "a.mp4", "--out-dir", "d", "-o", "/full/{stem}.mp4"},
        Words{"-i", "a.mp4", "b.mp4", "--out-dir", "d", "--report", "r.json"}}) {
    EXPECT_EQ(failure_of([&] { batch_requests(request_of(words)); }).code, 2) << words[1];
  }
}

// Every film of a night was written to a file called "{name}.mp4", or the first one was.
TEST(Batch, ANameInBracesThatStandsForNothingIsRefused) {
  for (const Words& words :
       {Words{"-i", "a.mp4", "b.mp4", "-o", "{name}.mp4"},
        Words{"-i", "a.mp4", "b.mp4", "-o", "{stem}/{Stem}.mp4"},
        Words{"-i", "a.mp4", "--out-dir", "d", "-o", "{input-name}.mp4"},
        Words{"-i", "a.mp4", "--out-dir", "d/{date}"},
        Words{"-i", "a.mp4", "--out-dir", "d", "--plan", "{base}.jsonl"},
        Words{"-i", "a.mp4", "--out-dir", "d", "--report", "{file_name}.html"}}) {
    const Failure failure = failure_of([&] { batch_requests(request_of(words)); });
    EXPECT_EQ(failure.code, 2) << words.back();
    EXPECT_NE(failure.hint.find("did you mean {stem}?"), std::string::npos) << failure.what;
  }
  for (const char* name :
       {"{stem} {2026}.mp4", "{} {stem}.mp4", "{stem} {a b}.mp4", "{stem}{.mp4"}) {
    EXPECT_EQ(batch_requests(request_of({"-i", "a.mp4", "-o", name})).size(), 1U) << name;
  }
}

TEST(Batch, TheTableNamesEveryInputAndTheWorstCodeWins) {
  const std::vector<BatchRow> rows = {{"a.mp4", "a.mosaic.mp4", ExitCode::ok, "made, 5 frames"},
                                      {"long-name.mp4", "x", ExitCode::bad_input, "is empty"},
                                      {"c.mp4", "c", ExitCode::skipped_inputs, "made"}};
  const std::vector<std::string> table = batch_table(rows);
  ASSERT_EQ(table.size(), 4U);
  EXPECT_EQ(table[0], "  ok      a.mp4          made, 5 frames");
  EXPECT_EQ(table[1], "  exit 4  long-name.mp4  is empty");
  EXPECT_EQ(table[3], "2 of 3 outputs are there");
  EXPECT_EQ(worst_code(rows), ExitCode::bad_input);
  EXPECT_EQ(worst_code({}), ExitCode::ok);
}

TEST(Batch, NamesInTheTableAreShownAsTextAndKeepTheColumns) {
  const std::vector<BatchRow> rows = {{"\xc3\xa4.mp4", "a", ExitCode::ok, "made"},
                                      {"x\n\xff.mp4", "b", ExitCode::ok, "made"}};
  const std::vector<std::string> table = batch_table(rows);
  EXPECT_EQ(table[0], "  ok      \xc3\xa4.mp4          made");
  EXPECT_EQ(table[1], "  ok      x\\x0a\\xff.mp4  made");
}

// A table cut at the interruption said "1 of 2" of three inputs.
TEST(Batch, WhatASignalLeftUndoneStaysInTheTable) {
  const std::vector<BatchRow> rows = {{"a.mp4", "a", ExitCode::ok, "made, 5 frames"},
                                      {"b.mp4", "b", ExitCode::ok, "stopped", false, {}, false},
                                      {"c.mp4", "c", ExitCode::ok, "not begun", false, {}, false}};
  const std::vector<std::string> table = batch_table(rows);
  ASSERT_EQ(table.size(), 4U);
  EXPECT_EQ(table[2], "  -       c.mp4  not begun");
  EXPECT_EQ(table[3], "1 of 3 outputs are there");
}

TEST(Facts, WhatDecidesBytesCountsAndWhatDoesNotDoesNot) {
  const auto facts = [](const Words& more) {
    Words words = {"-i", "a.mp4", "-t", "tiles", "-o", "o.mp4"};
    words.insert(words.end(), more.begin(), more.end());
    return output_facts(request_of(words));
  };
  const auto before = facts({});
  EXPECT_EQ(before.at("--crf"), "18");
  EXPECT_EQ(facts({"--threads", "3", "--quiet", "--simd", "plain", "-o", "other.mp4"}), before);
  for (const Words& words :
       {Words{"--crf", "19"}, Words{"--segment-frames", "100"}, Words{"--flow", "none"},
        Words{"--range", "1-5"}, Words{"--gamma", "0.9"}, Words{"--codec", "libx265"}}) {
    EXPECT_NE(facts(words), before) << words[0];
  }
}

}  // namespace
}  // namespace mosaic::cli
