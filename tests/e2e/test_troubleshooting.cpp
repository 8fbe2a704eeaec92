// docs/troubleshooting.md: every message it explains is one that the program can say, under its
// exit code.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

struct Message {
  std::string text;  ///< with "…" for what differs
  int exit_code = -1;
};

/// Headings "## Exit code N: ..." and, below them, "### `message`".
std::vector<Message> explained_messages() {
  std::ifstream page(fs::path(MOSAIC_SOURCE_DIR) / "docs" / "troubleshooting.md");
  static const std::regex kSection("## Exit code ([0-9]+): .*");
  static const std::regex kMessage("### `(.*)`");
  std::vector<Message> messages;
  int exit_code = -1;
  std::smatch match;
  for (std::string line; std::getline(page, line);) {
    if (std::regex_match(line, match, kSection)) exit_code = std::stoi(match[1]);
    if (std::regex_match(line, match, kMessage)) messages.push_back({match[1], exit_code});
  }
  return messages;
}

/// The fixed parts of a message.
std::vector<std::string> fixed_parts(const std::string& message) {
  const std::string gap = "…";
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= message.size();) {
    const std::size_t end = std::min(message.find(gap, at), message.size());
    std::string part = message.substr(at, end - at);
    while (!part.empty() && part.front() == ' ') part.erase(0, 1);
    while (!part.empty() && part.back() == ' ') part.pop_back();
    if (part.size() >= 3) parts.push_back(part);
    at = end + gap.size();
  }
  return parts;
}

/// All sources, with string literals that stand side by side made one.
std::string program_text() {
  std::string text;
  for (const char* const room : {"src", "cuda", "include"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(MOSAIC_SOURCE_DIR) / room)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream content;
      content << std::ifstream(entry.path()).rdbuf();
      text += content.str() + "\n";
    }
  }
  std::string joined;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      const std::size_t next = text.find_first_not_of(" \n", i + 1);
      if (next != std::string::npos && text[next] == '"' && text.find('\n', i) < next) {
        i = next;
        continue;
      }
    }
    joined += text[i];
  }
  return joined;
}

/// Some message of the page is in what the run said, under its exit code.
bool is_explained(const CommandResult& result) {
  return std::ranges::any_of(explained_messages(), [&](const Message& message) {
    if (message.exit_code != result.exit_code) return false;
    std::size_t at = 0;
    for (const std::string& part : fixed_parts(message.text)) {
      if (at != std::string::npos) at = result.err.find(part, at);
    }
    return at != std::string::npos;
  });
}

TEST(Troubleshooting, EveryMessageIsOneOfTheProgram) {
  const std::string program = program_text();
  const std::vector<Message> messages = explained_messages();
  ASSERT_GE(messages.size(), 40U);
  for (const Message& message : messages) {
    const std::vector<std::string> parts = fixed_parts(message.text);
    EXPECT_FALSE(parts.empty()) << message.text;
    for (const std::string& part : parts) {
      EXPECT_NE(program.find(part), std::string::npos) << "\"" << part << "\" of " << message.text;
    }
  }
}

/// What the program says in these cases is explained, and under the exit code that it ends with.
TEST(Troubleshooting, WhatIsSaidIsExplainedUnderItsExitCode) {
  const TemporaryFolder folder;
  write_pool(folder / "pool", 4);
  write_frames(folder / "frames", {textured_picture(Size{64, 48}, 1)});
  fs::create_directories(folder / "none");
  std::ofstream(folder / "zero.mp4").close();
  std::ofstream(folder / "text.mp4") << "not a video\n";
  std::ofstream(folder / "there.mp4") << "taken\n";
  const std::vector<std::vector<std::string>> cases = {
      {"--crff", "1"},
      {"rendr"},
      {"-i", "frames", "-t", "pool"},
      {"-i", "frames", "-t", "pool", "-o", "out.xyz"},
      {"-i", "frames", "-t", "pool", "-o", "out"},
      {"-i", "frames", "-t", "pool", "-o", "x/%d.png", "--crf", "20"},
      {"-i", "nowhere.mp4", "-t", "pool", "-o", "out.mp4"},
      {"-i", "text.mp4", "-t", "pool", "-o", "out.mp4"},
      {"-i", "frames", "-i", "film.mp4", "-t", "pool", "-o", "out.mp4"},
      {"-i", "frames", "-i", "other/frames", "-t", "pool", "--out-dir", "new"},
      {"-i", "zero.mp4", "-t", "pool", "-o", "out.mp4"},
      {"-i", "none", "-t", "pool", "-o", "out.mp4"},
      {"-i", "frames", "-t", "frames/000000.png", "-o", "out.mp4"},
      {"-i", "frames", "-t", "pool", "-o", "there.mp4"},
      {"-i", "frames", "-t", "pool", "-o", "no/out.mp4"},
      {"-i", "frames", "-t", "pool", "-o", "out.mp4", "--codec", "nonesuch"},
  };
  for (const auto& arguments : cases) {
    const CommandResult result =
        run_mosaic(arguments, {folder.path(), {{"XDG_CACHE_HOME", folder / "cache"}}});
    EXPECT_NE(result.exit_code, 0);
    EXPECT_TRUE(is_explained(result)) << "exit code " << result.exit_code << ": " << result.err;
  }
}

TEST(Troubleshooting, WhatABatchSaysOfEarlierWorkIsExplained) {
  const TemporaryFolder folder;
  write_pool(folder / "pool", 12);
  write_frames(folder / "frames", {textured_picture(Size{64, 48}, 1)});
  const auto batch = [&](std::vector<std::string> more) {
    more.insert(more.end(),
                {"-i", "frames", "-t", "pool", "--out-dir", "out", "--tile-size", "16"});
    return run_mosaic(more, {folder.path(), {{"XDG_CACHE_HOME", folder / "cache"}}});
  };
  ASSERT_EQ(batch({}).exit_code, 0);
  const CommandResult report = batch({"--report", "{stem}.json"});
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_TRUE(is_explained(report)) << report.err;
  const CommandResult otherwise = batch({"--crf", "30"});
  EXPECT_EQ(otherwise.exit_code, 5);
  EXPECT_TRUE(is_explained(otherwise)) << otherwise.err;
}

}  // namespace
}  // namespace mosaic::test
