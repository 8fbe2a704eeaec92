// Where a fade from black ends, and how far is read ahead for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "pipeline/fade_in.hpp"
#include "pipeline/frames_ahead.hpp"

namespace mosaic {
namespace {

/// Even pictures of these lumas.
std::vector<Glance> lumas(const std::vector<int>& levels) {
  std::vector<Glance> glances;
  for (const int level : levels) glances.push_back({level, level});
  return glances;
}

std::vector<int> joined(std::vector<int> a, const std::vector<int>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(FadeIn, EndsWhereTheLightStopsRising) {
  const std::vector<int> rise = {0, 10, 30, 60, 90, 120, 150};
  EXPECT_EQ(fade_in_end(lumas(joined(rise, {151, 152, 150, 151, 149}))), 6U);
  EXPECT_EQ(fade_in_end(lumas(joined({0, 0, 1}, joined(rise, {150, 150, 150, 150})))), 9U);
}

TEST(FadeIn, IsNoCutAndNoLampInTheDark) {
  EXPECT_EQ(fade_in_end(lumas({0, 0, 120, 120, 120, 120, 120, 120})), std::nullopt);
  EXPECT_EQ(fade_in_end(lumas({0, 0, 30, 34, 34, 34, 34, 34})), std::nullopt)
      << "to a dark picture";
  EXPECT_EQ(fade_in_end(lumas({5, 10, 15, 20, 25, 25, 25, 25, 25})), std::nullopt);
  EXPECT_EQ(fade_in_end(lumas(std::vector<int>(30, 3))), std::nullopt);
  EXPECT_EQ(fade_in_end(lumas({60, 90, 120, 120, 120, 120, 120})), std::nullopt) << "not black";
  EXPECT_EQ(fade_in_end({}), std::nullopt);
  EXPECT_EQ(fade_in_end(lumas({0})), std::nullopt);
}

TEST(FadeIn, ACutAmidAFadeIsItsEnd) {
  EXPECT_EQ(fade_in_end(lumas({0, 20, 40, 60, 200, 200, 200, 200, 200})), 3U);
}

TEST(FadeIn, WhatIsSeenOfALongFadeIsTakenFromTheLastBlackFrame) {
  const std::vector<int> rising = {0, 5, 35, 45, 60, 75};
  EXPECT_EQ(fade_in_end(lumas(rising)), std::nullopt)
      << "the next frame is black, too, and sees more";
  EXPECT_EQ(fade_in_end(lumas({35, 45, 60, 75, 90})), 4U);
}

TEST(FadeIn, TheEndOfAFadeToBlackIsLeftAlone) {
  const std::vector<int> film = {30, 15, 14, 14, 5, 5, 20, 45, 70, 95, 95, 95, 95, 95};
  const std::vector<Glance> glances = lumas(film);
  for (const std::size_t visible : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(fade_in_end(std::span(glances).subspan(visible)), std::nullopt) << visible;
  }
  EXPECT_EQ(fade_in_end(std::span(glances).subspan(4)), 5U);
}

TEST(FadeIn, ANightSceneIsMatchedByWhatFollowsInItsLastFrameOnly) {
  const std::vector<Glance> glances = lumas({20, 20, 20, 38, 56, 74, 92, 92, 92, 92, 92});
  EXPECT_EQ(fade_in_end(glances), std::nullopt);
  EXPECT_EQ(fade_in_end(std::span(glances).subspan(2)), std::nullopt) << "38 is black, too";
  EXPECT_EQ(fade_in_end(std::span(glances).subspan(3)), 3U);
}

TEST(FadeIn, AGlanceIsInFullRangeLumaWhateverThePicture) {
  YuvImage limited(Size{64, 36});
  std::ranges::fill(limited.y.pixels, u8{126});
  EXPECT_EQ(glance_at(limited).mean, 128);
  limited.range = YuvRange::full;
  EXPECT_EQ(glance_at(limited).mean, 126);
  RgbImage rgb(Size{31, 5});
  std::ranges::fill(rgb.g.pixels, u8{200});
  EXPECT_EQ(glance_at(rgb).mean, (183 * 200 + 128) >> 8);
  EXPECT_EQ(glance_at(rgb).lightest, glance_at(rgb).mean);
  YuvImage below(Size{3, 2});
  std::ranges::fill(below.y.pixels, u8{4});
  EXPECT_EQ(glance_at(below).mean, 0);
}

TEST(FadeIn, ATitleOnBlackIsNotBlack) {
  YuvImage title(Size{320, 180});
  std::ranges::fill(title.y.pixels, u8{16});
  EXPECT_TRUE(is_black(glance_at(title)));
  for (int y = 80; y < 100; ++y) {
    for (int x = 150; x < 175; ++x) title.y.row(y)[x] = 235;
  }
  EXPECT_FALSE(is_black(glance_at(title)));
}

TEST(FadeIn, AsManyFramesAreReadAheadAsFitTheSameMemory) {
  EXPECT_EQ(frames_read_ahead(1), 64);
  EXPECT_EQ(frames_read_ahead(1920ULL * 1080 * 3 / 2), 51);
  EXPECT_EQ(frames_read_ahead(3840ULL * 2160 * 3 / 2), 12);
  EXPECT_EQ(frames_read_ahead(1ULL << 40), 8);
}

InputFrame frame_of(int luma, int index) {
  InputFrame frame;
  YuvImage image(Size{16, 16});
  image.range = YuvRange::full;
  std::ranges::fill(image.y.pixels, static_cast<u8>(luma));
  frame.source.picture = std::move(image);
  frame.source.index = index;
  return frame;
}

TEST(FramesAhead, HandsOutEveryFrameOnceAndInOrder) {
  const std::vector<int> film = {0, 20, 45, 70, 95, 95, 95, 95, 95, 95, 0, 0};
  BoundedQueue<InputFrame> decoded(film.size());
  for (std::size_t i = 0; i < film.size(); ++i) {
    decoded.push(frame_of(film[i], static_cast<int>(i)));
  }
  decoded.close();
  FramesAhead ahead(decoded);
  for (std::size_t i = 0; i < film.size(); ++i) {
    const InputFrame* const frame = ahead.front();
    ASSERT_NE(frame, nullptr);
    EXPECT_EQ(frame->source.index, static_cast<std::int64_t>(i));
    const InputFrame* const end = ahead.fade_in_end();
    if (i < 2) {  // the second is the last dark one
      ASSERT_NE(end, nullptr) << i;
      EXPECT_EQ(end->source.index, 4);
    } else {
      EXPECT_EQ(end, nullptr) << i;
    }
    const Picture* const next = ahead.next();
    EXPECT_EQ(next == nullptr, i + 1 == film.size());
    EXPECT_EQ(ahead.front(), frame) << "a frame that is held does not move";
    EXPECT_EQ(glance_at(ahead.pop()).mean, film[i]);
  }
  EXPECT_EQ(ahead.front(), nullptr);
}

TEST(FramesAhead, AToldShotEndsTheViewAndKeptFramesAreSeenButNotAnnounced) {
  const std::vector<int> film = {0, 20, 45, 70, 95, 95, 95, 95, 95};
  BoundedQueue<InputFrame> decoded(film.size());
  for (std::size_t i = 0; i < film.size(); ++i) {
    InputFrame frame = frame_of(film[i], static_cast<int>(i));
    frame.look_only = i > 0;
    decoded.push(std::move(frame));
  }
  decoded.close();
  FramesAhead ahead(decoded);
  ASSERT_NE(ahead.front(), nullptr);
  EXPECT_EQ(ahead.fade_in_end(3), nullptr) << "the next frame is black and sees as much";
  ASSERT_NE(ahead.fade_in_end(), nullptr);
  EXPECT_EQ(ahead.next(), nullptr);
  ahead.pop();
  EXPECT_EQ(ahead.fade_in_end(2), nullptr);
  ASSERT_NE(ahead.fade_in_end(4), nullptr);
  EXPECT_EQ(ahead.fade_in_end(4)->source.index, 3);
}

TEST(FramesAhead, ReadsNoFurtherThanTheNextFrameInTheLight) {
  BoundedQueue<InputFrame> decoded(8);
  for (int i = 0; i < 8; ++i) decoded.push(frame_of(100, i));
  FramesAhead ahead(decoded);
  ASSERT_NE(ahead.front(), nullptr);
  EXPECT_EQ(ahead.fade_in_end(), nullptr);
  ASSERT_NE(ahead.next(), nullptr);
  int left = 0;
  while (decoded.try_pop()) ++left;
  EXPECT_EQ(left, 6);
}

}  // namespace
}  // namespace mosaic
