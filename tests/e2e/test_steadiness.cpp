// No flicker: what does not change keeps its tiles, what moves takes them along.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

constexpr Size kFrame{288, 192};
constexpr int kTile = 16;

RgbImage cut_out(const RgbImage& world, int left, int top) {
  RgbImage frame(kFrame);
  for (int y = 0; y < kFrame.height; ++y) {
    std::copy_n(world.r.row(y + top) + left, kFrame.width, frame.r.row(y));
    std::copy_n(world.g.row(y + top) + left, kFrame.width, frame.g.row(y));
    std::copy_n(world.b.row(y + top) + left, kFrame.width, frame.b.row(y));
  }
  return frame;
}

/// Squares of 4 px that are up to 24 levels lighter or darker: where a picture is plain, nothing
/// tells motion from rest, and tiles rightly stay.
void add_grain(RgbImage& picture, unsigned seed) {
  std::mt19937 random(seed);
  for (int y = 0; y < picture.size().height; y += 4) {
    for (int x = 0; x < picture.size().width; x += 4) {
      const int levels = static_cast<int>(random() % 49) - 24;
      for (Plane* plane : {&picture.r, &picture.g, &picture.b}) {
        for (int row = y; row < std::min(y + 4, picture.size().height); ++row) {
          for (int i = x; i < std::min(x + 4, picture.size().width); ++i) {
            plane->row(row)[i] = static_cast<u8>(std::clamp(plane->row(row)[i] + levels, 0, 255));
          }
        }
      }
    }
  }
}

class Steadiness : public testing::Test {
 protected:
  void SetUp() override { write_pool(folder_ / "pool", 300); }

  Plan plan_of(const std::vector<RgbImage>& frames, const std::string& flow = "block",
               const std::string& stability = "160") {
    write_frames(folder_ / "frames", frames);
    const CommandResult result = run_mosaic(
        {"--frames", (folder_ / "frames").string(), "--tiles", (folder_ / "pool").string(),
         "--output", (folder_ / "out.mp4").string(), "--tile-size", std::to_string(kTile), "--flow",
         flow, "--plan", (folder_ / "plan.jsonl").string(), "--certify", "--encoder-preset",
         "ultrafast", "--stability", stability},
        {{}, {{"XDG_CACHE_HOME", (folder_ / "cache").string()}}});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return read_plan(folder_ / "plan.jsonl");
  }

  TemporaryFolder folder_;
};

TEST_F(Steadiness, RepeatedFrameNeverChangesATile) {
  const RgbImage frame = textured_picture(kFrame, 21);
  for (const char* flow : {"none", "block"}) {
    const Plan plan = plan_of(std::vector<RgbImage>(6, frame), flow);
    ASSERT_EQ(plan.tiles.size(), 6U);
    for (const auto& tiles : plan.tiles) EXPECT_EQ(tiles, plan.tiles.front()) << flow;
    std::filesystem::remove(folder_ / "out.mp4");
    std::filesystem::remove(folder_ / "plan.jsonl");
  }
}

TEST_F(Steadiness, LightNoiseChangesNoTileAfterTheFirstFrame) {
  const RgbImage clean = textured_picture(kFrame, 22);
  std::mt19937 random(23);
  std::normal_distribution<double> noise(0.0, 2.0);
  std::vector<RgbImage> frames;
  for (int t = 0; t < 12; ++t) {
    RgbImage frame = clean;
    for (Plane* plane : {&frame.r, &frame.g, &frame.b}) {
      for (u8& pixel : plane->pixels) {
        pixel = static_cast<u8>(std::clamp(std::lround(pixel + noise(random)), 0L, 255L));
      }
    }
    frames.push_back(std::move(frame));
  }
  const Plan plan = plan_of(frames);
  ASSERT_EQ(plan.tiles.size(), 12U);
  int changed = 0;
  for (std::size_t t = 1; t < plan.tiles.size(); ++t) {
    for (std::size_t i = 0; i < plan.tiles[t].size(); ++i) {
      changed += plan.tiles[t][i] != plan.tiles[t - 1][i] ? 1 : 0;
    }
  }
  EXPECT_EQ(changed, 0);
}

TEST_F(Steadiness, APanByOneCellPerFrameTakesTheTilesAlong) {
  constexpr int kFrames = 7;
  const RgbImage world = textured_picture(Size{kFrame.width + kTile * kFrames, kFrame.height}, 24);
  std::vector<RgbImage> frames;
  for (int t = 0; t < kFrames; ++t) frames.push_back(cut_out(world, t * kTile, 0));
  const Plan plan = plan_of(frames);
  ASSERT_EQ(plan.tiles.size(), static_cast<std::size_t>(kFrames));
  for (std::size_t t = 1; t < plan.tiles.size(); ++t) {
    int moved = 0;
    int of = 0;
    for (int y = 0; y < plan.rows; ++y) {
      for (int x = 0; x + 1 < plan.columns; ++x, ++of) {
        const auto here = static_cast<std::size_t>(y * plan.columns + x);
        moved += plan.tiles[t][here] == plan.tiles[t - 1][here + 1] ? 1 : 0;
      }
    }
    EXPECT_GE(moved, of * 9 / 10) << "frame " << t << ": " << moved << " of " << of;
  }
}

TEST_F(Steadiness, ASlowPanTakesTheTilesAlongWithinItsCells) {
  constexpr int kFrames = 17;  // 3 px per frame: three cells in all
  RgbImage world = textured_picture(Size{kFrame.width + 3 * kFrames, kFrame.height}, 25);
  add_grain(world, 26);
  std::vector<RgbImage> frames;
  for (int t = 0; t < kFrames; ++t) frames.push_back(cut_out(world, 3 * t, 0));
  // Between cells a tile fits its cell less well; with a price that forbids changes, what is left
  // to see is whether tiles are handed over at the right moments.
  const Plan plan = plan_of(frames, "block", "10000");
  // 48 px later every tile shows three cells further left, wherever its content is still seen.
  const auto& first = plan.tiles.front();
  const auto& last = plan.tiles.back();
  int moved = 0;
  int of = 0;
  for (int y = 0; y < plan.rows; ++y) {
    for (int x = 0; x + 3 < plan.columns; ++x, ++of) {
      const auto here = static_cast<std::size_t>(y * plan.columns + x);
      moved += last[here] == first[here + 3] ? 1 : 0;
    }
  }
  EXPECT_GE(moved, of * 9 / 10) << moved << " of " << of;
}

TEST_F(Steadiness, ACutIsAFreshStart) {
  std::vector<RgbImage> frames(3, textured_picture(kFrame, 26));
  frames.resize(6, textured_picture(kFrame, 27));
  const Plan plan = plan_of(frames);
  ASSERT_EQ(plan.tiles.size(), 6U);
  // The shot after the cut is what it would be on its own.
  std::filesystem::remove_all(folder_ / "frames");
  std::filesystem::remove(folder_ / "out.mp4");
  std::filesystem::remove(folder_ / "plan.jsonl");
  const Plan alone = plan_of(std::vector<RgbImage>(3, textured_picture(kFrame, 27)));
  ASSERT_EQ(alone.tiles.size(), 3U);
  EXPECT_EQ(plan.tiles[3], alone.tiles[0]);
  EXPECT_EQ(plan.tiles[5], alone.tiles[2]);
}

}  // namespace
}  // namespace mosaic::test
