// Completions do complete, in the shells themselves; the manual page has no slips.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/option_table.hpp"
#include "cli_fixture.hpp"
#include "support/run_command.hpp"

namespace mosaic::cli {
namespace {

using test::have_program;
using test::run_command;

class Completion : public FolderTest {
 protected:
  std::string script(const std::string& shell) {
    const Outcome outcome = run_words({"completion", shell});
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_FALSE(outcome.worked) << "the engine is not needed";
    return write("script." + shell, outcome.out);
  }

  /// What bash offers for the last of these words, as it splits them.
  Words bash_offers(const Words& words) {
    std::string line = "source " + script("bash") + "; cd " + folder_.string() + "; COMP_WORDS=(";
    for (const std::string& word : words) line += " '" + word + "'";
    line += "); COMP_CWORD=" + std::to_string(words.size() - 1) +
            "; _mosaic_temporal; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const auto result = run_command({"bash", "--norc", "-c", line});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    Words offers;
    std::istringstream lines(result.out);
    for (std::string offer; std::getline(lines, offer);) {
      if (!offer.empty()) offers.push_back(offer);
    }
    std::ranges::sort(offers);
    return offers;
  }
};

TEST_F(Completion, BashOffersEveryOptionOfACommand) {
  for (const Command command : all_commands()) {
    Words words = {"mosaic-temporal"};
    std::istringstream parts{std::string(command_name(command))};
    for (std::string part; parts >> part;) words.push_back(part);
    words.emplace_back("-");
    const Words offers = bash_offers(words);
    for (const Option& option : options()) {
      if (option.kind == Kind::positional) continue;
      const bool offered = std::ranges::count(offers, flag_of(option)) == 1;
      const auto same_flag = [&](const Option& other) {
        return applies_to(other, command) && other.kind != Kind::positional &&
               flag_of(other) == flag_of(option);
      };
      EXPECT_EQ(offered, std::ranges::any_of(options(), same_flag)) << option.name;
    }
  }
}

TEST_F(Completion, BashOffersCommandsWordsAndPaths) {
  EXPECT_EQ(bash_offers({"mosaic-temporal", "ch"}), (Words{"check"}));
  EXPECT_EQ(bash_offers({"mosaic-temporal", "check", ""}),
            (Words{"assign", "flow", "parity", "ssim"}));
  EXPECT_EQ(bash_offers({"mosaic-temporal", "--preset", "na"}), (Words{"natural"}));
  EXPECT_EQ(bash_offers({"mosaic-temporal", "--preset", "=", "na"}), (Words{"natural"}));
  EXPECT_EQ(bash_offers({"mosaic-temporal", "--flow", "="}),
            (Words{"block", "dis", "none", "raft"}));
  EXPECT_EQ(bash_offers({"mosaic-temporal", "completion", ""}), (Words{"bash", "fish", "zsh"}));
  EXPECT_EQ(bash_offers({"mosaic-temporal", "--crf", "1"}), Words{});
  write("a film.mp4", "");
  write("another.mp4", "");
  EXPECT_EQ(bash_offers({"mosaic-temporal", "-i", "a"}), (Words{"a film.mp4", "another.mp4"}));
}

TEST_F(Completion, ScriptsAreSound) {
  int checked = 0;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string file = script(shell);
    if (!have_program(shell)) continue;
    const auto result = run_command({shell, "-n", file});
    EXPECT_EQ(result.exit_code, 0) << shell << ": " << result.err;
    EXPECT_EQ(result.err, "") << shell;
    ++checked;
  }
  EXPECT_GE(checked, 1) << "bash is always there";
}

TEST_F(Completion, FishOffersWords) {
  if (!have_program("fish")) GTEST_SKIP() << "no fish here";
  const auto result = run_command({"fish", "--no-config", "-c",
                                   "source " + script("fish") +
                                       "; complete -C 'mosaic-temporal --preset na'; complete -C "
                                       "'mosaic-temporal check s'"});
  EXPECT_NE(result.out.find("natural"), std::string::npos) << result.out << result.err;
  EXPECT_NE(result.out.find("ssim"), std::string::npos) << result.out << result.err;
}

TEST_F(Completion, ZshOffersWordsAtTheFirstCall) {
  if (!have_program("zsh")) GTEST_SKIP() << "no zsh here";
  std::filesystem::rename(script("zsh"), folder_ / "_mosaic-temporal");
  // Loaded as zsh loads it, by the name of the file; the editor's own commands say what they got.
  const auto offers = [&](const std::string& words, int current) {
    const std::string line =
        "compadd() { print -r -- \"$@\" }; compdef() { print wrong }; "
        "_arguments() { print -rl -- \"$@\" }; fpath=(" +
        folder_.string() + " $fpath); autoload -Uz _mosaic-temporal; words=(" + words +
        "); CURRENT=" + std::to_string(current) + "; _mosaic-temporal";
    return run_command({"zsh", "-f", "-c", line}).out;
  };
  EXPECT_NE(offers("mosaic-temporal ch", 2).find(" check "), std::string::npos);
  EXPECT_EQ(offers("mosaic-temporal check s", 3), "-- ssim assign flow parity\n");
  EXPECT_NE(offers("mosaic-temporal --preset na", 3).find("(ultra natural vivid tile fast)"),
            std::string::npos);
}

TEST_F(Completion, AnUnknownShellIsNamed) {
  const Outcome outcome = run_words({"completion", "bsah"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("did you mean bash?"), std::string::npos) << outcome.errors;
  EXPECT_EQ(run_words({"completion"}).code, 2);
}

class Manual : public FolderTest {};

TEST_F(Manual, RendersWithoutWarningsAndHasEveryOption) {
  const Outcome outcome = run_words({"man"});
  ASSERT_EQ(outcome.code, 0);
  if (!have_program("groff")) GTEST_SKIP() << "no groff here";
  const std::string page = write("mosaic-temporal.1", outcome.out);
  const auto result = run_command({"groff", "-man", "-Tutf8", "-ww", "-P-c", "-rLL=200n", page});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  // Built without git, the page has no date, which mandoc would have.
  if (have_program("mandoc") && outcome.out.find("TEMPORAL 1 \"\"") == std::string::npos) {
    EXPECT_EQ(run_command({"mandoc", "-T", "lint", "-W", "warning", page}).out, "");
  }
  for (const Option& option : options()) {
    if (option.kind == Kind::positional) continue;
    // Overstruck letters are bold; without them the text is as it reads.
    std::string text;
    for (const char c : result.out) {
      if (c == '\b') {
        text.pop_back();
      } else {
        text += c;
      }
    }
    EXPECT_NE(text.find(flag_of(option)), std::string::npos) << option.name;
  }
}

}  // namespace
}  // namespace mosaic::cli
