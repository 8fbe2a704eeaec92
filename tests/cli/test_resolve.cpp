#include <gtest/gtest.h>

#include "cli/resolve.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

class ResolveTest : public FolderTest {};

TEST_F(ResolveTest, FlagsOverEnvironmentOverConfigOverPresetOverDefault) {
  // All sixteen combinations of the four sources above the default, for a preset's key.
  for (unsigned sources = 0; sources < 16; ++sources) {
    const bool flag = (sources & 8) != 0, variable = (sources & 4) != 0;
    const bool config = (sources & 2) != 0, preset = (sources & 1) != 0;
    Words words;
    Environment environment;
    if (preset) words.insert(words.end(), {"--preset", "natural"});
    if (config) {
      words.insert(words.end(), {"--config", write("c.toml", "reinhard_l = 0.22\n")});
    }
    if (variable) environment.emplace_back("MOSAIC_TEMPORAL_REINHARD_L", "0.33");
    if (flag) words.insert(words.end(), {"--reinhard-l", "0.44"});
    const Resolved resolved = resolve_words(words, environment);
    const double expected = flag ? 0.44 : variable ? 0.33 : config ? 0.22 : preset ? 0.65 : 0.5;
    const Source source = flag       ? Source::flag
                          : variable ? Source::environment
                          : config   ? Source::config
                                     : Source::preset;
    EXPECT_EQ(resolved.request.settings.look.reinhard_l, expected) << sources;
    EXPECT_EQ(resolved.source_of("reinhard-l"), source) << sources;
    EXPECT_EQ(resolved.source_of("crf"), Source::standard);
  }
}

TEST_F(ResolveTest, ThePresetItselfFollowsThePrecedence) {
  const std::string config = write("c.toml", "preset = \"tile\"\n");
  const Environment environment = {{"MOSAIC_TEMPORAL_PRESET", "fast"}};
  EXPECT_EQ(settings_of({}).look.reinhard_l, 0.5);
  EXPECT_EQ(settings_of({"--config", config}).look.reinhard_l, 0.45);
  EXPECT_EQ(settings_of({"--config", config}, environment).look.reinhard_l, 0.55);
  EXPECT_EQ(settings_of({"--config", config, "--preset=ultra"}, environment).look.reinhard_l, 0.7);
}

TEST_F(ResolveTest, AFlagSwitchesOffWhatTheConfigSwitchedOn) {
  const std::string config = write("c.toml", "verify = true\nforce = true\n");
  const Settings settings = settings_of({"--config", config, "--verify=false"});
  EXPECT_FALSE(settings.verify);
  EXPECT_TRUE(settings.force);
}

TEST_F(ResolveTest, ConfigTakesEveryTypeThatMeansTheSame) {
  const std::string config =
      write("c.toml",
            "tile_size = 24\nscale = 2\ncrf = \"20.5\"\nmax_uses = 3\nthreads = \"auto\"\n"
            "range = \"5-\"\nfps = 29.97\nvariants = \"mirror\"\ngrid = '35x20'\nverify = true\n");
  const Settings settings = settings_of({"--config", config});
  EXPECT_EQ(settings.grid.tile_size_px, 24);
  EXPECT_EQ(settings.grid.scale, 2.0);
  EXPECT_EQ(settings.encode.crf, 20.5);
  EXPECT_EQ(settings.match.max_uses, 3);
  EXPECT_EQ(settings.threads, 0);
  EXPECT_EQ(settings.range.first, 5);
  EXPECT_EQ(settings.encode.fps, 29.97);
  EXPECT_TRUE(settings.library.mirror);
  EXPECT_EQ(settings.grid.grid, (Size{35, 20}));
  EXPECT_TRUE(settings.verify);
}

