#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/json_lines.hpp"
#include "cli/validate.hpp"
#include "cli_fixture.hpp"
#include "core/utf8.hpp"

namespace mosaic::cli {
namespace {

using Json = nlohmann::json;

std::vector<Json> parsed(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(JsonLines, ProgressKeepsToOneLinePerSecond) {
  std::ostringstream out;
  double now_s = 0.0;
  JsonLines lines(out, [&] { return now_s; });
  for (int frame = 1; frame <= 100; ++frame) {
    now_s = frame * 0.05;
    lines.progress({.stage = "render", .done = frame, .total = 100, .elapsed_s = now_s});
  }
  const std::vector<Json> written = parsed(out.str());
  ASSERT_EQ(written.size(), 6U) << out.str();  // the first, then each second, then the last
  EXPECT_EQ(written.front()["done"], 1);
  EXPECT_EQ(written.back()["done"], 100);
  EXPECT_EQ(written.back()["left_s"], 0.0);
  EXPECT_NEAR(written[1]["per_second"].get<double>(), 20.0, 1e-9);
  EXPECT_NEAR(written[1]["left_s"].get<double>(), (100 - written[1]["done"].get<int>()) / 20.0,
              1e-9);
}

// All lines were lost with exit code 0.
TEST(JsonLines, ADiskThatIsFullIsSaidAtTheEndAndAReaderThatLeftIsNot) {
  std::ofstream full("/dev/full");
  if (!full) GTEST_SKIP() << "no /dev/full here";
  JsonLines lines(full, [] { return 0.0; });
  lines.warning("something");
  const Failure failure = failure_of([&] { lines.require_whole(); });
  EXPECT_EQ(failure.code, 5);
  EXPECT_NE(failure.what.find("No space left"), std::string::npos) << failure.what;
  std::ostringstream out;
  JsonLines well(out, [] { return 0.0; });
  well.warning("something");
  EXPECT_NO_THROW(well.require_whole());
}

TEST(JsonLines, AnUnknownTotalIsNull) {
  std::ostringstream out;
  JsonLines lines(out, [] { return 0.0; });
  lines.progress({.stage = "render", .done = 5, .total = -1, .elapsed_s = 1.0});
  const std::vector<Json> written = parsed(out.str());
  ASSERT_EQ(written.size(), 1U);
  EXPECT_TRUE(written[0]["total"].is_null());
  EXPECT_TRUE(written[0]["left_s"].is_null());
}

TEST(JsonLines, FramesOfAnEarlierRunDoNotCountForTheRate) {
  std::ostringstream out;
  JsonLines lines(out, [] { return 0.0; });
  lines.progress({.stage = "render", .done = 60, .total = 100, .elapsed_s = 5.0, .kept = 50});
  const std::vector<Json> written = parsed(out.str());
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0]["kept"], 50);
  EXPECT_EQ(written[0]["per_second"], 2.0);
  EXPECT_EQ(written[0]["left_s"], 20.0);
}

TEST(JsonLines, TextKeepsItsLineBreaksInsideTheLine) {
  std::ostringstream out;
  JsonLines lines(out, [] { return 0.0; });
  lines.warning("two\nlines\tand \xc3\x28");
  const std::vector<Json> written = parsed(out.str());
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0]["message"], "two\nlines\tand \\xc3(");
  EXPECT_EQ(written[0]["message_hex"], hex_bytes("two\nlines\tand \xc3\x28"));
}

TEST(JsonLines, AreAskedForByFlagOrEnvironment) {
  const Environment set = {{"MOSAIC_TEMPORAL_JSON", "true"}};
  EXPECT_TRUE(asks_for_json(Words{"--json"}, {}));
  EXPECT_TRUE(asks_for_json(Words{"--crf"}, set));
  EXPECT_FALSE(asks_for_json(Words{"--json=false"}, set));
  EXPECT_FALSE(asks_for_json(Words{"--", "--json"}, {}));
  EXPECT_FALSE(asks_for_json(Words{"metrics", "--json", "m.json"}, {}));
  EXPECT_FALSE(asks_for_json(Words{"--crf"}, {{"MOSAIC_TEMPORAL_JSON", "perhaps"}}));
}

TEST(JsonLines, AndAnOutputOnStandardOutputContradict) {
  const Resolved both = resolve_words({"--frames", "a", "--tiles", "b", "--output", "-", "--json"});
  EXPECT_EQ(failure_of([&] { validate(both); }).code, 2);
  EXPECT_NE(failure_of([&] { validate(both); }).what.find("--json"), std::string::npos);
}

TEST(Utf8, OnlyWhatIsNotValidIsEscaped) {
  EXPECT_EQ(as_utf8("grüße 𝄞"), "grüße 𝄞");
  EXPECT_EQ(as_utf8("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(as_utf8("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(hex_bytes("a\xff"), "61ff");
}

}  // namespace
}  // namespace mosaic::cli
