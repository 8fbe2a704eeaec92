#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cli/help.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

constexpr std::string_view kBegin = "<!-- options: begin -->\n";
constexpr std::string_view kEnd = "<!-- options: end -->";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Every "--word" in a text.
std::set<std::string> flags_in(const std::string& text) {
  static const std::regex kFlag("(^|[^-\\w])(--[a-z][a-z-]*)");
  std::set<std::string> flags;
  for (std::sregex_iterator it(text.begin(), text.end(), kFlag), end; it != end; ++it) {
    flags.insert((*it)[2]);
  }
  return flags;
}

std::set<std::string> known_flags() {
  std::set<std::string> flags;
  for (const Option& option : options()) flags.insert(flag_of(option));
  return flags;
}

TEST(Help, FitsAHundredColumns) {
  for (const Command command : all_commands()) {
    for (const std::string& text : {short_help(command), full_help(command)}) {
      std::istringstream lines(text);
      std::string line;
      while (std::getline(lines, line)) {
        EXPECT_LE(line.size(), 100U) << line;
        EXPECT_EQ(line.find('\t'), std::string::npos);
        EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
      }
      EXPECT_EQ(text.back(), '\n');
    }
  }
}

TEST(Help, FullHelpHasEveryOption) {
  for (const Command command : all_commands()) {
    const std::string text = full_help(command);
    for (const Option& option : options()) {
      if (!applies_to(option, command)) continue;
      const std::string flag = flag_of(option);
      EXPECT_NE(text.find(" " + flag), std::string::npos) << flag;
    }
  }
}

TEST(Help, ShortHelpIsShortAndBeginsWithAnExample) {
  const std::string text = short_help(Command::render);
  EXPECT_LT(text.size(), full_help(Command::render).size() / 2);
  EXPECT_LT(text.find("Example:"), text.find("Common options:"));
  int common = 0;
  for (const Option& option : options()) {
    if (!applies_to(option, Command::render)) continue;
    // At the start of a line, not in the text of another option.
    const std::regex row("(^|\n)  (-\\w, |    )?" + flag_of(option) + "[ \n]");
    const bool listed = std::regex_search(text, row);
    EXPECT_EQ(listed, option.common) << option.name;
    common += option.common ? 1 : 0;
  }
  EXPECT_GE(common, 10);
  EXPECT_LE(common, 18);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_LE(lines, 48) << "it should fit a screen";
}

TEST(Help, NamesNoOptionThatIsNotThere) {
  const std::set<std::string> known = known_flags();
  for (const Command command : all_commands()) {
    for (const std::string& flag : flags_in(full_help(command) + short_help(command))) {
      EXPECT_TRUE(known.count(flag) == 1) << flag;
    }
  }
}

TEST(Help, ExamplesAreValid) {
  // Each example in the help parses as it stands.
  std::istringstream lines(full_help(Command::render) + short_help(Command::render));
  std::string line;
  int examples = 0;
  while (std::getline(lines, line)) {
    if (line.rfind("  mosaic-temporal -", 0) != 0 || line.find('[') != std::string::npos) continue;
    std::istringstream words(line);
    std::string word;
    Words all;
    words >> word;
    while (words >> word) all.push_back(word);
    EXPECT_NO_THROW(resolve_words(all)) << line;
    ++examples;
  }
  EXPECT_GE(examples, 4);
}

TEST(Docs, OptionTablesAreThoseOfTheProgram) {
  const std::string file = MOSAIC_CLI_DOCS;
  std::string text = read_file(file);
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd);
  ASSERT_NE(begin, std::string::npos) << file << " lacks the line " << kBegin;
  ASSERT_NE(end, std::string::npos) << file << " lacks the line " << kEnd;
  const std::size_t from = begin + kBegin.size();
  const std::string expected = "\n" + option_reference();
  if (std::getenv("MOSAIC_UPDATE_DOCS") != nullptr) {
    text.replace(from, end - from, expected);
    std::ofstream(file, std::ios::binary) << text;
    GTEST_SKIP() << file << " was rewritten";
  }
  EXPECT_EQ(text.substr(from, end - from), expected)
      << "run this test once with MOSAIC_UPDATE_DOCS=1 and commit " << file;
}

TEST(Docs, ProseNamesNoOptionThatIsNotThere) {
  const std::set<std::string> known = known_flags();
  for (const std::string& flag : flags_in(read_file(MOSAIC_CLI_DOCS))) {
    EXPECT_TRUE(known.count(flag) == 1) << flag;
  }
}

TEST(Docs, ExitCodesAreListed) {
  const std::string text = read_file(MOSAIC_CLI_DOCS);
  const std::string listed = text.substr(text.find("| 0 | done |"));
  const auto rows = std::count(
      listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(listed.find("\n\n") + 1), '\n');
  EXPECT_EQ(static_cast<std::size_t>(rows), exit_codes().size());
  for (const auto& [code, meaning] : exit_codes()) {
    EXPECT_NE(text.find("| " + std::to_string(code) + " |"), std::string::npos) << meaning;
  }
  for (const ExitCode code :
       {ExitCode::ok, ExitCode::unexpected, ExitCode::usage, ExitCode::skipped_inputs,
        ExitCode::bad_input, ExitCode::output_failed, ExitCode::verify_failed,
        ExitCode::device_missing}) {
    EXPECT_NE(text.find("| " + std::to_string(static_cast<int>(code)) + " |"), std::string::npos)
        << static_cast<int>(code);
  }
}

}  // namespace
}  // namespace mosaic::cli
