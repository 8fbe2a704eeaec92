#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "mosaic/error.hpp"
#include "pipeline/shot_starts.hpp"
#include "support/motion_clips.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

using testing::ClipSpec;
using testing::MotionClip;

class ShotStartsTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) const {
    const std::filesystem::path path = folder_ / "cuts.txt";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  SceneCutSettings list(const std::string& text) const { return {SceneCutMode::list, write(text)}; }

  /// What is said of a list that is wrong.
  std::string refusal(const std::string& text) const {
    try {
      read_shot_list(write(text));
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
};

/// Frames whose shot changes at frame 3, numbered from `first`.
std::vector<std::int64_t> starts(ShotStarts shots, std::int64_t first = 0) {
  const MotionClip clip({.kind = ClipSpec::Kind::cut, .size = {128, 96}, .frames = 6, .at = 3});
  std::vector<std::int64_t> found;
  for (int i = 0; i < 6; ++i) {
    if (shots.next(clip.luma(i), first + i)) found.push_back(first + i);
  }
  return found;
}

using Numbers = std::vector<std::int64_t>;

TEST_F(ShotStartsTest, AutoFindsOffDoesNotAndAListIsObeyed) {
  EXPECT_EQ(starts(ShotStarts()), (Numbers{0, 3}));
  EXPECT_EQ(starts(ShotStarts({SceneCutMode::off, {}})), Numbers{});
  EXPECT_EQ(starts(ShotStarts(list("1\n4\n"))), (Numbers{1, 4}));
}

TEST_F(ShotStartsTest, AListCountsTheFramesOfTheInput) {
  EXPECT_EQ(starts(ShotStarts(list("1\n102\n900\n")), 100), Numbers{102});
}

TEST_F(ShotStartsTest, AListMayHaveCommentsBlanksAndEndingsOfAnyKind) {
  EXPECT_EQ(read_shot_list(write("# found by hand\r\n\r\n 0\t\r\n12 # the door\n\n  # none\n345")),
            (Numbers{0, 12, 345}));
}

TEST_F(ShotStartsTest, WhatIsWrongIsNamedWithItsFileAndLine) {
  const std::string file = "--scene-cuts " + (folder_ / "cuts.txt").string();
  EXPECT_EQ(refusal("7\n12a\n"), file + ", line 2: '12a' is not the number of a frame");
  for (const char* word : {"-3", "+3", "1.5", "1 2", "0x10", "9223372036854775808", "7,8"}) {
    EXPECT_EQ(refusal("# one\n" + std::string(word)),
              file + ", line 2: '" + word + "' is not the number of a frame");
  }
  EXPECT_EQ(refusal("5\n\n5\n"), file + ", line 3: 5 comes after 5");
  EXPECT_EQ(refusal("5\n4\n"), file + ", line 2: 4 comes after 5");
  EXPECT_EQ(refusal("# nothing\n"), file + ": there is no frame number in it");
  EXPECT_EQ(refusal(std::string("\x1b[2J\0", 5)),
            file + ", line 1: '?[2J?' is not the number of a frame");
  EXPECT_THROW(read_shot_list(folder_ / "gone.txt"), InputError);
  EXPECT_THROW(read_shot_list(folder_.path()), InputError);
}

TEST_F(ShotStartsTest, TheDescriptionOfAListIsThatOfItsNumbers) {
  const std::string of = ShotStarts(list("1\n4\n")).describe();
  EXPECT_EQ(ShotStarts(list("1 # a comment\n\n4")).describe(), of);
  EXPECT_NE(ShotStarts(list("1\n5\n")).describe(), of);
  EXPECT_EQ(ShotStarts().describe(), "auto");
  EXPECT_EQ(ShotStarts({SceneCutMode::off, {}}).describe(), "off");
}

TEST_F(ShotStartsTest, ItGoesOnWhereItWasSaved) {
  const MotionClip clip({.kind = ClipSpec::Kind::cut, .size = {128, 96}, .frames = 6, .at = 3});
  for (const SceneCutSettings& settings : {SceneCutSettings{}, list("3\n")}) {
    ShotStarts first(settings);
    for (int i = 0; i < 3; ++i) first.next(clip.luma(i), i);
    ByteWriter out;
    first.save(out);
    ShotStarts second(settings);
    ByteReader in(out.bytes());
    second.restore(in);
    in.expect_end();
    EXPECT_TRUE(second.next(clip.luma(3), 3));
    EXPECT_FALSE(second.next(clip.luma(4), 4));
  }
}

}  // namespace
}  // namespace mosaic
