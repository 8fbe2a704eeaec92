// docs/cookbook.md: what it prints, runs, and makes what it says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

struct Recipe {
  std::string title;
  std::string commands;
  std::vector<std::string> makes;  ///< files named after "Makes"
};

/// Headings "## N. Title", blocks fenced with ```sh, and a paragraph "Makes `a` and `b`."
std::vector<Recipe> read_recipes(const fs::path& page) {
  std::ifstream file(page);
  std::vector<Recipe> recipes;
  bool in_block = false;
  bool in_makes = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) recipes.push_back({line.substr(3), {}, {}});
    if (recipes.empty()) continue;
    Recipe& recipe = recipes.back();
    if (line.starts_with("```")) {
      in_block = line == "```sh";
      continue;
    }
    if (in_block) recipe.commands += line + "\n";
    if (line.starts_with("Makes ")) in_makes = true;
    if (line.empty()) in_makes = false;
    if (!in_makes) continue;
    static const std::regex kName("`([^`]+)`");
    for (std::sregex_iterator it(line.begin(), line.end(), kName), end; it != end; ++it) {
      recipe.makes.push_back((*it)[1]);
    }
  }
  return recipes;
}

class Cookbook : public testing::Test {
 protected:
  /// As a reader would: the program is in the path, and a shell stops at the first failure.
  CommandResult shell(const std::string& commands) const {
    const std::string path =
        fs::path(MOSAIC_EXECUTABLE).parent_path().string() + ":" +
        (std::getenv("PATH") != nullptr ? std::getenv("PATH") : "/usr/bin:/bin");
    return run_command({"bash", "-euo", "pipefail", "-c", commands},
                       {folder_.path(), {{"PATH", path}, {"XDG_CACHE_HOME", folder_ / "cache"}}});
  }

  const TemporaryFolder folder_;
};

TEST_F(Cookbook, EveryRecipeRunsAndMakesWhatItSays) {
  const std::vector<Recipe> recipes = read_recipes(MOSAIC_COOKBOOK);
  ASSERT_GE(recipes.size(), 15U);
  const CommandResult made = shell(
      "mosaic-temporal demo try --tiles 90 --frames 12 --size 160x90 && "
      "mv try/scene.mp4 holiday.mp4 && mv try/tiles photos");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const Recipe& recipe : recipes) {
    SCOPED_TRACE(recipe.title);
    EXPECT_NE(recipe.commands.find("mosaic-temporal "), std::string::npos);
    EXPECT_FALSE(recipe.makes.empty());
    for (const std::string& name : recipe.makes) {
      EXPECT_FALSE(fs::exists(folder_ / name)) << name << " is there before";
    }
    const CommandResult result = shell(recipe.commands);
    EXPECT_EQ(result.exit_code, 0) << recipe.commands << result.err;
    for (const std::string& name : recipe.makes) {
      ASSERT_TRUE(fs::is_regular_file(folder_ / name)) << name << "\n" << result.err;
      EXPECT_GT(fs::file_size(folder_ / name), 0U) << name;
    }
  }
}

TEST_F(Cookbook, AFailingCommandAnywhereInARecipeIsNoticed) {
  EXPECT_EQ(shell("mosaic-temporal --tile-size 0\ntrue\n").exit_code, 2);
  EXPECT_EQ(shell("false\ntrue\n").exit_code, 1);
}

}  // namespace
}  // namespace mosaic::test
