// --use-all: every photo in every frame, together with the other rules about repeats.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "e2e/resume_test.hpp"

namespace mosaic::test {
namespace {

using Strings = std::vector<std::string>;
constexpr int kPhotos = 80;  // of Resume's pool

/// Resume's film in 20 x 12 cells of 16 px: three for every photo.
class UseAll : public Resume {
 protected:
  void SetUp() override { tile_size_ = "16"; }

  Plan plan_of(const std::string& name, Strings more) {
    more.insert(more.end(), {"--plan", (folder_ / (name + ".jsonl")).string(), "--range", "0-7"});
    const CommandResult result = run(name + ".mp4", more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return read_plan(folder_ / (name + ".jsonl"));
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream stream(folder_ / name);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
  }
};

std::vector<int> uses_of_photos(const std::vector<std::int32_t>& tiles, int variants) {
  std::vector<int> uses(kPhotos, 0);
  for (const std::int32_t tile : tiles) ++uses.at(static_cast<std::size_t>(tile / variants));
  return uses;
}

int pairs_too_close(const Plan& plan, const std::vector<std::int32_t>& tiles, int variants,
                    int distance) {
  int pairs = 0;
  const auto cells = static_cast<int>(tiles.size());
  for (int a = 0; a < cells; ++a) {
    for (int b = a + 1; b < cells; ++b) {
      const bool near = std::abs(a % plan.columns - b % plan.columns) < distance &&
                        std::abs(a / plan.columns - b / plan.columns) < distance;
      const auto photo = [&](int cell) { return tiles[static_cast<std::size_t>(cell)] / variants; };
      pairs += near && photo(a) == photo(b) ? 1 : 0;
    }
  }
  return pairs;
}

TEST_F(UseAll, ShowsEveryPhotoInEveryFrameWithinTheLimits) {
  const Strings rules = {
      "--max-uses", "5",      "--min-distance", "3",
      "--variants", "mirror", "--index",        (folder_ / "mirrored.mti").string()};
  const auto with = [&rules](Strings more) {
    more.insert(more.begin(), rules.begin(), rules.end());
    return more;
  };
  const Plan without = plan_of("without", rules);
  const Plan all = plan_of("all", with({"--use-all", "--certify"}));
  ASSERT_EQ(all.tiles.size(), 8U);
  ASSERT_EQ(all.tiles[0].size(), 240U);
  bool some_left_out = false;
  for (std::size_t t = 0; t < all.tiles.size(); ++t) {
    some_left_out |= std::ranges::count(uses_of_photos(without.tiles[t], 2), 0) > 0;
    const std::vector<int> uses = uses_of_photos(all.tiles[t], 2);
    EXPECT_GE(*std::ranges::min_element(uses), 1) << "frame " << t;
    EXPECT_LE(*std::ranges::max_element(uses), 5) << "frame " << t;
    EXPECT_EQ(pairs_too_close(all, all.tiles[t], 2, 3), 0) << "frame " << t;
  }
  EXPECT_TRUE(some_left_out) << "the rule decides nothing here";
  // Plans do not say how many threads made them.
  plan_of("threads", with({"--use-all", "--threads", "1", "--simd", "plain"}));
  EXPECT_EQ(md5_of(folder_ / "threads.mp4"), md5_of(folder_ / "all.mp4"));
  EXPECT_EQ(md5_of(folder_ / "threads.jsonl"), md5_of(folder_ / "all.jsonl"));
}

TEST_F(UseAll, AsManyCellsAsPhotosShowEachOnce) {
  const Plan plan =
      plan_of("once", {"--grid", "10x8", "--use-all", "--certify", "--max-uses", "1"});
  ASSERT_EQ(plan.tiles.front().size(), 80U);
  for (const auto& tiles : plan.tiles) {
    EXPECT_EQ(std::set<std::int32_t>(tiles.begin(), tiles.end()).size(), 80U);
  }
}

TEST_F(UseAll, AKilledJobGoesOnToTheSameBytes) {
  const Strings all = {"--use-all"};
  const std::string expected = undisturbed("film.mp4", all);
  EXPECT_NE(expected, undisturbed("other.mp4"));
  EXPECT_EQ(stop_after("out.mp4", 1, "KILL", all).exit_code, 137);
  const CommandResult other = run("out.mp4");
  EXPECT_EQ(other.exit_code, 2) << other.err;
  EXPECT_NE(other.err.find("--use-all was true, is false"), std::string::npos) << other.err;
  const CommandResult again = run("out.mp4", all);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("frames are kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(md5_of(folder_ / "out.mp4"), expected);
}

TEST_F(UseAll, SaysHowManyPhotosAreTooMany) {
  for (const Strings& also : {Strings{}, Strings{"--dry-run"}}) {
    Strings few = {"--grid", "6x4", "--use-all"};
    few.insert(few.end(), also.begin(), also.end());
    const CommandResult result = run("out.mp4", few);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    for (const char* words : {"80 photos", "24 cells", "56 are too many", "--cells 80"}) {
      EXPECT_NE(result.err.find(words), std::string::npos) << words << ": " << result.err;
    }
  }
  const CommandResult greedy = run("out.mp4", {"--preset", "fast", "--use-all"});
  EXPECT_EQ(greedy.exit_code, 2) << greedy.err;
  EXPECT_NE(greedy.err.find("--placement exact"), std::string::npos) << greedy.err;
  EXPECT_EQ(
      run("out.mp4", {"--preset", "fast", "--use-all", "--placement", "exact", "--range", "0-1"})
          .exit_code,
      0);
}

TEST_F(UseAll, IsInReportsAndInTheEnvironment) {
  const std::string report = (folder_ / "r.json").string();
  ASSERT_EQ(run("a.mp4", {"--use-all", "--range", "0-1", "--report", report}).exit_code, 0);
  EXPECT_NE(text_of("r.json").find("\"use_all\": true"), std::string::npos);
  EXPECT_NE(text_of("r.json").find("\"photos_used\": 80"), std::string::npos);
  const std::string page = (folder_ / "r.html").string();
  Strings command = arguments({"--range", "0-1", "--report", page});
  command.insert(command.end(), {"--output", (folder_ / "b.mp4").string()});
  const CommandResult by_environment =
      run_command(command, {{}, {{"MOSAIC_TEMPORAL_USE_ALL", "true"}}});
  ASSERT_EQ(by_environment.exit_code, 0) << by_environment.err;
  EXPECT_NE(text_of("r.html").find("per frame, and at least once"), std::string::npos);
  EXPECT_EQ(md5_of(folder_ / "a.mp4"), md5_of(folder_ / "b.mp4"));
}

}  // namespace
}  // namespace mosaic::test