TEST_F(ResolveTest, ConfigErrorsNameFileAndLine) {
  const auto failure = [&](const std::string& text) {
    return failure_of_words({"--config", write("c.toml", text)});
  };
  const Failure range = failure("# comment\ncrf = 99\n");
  EXPECT_EQ(range.code, 2);
  EXPECT_NE(range.what.find("crf in " + path("c.toml") + ", line 2,"), std::string::npos)
      << range.what;
  const Failure unknown = failure("tile_sise = 8\n");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.hint, "did you mean tile_size?");
  EXPECT_NE(unknown.what.find("line 1"), std::string::npos) << unknown.what;
  const Failure syntax = failure("crf = \n");
  EXPECT_EQ(syntax.code, 2);
  EXPECT_NE(syntax.what.find("line 1"), std::string::npos) << syntax.what;
  EXPECT_EQ(failure("[look]\nreinhard_l = 0.5\n").code, 2);
  EXPECT_EQ(failure("crf = [1, 2]\n").code, 2);
  EXPECT_EQ(failure("crf = true\n").code, 2);
  EXPECT_EQ(failure("crf = 2020-01-01\n").code, 2);
  EXPECT_EQ(failure("config = \"other.toml\"\n").code, 2) << "files do not include files";
  EXPECT_EQ(failure("seed = 1\n").code, 2);
  EXPECT_EQ(failure("help = true\n").code, 2);
  EXPECT_EQ(failure("crf = 1\ncrf = 2\n").code, 2);
}

TEST_F(ResolveTest, UnreadableConfigs) {
  const Failure missing = failure_of_words({"--config", path("none.toml")});
  EXPECT_EQ(missing.code, 2);
  EXPECT_NE(missing.what.find("No such file"), std::string::npos) << missing.what;
  write("look.toml", "");
  const Failure slip = failure_of_words({"--config", path("lok.toml")});
  EXPECT_EQ(slip.hint, "did you mean " + path("look.toml") + "?");
  const Failure folder = failure_of_words({"--config", make_folder("d")});
  EXPECT_EQ(folder.code, 2);
  EXPECT_NE(folder.what.find("directory"), std::string::npos) << folder.what;
  EXPECT_EQ(settings_of({"--config", write("empty.toml", "")}).encode.crf, 18.0);
}

TEST_F(ResolveTest, EnvironmentErrorsNameTheVariable) {
  const Failure failure = failure_of_words({}, {{"MOSAIC_TEMPORAL_CRF", "low"}});
  EXPECT_EQ(failure.code, 2);
  EXPECT_NE(failure.what.find("MOSAIC_TEMPORAL_CRF"), std::string::npos) << failure.what;
}

TEST_F(ResolveTest, AnEmptyVariableIsNotSet) {
  const Resolved resolved = resolve_words(
      {}, {{"MOSAIC_TEMPORAL_CRF", ""}, {"MOSAIC_TEMPORAL_JSON", ""}, {"MOSAIC_TEMPORAL_X", ""}});
  EXPECT_EQ(resolved.source_of("crf"), Source::standard);
  EXPECT_FALSE(resolved.request.json);
  EXPECT_TRUE(resolved.warnings.empty());
}

TEST_F(ResolveTest, UnknownVariablesAreWarnedAbout) {
  const Resolved resolved =
      resolve_words({}, {{"MOSAIC_TEMPORAL_TILESIZE", "8"}, {"MOSAIC_TEMPORAL_CRF", "20"}});
  ASSERT_EQ(resolved.warnings.size(), 1U);
  EXPECT_NE(resolved.warnings[0].find("MOSAIC_TEMPORAL_TILESIZE"), std::string::npos);
  EXPECT_NE(resolved.warnings[0].find("MOSAIC_TEMPORAL_TILE_SIZE"), std::string::npos);
}

TEST_F(ResolveTest, OnlyOurVariablesAreRead) {
  const char* const variables[] = {"PATH=/bin", "MOSAIC_TEMPORAL_CRF=20", "MOSAIC_TEMPORAL_B",
                                   "MOSAIC_TEMPORAL_A=x=y", nullptr};
  const Environment expected = {{"MOSAIC_TEMPORAL_A", "x=y"}, {"MOSAIC_TEMPORAL_CRF", "20"}};
  EXPECT_EQ(read_environment(variables), expected);
  EXPECT_TRUE(read_environment(nullptr).empty());
}

TEST_F(ResolveTest, TheIndexCommandTakesItsShareOfASharedConfig) {
  const std::string config =
      write("c.toml", "tile_size = 24\ncrf = 30\nvariants = \"mirror\"\nstability = 5\n");
  const Settings settings = settings_of({"index", "--config", config}).library.mirror
                                ? settings_of({"index", "--config", config})
                                : Settings{};
  EXPECT_EQ(settings.grid.tile_size_px, 24);
  EXPECT_EQ(settings.encode.crf, Settings{}.encode.crf) << "not the index command's";
  EXPECT_EQ(failure_of_words({"index", "--config", write("bad.toml", "tile_sise = 1\n")}).code, 2);
}

