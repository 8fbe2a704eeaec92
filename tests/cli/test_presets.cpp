#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "cli/option_table.hpp"
#include "cli/presets.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

TEST(Presets, TheFiveNamesAreThere) {
  std::set<std::string> names;
  for (const Preset& preset : presets()) names.insert(preset.name);
  EXPECT_EQ(names, (std::set<std::string>{"ultra", "natural", "vivid", "tile", "fast"}));
  EXPECT_EQ(Settings{}.preset, kDefaultPreset);
}

TEST(Presets, EveryPresetSetsExactlyTheKeysMarkedInTheTable) {
  std::set<std::string> marked;
  for (const Option& option : options()) {
    if (option.in_preset) marked.insert(config_key_of(option));
  }
  for (const Preset& preset : presets()) {
    std::set<std::string> keys;
    for (const auto& [key, text] : preset.values) {
      EXPECT_TRUE(keys.insert(std::string(key)).second) << key << " twice";
    }
    EXPECT_EQ(keys, marked) << preset.name;
  }
}

TEST(Presets, EveryValueArrives) {
  for (const Preset& preset : presets()) {
    const Resolved resolved = resolve_words({"--preset", preset.name});
    EXPECT_EQ(resolved.request.settings.preset, preset.name);
    for (const auto& [key, text] : preset.values) {
      const Option* option = find_option(Command::render, key);
      ASSERT_NE(option, nullptr) << key;
      EXPECT_EQ(option->get(resolved.request), text) << preset.name << " " << key;
    }
  }
}

TEST(Presets, VividIsTheDefault) {
  EXPECT_EQ(config_text(resolve_words({"-i", "x"})), [] {
    std::string text = config_text(resolve_words({"-i", "x", "--preset", "vivid"}));
    const std::size_t at = text.find("# --preset");
    return text.replace(at, 10, "# default");
  }());
}

TEST(Presets, PresetsDiffer) {
  std::set<std::string> seen;
  for (const Preset& preset : presets()) {
    std::string all;
    for (const auto& [key, text] : preset.values) all += std::string(text) + " ";
    EXPECT_TRUE(seen.insert(all).second) << preset.name << " equals another preset";
  }
}

TEST(Presets, AnUnknownOneIsAnsweredWithTheNearest) {
  const Failure failure = failure_of_words({"--preset", "vivd"});
  EXPECT_EQ(failure.code, 2);
  EXPECT_NE(failure.what.find("vivd"), std::string::npos);
  EXPECT_EQ(failure.hint, "did you mean vivid?");
}

TEST(Presets, TheTableShowsEveryValue) {
  std::istringstream lines(presets_table());
  std::string line;
  std::getline(lines, line);
  for (const Preset& preset : presets()) {
    EXPECT_NE(line.find(preset.name), std::string::npos) << line;
  }
  for (std::size_t i = 0; i < presets().front().values.size(); ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    std::istringstream words(line);
    std::string word;
    words >> word;
    EXPECT_EQ(word, presets().front().values[i].first);
    for (const Preset& preset : presets()) {
      words >> word;
      EXPECT_EQ(word, preset.values[i].second) << line;
    }
  }
}

}  // namespace
}  // namespace mosaic::cli
