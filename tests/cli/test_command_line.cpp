#include <gtest/gtest.h>

#include "cli/command_line.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

std::string given(const CommandLine& line, std::string_view name) {
  for (const Given& each : line.given) {
    if (each.option->name == name) return each.text;
  }
  return "(not given)";
}

TEST(CommandLine, LongShortEqualsAndSeparateFormsAreTheSame) {
  for (const Words& words :
       {Words{"--frames", "a.mp4", "--crf", "20"}, Words{"--frames=a.mp4", "--crf=20"},
        Words{"-i", "a.mp4", "--crf=20"}, Words{"-ia.mp4", "--crf", "20"}}) {
    const CommandLine line = parse_command_line(words);
    EXPECT_EQ(line.command, Command::render);
    EXPECT_EQ(line.action, Action::run);
    EXPECT_EQ(given(line, "frames"), "a.mp4");
    EXPECT_EQ(given(line, "crf"), "20");
    EXPECT_EQ(given(line, "tiles"), "(not given)");
  }
}

TEST(CommandLine, TheLastOneCounts) {
  const CommandLine line = parse_command_line(Words{"--crf=1", "--crf", "2", "-q", "-q"});
  EXPECT_EQ(given(line, "crf"), "2");
  EXPECT_EQ(line.given.size(), 2U);
}

TEST(CommandLine, FlagsCanBeSwitchedOff) {
  EXPECT_EQ(given(parse_command_line(Words{"--certify"}), "certify"), "true");
  EXPECT_FALSE(settings_of({"--certify=false"}).certify);
  EXPECT_TRUE(settings_of({"--certify=true"}).certify);
  EXPECT_EQ(failure_of_words({"--certify=perhaps"}).code, 2);
}

TEST(CommandLine, ShortFlagsMayBeJoined) {
  const Request request = resolve_words({"-fq"}).request;
  EXPECT_TRUE(request.settings.force);
  EXPECT_TRUE(request.quiet);
}

TEST(CommandLine, OddPathsAreTakenAsTheyAre) {
  for (const std::string& odd :
       {std::string("[a,b]"), std::string("a b"), std::string("x=y"), std::string("\"quoted\""),
        std::string("%d.png"), std::string("-rf.jpg"), std::string("{}"), std::string("a\nb")}) {
    EXPECT_EQ(given(parse_command_line(Words{"--frames=" + odd}), "frames"), odd);
    EXPECT_EQ(given(parse_command_line(Words{"--frames", odd}), "frames"), odd);
  }
}

TEST(CommandLine, NegativeValuesReachTheRangeCheck) {
  const Failure failure = failure_of_words({"--reinhard-l", "-1"});
  EXPECT_NE(failure.what.find("from 0 to 1"), std::string::npos) << failure.what;
  EXPECT_EQ(settings_of({"--range", "-9"}).range.last, 10);
}

TEST(CommandLine, DoubleDashEndsOptions) {
  const CommandLine line = parse_command_line(Words{"check", "ssim", "--", "-a.png", "--b.png"});
  EXPECT_EQ(line.command, Command::check_ssim);
  EXPECT_EQ(given(line, "A"), "-a.png");
  EXPECT_EQ(given(line, "B"), "--b.png");
  EXPECT_EQ(parse_command_line(Words{"-q", "--"}).given.size(), 1U);
  const Failure failure = failure_of_words({"--", "--crf"});
  EXPECT_EQ(failure.code, 2);
  EXPECT_NE(failure.what.find("--crf"), std::string::npos);
}

TEST(CommandLine, MissingValuesAreNamed) {
  for (const Words& words :
       {Words{"--output"}, Words{"--output="}, Words{"-o"}, Words{"--output", "--tiles", "x"},
        Words{"-o", "-f"}, Words{"--output", "--tiles=x"}}) {
    const Failure failure = failure_of_words(words);
    EXPECT_EQ(failure.code, 2);
    EXPECT_NE(failure.what.find("--output needs a value"), std::string::npos) << failure.what;
  }
}

TEST(CommandLine, UnknownOptionsAreAnsweredWithTheNearest) {
  const auto hint = [](const std::string& word) { return failure_of_words({word, "1"}).hint; };
  EXPECT_EQ(hint("--tilesize"), "did you mean --tile-size?");
  EXPECT_EQ(hint("--tile_size"), "did you mean --tile-size?");
  EXPECT_EQ(hint("--ouput=x"), "did you mean --output?");
  EXPECT_EQ(hint("--Frames"), "did you mean --frames?");
  EXPECT_EQ(hint("--repeat"), "it belongs to the command check assign");
  EXPECT_EQ(hint("--completely-different"), "mosaic-temporal --help lists everything");
  const Failure failure = failure_of_words({"-z"});
  EXPECT_EQ(failure.code, 2);
  EXPECT_EQ(failure.what, "unknown option -z");
}