TEST_F(ResolveTest, PrintedConfigReadsBackAsTheSameSettings) {
  const Words words = {"-i",
                       "in \"quoted\"\\.mp4",
                       "-t",
                       "pool\ttab",
                       "-o",
                       "grüße/%06d.png",
                       "--preset",
                       "tile",
                       "--grid",
                       "64x36",
                       "--tile-size",
                       "30",
                       "--range",
                       "10-",
                       "--fps",
                       "30000/1001",
                       "--codec",
                       "libx265",
                       "--crf",
                       "23.75",
                       "--max-uses",
                       "7",
                       "--variants",
                       "mirror,bright",
                       "--device",
                       "cpu",
                       "--simd",
                       "plain",
                       "--threads",
                       "2",
                       "--index",
                       "a b.mti",
                       "--report",
                       "r.json",
                       "--plan",
                       "p.jsonl",
                       "--stability",
                       "0.1",
                       "--reinhard-l",
                       "0.333333333333",
                       "-f",
                       "--verify",
                       "-q"};
  const Resolved first = resolve_words(words);
  const std::string config = write("printed.toml", config_text(first));
  const Resolved second = resolve_words({"--config", config});
  for (const Option& option : options()) {
    if (option.get == nullptr || !applies_to(option, Command::render)) continue;
    EXPECT_EQ(option.get(second.request), option.get(first.request)) << option.name;
  }
  // Printed again, only the sources differ.
  const auto without_comments = [](const std::string& text) {
    std::istringstream lines(text);
    std::string line, result;
    while (std::getline(lines, line)) {
      if (line.empty() || line[0] == '#') continue;
      result += line.substr(0, line.rfind(" # ")) + "\n";
    }
    return result;
  };
  EXPECT_EQ(without_comments(config_text(second)), without_comments(config_text(first)));
}

TEST_F(ResolveTest, PrintedConfigNamesEverySource) {
  const std::string config = write("c.toml", "\ncrf = 30\n");
  const std::string text = config_text(
      resolve_words({"--config", config, "--scale=2"}, {{"MOSAIC_TEMPORAL_FEATURES", "4"}}));
  const auto line_of = [&](const std::string& key) {
    const std::size_t at = text.find("\n" + key + " = ");
    EXPECT_NE(at, std::string::npos) << key << " is missing in\n" << text;
    return at == std::string::npos ? std::string()
                                   : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  };
  EXPECT_NE(line_of("crf").find("# " + config + ", line 2"), std::string::npos) << line_of("crf");
  EXPECT_NE(line_of("scale").find("# --scale"), std::string::npos);
  EXPECT_NE(line_of("features").find("# MOSAIC_TEMPORAL_FEATURES"), std::string::npos);
  EXPECT_NE(line_of("reinhard_l").find("# preset vivid"), std::string::npos);
  EXPECT_NE(line_of("encoder_preset").find("# default"), std::string::npos);
  EXPECT_NE(text.find("# tile_size is not set"), std::string::npos);
  for (const Option& option : options()) {
    if (!applies_to(option, Command::render) || !is_setting(option)) continue;
    EXPECT_NE(text.find(config_key_of(option)), std::string::npos) << option.name;
  }
}

TEST_F(ResolveTest, PrintedConfigSurvivesNamesThatTomlCannotHold) {
  const Resolved resolved = resolve_words({"-i", "bad\xff.mp4", "-t", "line\nbreak"});
  const std::string text = config_text(resolved);
  EXPECT_NE(text.find("# frames is not UTF-8"), std::string::npos);
  const Settings settings = settings_of({"--config", write("c.toml", text)});
  EXPECT_EQ(settings.library.tiles, "line\nbreak");
  // The name of the file that a setting came from is in a comment; it must stay there.
  const std::string odd = write("odd\ncrf = 1.toml", "crf = 30\n");
  EXPECT_EQ(
      settings_of({"--config", write("d.toml", config_text(resolve_words({"--config", odd})))})
          .encode.crf,
      30.0);
}

}  // namespace
}  // namespace mosaic::cli
