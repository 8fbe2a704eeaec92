// No dead options: every one parses, changes what it says and is read back from what it prints.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cli/option_table.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

/// A value that differs from the default (and from every preset), and one that is wrong.
struct Sample {
  std::string good;
  std::string bad;
};

const std::map<std::string, Sample, std::less<>>& render_samples() {
  static const std::map<std::string, Sample, std::less<>> samples = {
      {"frames", {"in.mp4", ""}},
      {"tiles", {"pool", ""}},
      {"output", {"out.mp4", ""}},
      {"force", {"true", "maybe"}},
      {"range", {"3-7", "7-3"}},
      {"fps", {"30000/1001", "0"}},
      {"deinterlace", {"on", "maybe"}},
      {"decode", {"nvdec", "cuda"}},
      {"strict", {"true", "maybe"}},
      {"codec", {"libx265", "lib x"}},
      {"crf", {"23.5", "64"}},
      {"encoder-preset", {"slow", "very slow"}},
      {"segment-frames", {"48", "-1"}},
      {"resume", {"new", "never"}},
      {"format", {"mp4", "avi"}},
      {"out-dir", {"done", ""}},
      {"preset", {"natural", "natrual"}},
      {"tile-size", {"48", "0"}},
      {"cells", {"500", "0"}},
      {"grid", {"35x20", "35"}},
      {"scale", {"2.5", "0"}},
      {"color-transfer", {"reinhard", "lab"}},
      {"reinhard-l", {"0.11", "1.5"}},
      {"reinhard-ab", {"0.12", "-0.5"}},
      {"base-blend-min", {"0.013", "2"}},
      {"base-blend-max", {"0.77", "nan"}},
      {"gamma", {"0.9", "0"}},
      {"shadow-lift", {"5", "65"}},
      {"saturation-boost", {"1.3", "5"}},
      {"boost-cool", {"1.2", "-1"}},
      {"boost-warm", {"1.1", "-1"}},
      {"vibrance", {"0.2", "3"}},
      {"contrast-boost", {"1.2", "-1"}},
      {"skin-protection", {"0.3", "2"}},
      {"color-harmony", {"0.4", "2"}},
      {"feather-width", {"7", "65"}},
      {"laplacian-blend", {"true", "maybe"}},
      {"laplacian-levels", {"5", "2"}},
      {"sharpness", {"0.7", "3"}},
      {"local-contrast-clip", {"2.5", "17"}},
      {"local-contrast-grid", {"9", "0"}},
      {"transition", {"6", "-1"}},
      {"placement", {"diffusion", "greedy"}},
      {"error-diffusion-strength", {"0.6", "1.5"}},
      {"max-uses", {"unlimited", "0"}},
      {"use-all", {"true", "maybe"}},
      {"min-distance", {"3", "0"}},
      {"spread-transfer", {"0.5", "2"}},
      {"stability", {"33", "-1"}},
      {"flow", {"none", "optical"}},
      {"flow-when", {"always", "often"}},
      {"flow-precision", {"fp32", "fp16"}},
      {"flow-updates", {"7", "0"}},
      {"flow-model", {"raft_large.pt", ""}},
      {"trust-model", {"true", "maybe"}},
      {"scene-cuts", {"cuts.txt", ""}},
      {"ssim-weight", {"77", "-1"}},
      {"ssim-candidates", {"3", "65"}},
      {"features", {"3", "9"}},
      {"variants", {"mirror,bright", "both"}},
      {"tile-step", {"25", "0"}},
      {"dedupe", {"true", "maybe"}},
      {"faces", {"true", "maybe"}},
      {"drop-dull", {"true", "maybe"}},
      {"threads", {"3", "0"}},
      {"memory", {"2000000000", "much"}},
      {"dry-run", {"true", "maybe"}},
      {"device", {"cpu", "tpu"}},
      {"simd", {"plain", "sse"}},
      {"index", {"pool.mti", ""}},
      {"report", {"r.json", ""}},
      {"plan", {"p.jsonl", ""}},
      {"verify", {"true", "2"}},
      {"certify", {"true", "2"}},
      {"manifest", {"m.jsonl", ""}},
      {"manifest-check", {"m.jsonl", ""}},
      {"quiet", {"true", "2"}},
      {"verbose", {"true", "2"}},
      {"json", {"true", "2"}},
      {"preview", {"12.5", "-3"}},
      {"status-file", {"s.json", ""}},
  };
  return samples;
}

const std::map<std::string, Sample, std::less<>>& tool_samples() {
  static const std::map<std::string, Sample, std::less<>> samples = {
      {"A", {"a.png", ""}},         {"B", {"b.png", ""}},           {"map", {"m.bin", ""}},
      {"costs", {"c.bin", ""}},     {"rows", {"3", "0"}},           {"cols", {"4", "-1"}},
      {"max-uses", {"2", "auto"}},  {"repeat", {"5", "0"}},         {"assignment", {"a.txt", ""}},
      {"DIR", {"out", ""}},         {"tiles", {"70", "many"}},      {"frames", {"9", "0"}},
      {"size", {"320x180", "320"}}, {"seed", {"99", "-1"}},         {"source", {"in.mp4", ""}},
      {"mosaic", {"out.mp4", ""}},  {"cell", {"54", "2"}},          {"range", {"60-239", "9-3"}},
      {"flow", {"dis", "optical"}}, {"picture", {"f.png", ""}},     {"output", {"f.flo", ""}},
      {"tile-size", {"48", "0"}},   {"source-first", {"60", "-1"}}, {"plan", {"p.jsonl", ""}},
      {"json", {"m.json", ""}},     {"SHELL", {"fish", "csh"}},     {"grid", {"7x5", "7"}},
      {"index", {"pool.mti", ""}},
  };
  return samples;
}