TEST(CommandLine, StrayWordsAreRefused) {
  const Failure stray = failure_of_words({"--crf", "20", "30"});
  EXPECT_EQ(stray.code, 2);
  EXPECT_NE(stray.what.find("\"30\""), std::string::npos) << stray.what;
  EXPECT_EQ(failure_of_words({"idnex"}).hint, "did you mean index?");
  EXPECT_EQ(failure_of_words({"clip.mp4"}).code, 2);
  EXPECT_EQ(failure_of_words({"check"}).code, 2);
  EXPECT_EQ(failure_of_words({"check", "sim"}).hint, "did you mean ssim?");
  EXPECT_EQ(failure_of_words({"check", "ssim", "a", "b", "c"}).code, 2);
  EXPECT_EQ(failure_of_words({""}).code, 2);
}

TEST(CommandLine, EachCommandHasItsOwnOptions) {
  EXPECT_EQ(failure_of_words({"index", "--crf", "20"}).hint, "it belongs to the main job");
  EXPECT_EQ(failure_of_words({"--seed", "1"}).hint, "it belongs to the command demo");
  const Request demo =
      resolve_words({"demo", "out", "--tiles", "7", "--size=80x64", "--seed", "3"}).request;
  EXPECT_EQ(demo.demo.folder, "out");
  EXPECT_EQ(demo.demo.tiles, 7);
  EXPECT_EQ(demo.demo.size, (Size{80, 64}));
  EXPECT_EQ(demo.demo.seed, 3U);
  EXPECT_TRUE(demo.settings.library.tiles.empty()) << "--tiles is a number here";
  const Request assign = resolve_words({"check", "assign", "--costs", "c.bin", "--rows=3", "--cols",
                                        "4", "--max-uses", "2", "--repeat", "5"})
                             .request;
  EXPECT_EQ(assign.assign.costs, "c.bin");
  EXPECT_EQ(assign.assign.rows, 3);
  EXPECT_EQ(assign.assign.columns, 4);
  EXPECT_EQ(assign.assign.max_uses, 2);
  EXPECT_EQ(assign.assign.repeat, 5);
  EXPECT_FALSE(assign.settings.match.max_uses) << "that is the main job's";
}

TEST(CommandLine, ActionsAreRecognised) {
  EXPECT_EQ(parse_command_line(Words{"-h"}).action, Action::short_help);
  EXPECT_EQ(parse_command_line(Words{"--help"}).action, Action::full_help);
  EXPECT_EQ(parse_command_line(Words{"--version"}).action, Action::version);
  EXPECT_EQ(parse_command_line(Words{"--list-presets"}).action, Action::list_presets);
  EXPECT_EQ(parse_command_line(Words{"--print-config"}).action, Action::print_config);
  EXPECT_EQ(parse_command_line(Words{"--print-config", "--help"}).action, Action::full_help);
  EXPECT_EQ(parse_command_line(Words{"index", "-h"}).action, Action::short_help);
}

TEST(App, AnswersWithoutStartingWork) {
  const Outcome nothing = run_words({});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_TRUE(nothing.out.empty());
  EXPECT_NE(nothing.errors.find("--frames"), std::string::npos);
  for (const Words& words : {Words{"-h"}, Words{"--help"}, Words{"--list-presets"},
                             Words{"--print-config"}, Words{"demo", "--help"}}) {
    const Outcome outcome = run_words(words);
    EXPECT_EQ(outcome.code, 0) << words[0];
    EXPECT_FALSE(outcome.worked) << words[0];
    EXPECT_FALSE(outcome.out.empty()) << words[0];
    EXPECT_TRUE(outcome.errors.empty()) << words[0] << outcome.errors;
  }
  EXPECT_TRUE(run_words({"--version"}).worked) << "the engine knows its libraries";
  EXPECT_TRUE(run_words({"-i", "x"}).worked);
}

TEST(App, ErrorsBecomeOneMessageAndACode) {
  const Outcome outcome = run_words({"--tilesize", "8"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_FALSE(outcome.worked);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_EQ(outcome.errors, "error: unknown option --tilesize\n  did you mean --tile-size?\n");
}

TEST(App, EveryKindOfExceptionHasACode) {
  std::ostringstream errors;
  const auto code = [&](auto thrown) { return guarded([&]() -> int { throw thrown; }, errors); };
  EXPECT_EQ(code(UsageError("a")), 2);
  EXPECT_EQ(code(InputError("a")), 4);
  EXPECT_EQ(code(OutputError("a")), 5);
  EXPECT_EQ(code(VerifyError("a")), 6);
  EXPECT_EQ(code(DeviceError("a")), 7);
  EXPECT_EQ(code(std::bad_alloc()), 1);
  EXPECT_NE(errors.str().find("out of memory"), std::string::npos);
  EXPECT_EQ(code(std::runtime_error("strange")), 1);
  EXPECT_NE(errors.str().find("strange"), std::string::npos);
  EXPECT_THROW(code(Interrupted()), Interrupted);
  EXPECT_EQ(guarded([] { return 3; }, errors), 3);
}

TEST(App, AFullPipeIsAnError) {
  std::ostringstream errors;
  std::ostream closed(nullptr);
  const int code = run_command_line(Words{"--help"}, {}, closed, errors,
                                    [](const CommandLine&, bool&) { return 0; });
  EXPECT_EQ(code, 5);
  EXPECT_NE(errors.str().find("standard output"), std::string::npos);
}

}  // namespace
}  // namespace mosaic::cli