const Sample* sample_of(const Option& option) {
  static const Sample kSwitch{"true", "maybe"};
  if (option.kind == Kind::flag) return &kSwitch;
  constexpr unsigned kMain = command_bit(Command::render) | command_bit(Command::index);
  const auto& samples = (option.commands & kMain) != 0 ? render_samples() : tool_samples();
  const auto found = samples.find(option.name);
  return found == samples.end() ? nullptr : &found->second;
}

/// Everything a request holds, by way of the table's own getters.
std::map<std::string, std::string> snapshot(const Request& request) {
  std::map<std::string, std::string> values;
  for (const Option& option : options()) {
    if (option.get != nullptr && applies_to(option, request.command)) {
      values[std::string(option.name)] = option.get(request);
    }
  }
  return values;
}

TEST(Options, NamesAreUniqueWithinACommand) {
  for (const Command command : all_commands()) {
    std::set<std::string> seen;
    for (const Option& option : options()) {
      if (!applies_to(option, command)) continue;
      EXPECT_TRUE(seen.insert(flag_of(option)).second) << option.name;
      if (option.letter != 0) {
        EXPECT_TRUE(seen.insert(std::string("-") + option.letter).second) << option.letter;
      }
    }
  }
}

TEST(Options, EveryRowIsComplete) {
  for (const Option& option : options()) {
    SCOPED_TRACE(option.name);
    EXPECT_NE(option.commands, 0U);
    EXPECT_FALSE(option.help.empty());
    EXPECT_NE(option.help.back(), '.') << "a clause, not a sentence";
    const bool takes_value = option.kind != Kind::flag && option.kind != Kind::action;
    EXPECT_EQ(takes_value, !option.value.empty());
    const bool acts = option.set != nullptr && option.get != nullptr;
    EXPECT_TRUE(acts || option.kind == Kind::action || option.name == "config");
    EXPECT_EQ(option.required & ~option.commands, 0U);
  }
}

TEST(Options, EveryOneChangesExactlyItself) {
  for (const Option& option : options()) {
    if (option.set == nullptr) continue;
    const Sample* sample = sample_of(option);
    ASSERT_NE(sample, nullptr) << "add a sample for " << option.name;
    for (const Command command : all_commands()) {
      if (!applies_to(option, command)) continue;
      SCOPED_TRACE(std::string(command_name(command)) + " " + std::string(option.name));
      Request request;
      request.command = command;
      auto before = snapshot(request);
      option.set(request, Value{sample->good, "here"});
      const auto after = snapshot(request);
      EXPECT_NE(after.at(std::string(option.name)), before.at(std::string(option.name)));
      before[std::string(option.name)] = after.at(std::string(option.name));
      EXPECT_EQ(after, before) << "it changed something else as well";
      // What it prints, it reads.
      Request again;
      again.command = command;
      option.set(again, Value{option.get(request), "here"});
      EXPECT_EQ(snapshot(again), after);
    }
  }
}

TEST(Options, EveryChoiceIsTaken) {
  int with_choices = 0;
  for (const Option& option : options()) {
    if (option.choices == nullptr) continue;
    SCOPED_TRACE(option.name);
    for (const std::string& choice : option.choices()) {
      Request request;
      EXPECT_NO_THROW(option.set(request, Value{choice, "here"})) << choice;
      EXPECT_EQ(option.get(request), choice);
    }
    ++with_choices;
  }
  EXPECT_GE(with_choices, 10);
}

TEST(Options, EveryOneRefusesNonsenseAndNamesWhere) {
  for (const Option& option : options()) {
    if (option.set == nullptr) continue;
    SCOPED_TRACE(option.name);
    Request request;
    const Failure failure = failure_of([&] {
      option.set(request, Value{sample_of(option)->bad, "<place>"});
    });
    EXPECT_EQ(failure.code, 2);
    EXPECT_NE(failure.what.find("<place>"), std::string::npos) << failure.what;
  }
}

TEST(Options, EveryOneIsTakenFromTheCommandLine) {
  for (const Option& option : options()) {
    if (option.set == nullptr || !applies_to(option, Command::render)) continue;
    SCOPED_TRACE(option.name);
    const std::string text = sample_of(option)->good;
    const std::string flag = flag_of(option);
    const Words words = option.kind == Kind::flag ? Words{flag} : Words{flag, text};
    const Resolved resolved = resolve_words(words);
    Request expected;
    option.set(expected, Value{text, ""});
    EXPECT_EQ(option.get(resolved.request), option.get(expected));
    EXPECT_EQ(resolved.source_of(option.name), Source::flag);
    if (option.letter != 0) {
      Words with_letter = words;
      with_letter[0] = std::string("-") + option.letter;
      EXPECT_EQ(option.get(resolve_words(with_letter).request), option.get(expected));
    }
  }
}

TEST(Options, NamesOfOtherSourcesFollowFromTheName) {
  const Option* option = find_option(Command::render, "tile-size");
  ASSERT_NE(option, nullptr);
  EXPECT_EQ(find_option(Command::render, "tile_size"), option);
  EXPECT_EQ(config_key_of(*option), "tile_size");
  EXPECT_EQ(environment_of(*option), "MOSAIC_TEMPORAL_TILE_SIZE");
  EXPECT_EQ(find_option(Command::check_ssim, "tile-size"), nullptr);
  EXPECT_TRUE(is_setting(*option));
  EXPECT_FALSE(is_setting(*find_option(Command::render, "help")));
  EXPECT_FALSE(is_setting(*find_option(Command::render, "config")));
  EXPECT_FALSE(is_setting(*find_option(Command::demo, "seed")));
}

}  // namespace
}  // namespace mosaic::cli
