#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "pipeline/scene_cut.hpp"
#include "support/motion_clips.hpp"

namespace mosaic {
namespace {

using testing::ClipSpec;
using testing::MotionClip;
using Kind = ClipSpec::Kind;

std::vector<int> cuts_of(const std::vector<Plane>& frames) {
  SceneCutDetector detector;
  std::vector<int> cuts;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (detector.next(frames[i])) cuts.push_back(static_cast<int>(i));
  }
  return cuts;
}

std::vector<Plane> frames_of(const ClipSpec& spec) {
  const MotionClip clip(spec);
  std::vector<Plane> frames(static_cast<std::size_t>(spec.frames));
  for (int i = 0; i < spec.frames; ++i) frames[static_cast<std::size_t>(i)] = clip.luma(i);
  return frames;
}

const std::vector<int> kFirstOnly{0};

TEST(SceneCut, HardCutIsFoundInItsFrame) {
  for (const Size size : {Size{320, 192}, Size{128, 96}, Size{64, 48}}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      for (const int at : {1, 2, 9}) {
        const auto frames = frames_of({.kind = Kind::cut,
                                       .size = size,
                                       .frames = at + 3,
                                       .seed = seed,
                                       .at = at,
                                       .noise = 2});
        EXPECT_EQ(cuts_of(frames), (std::vector<int>{0, at}))
            << size.width << "x" << size.height << " seed " << seed << " at " << at;
      }
    }
  }
}

TEST(SceneCut, MotionFadesAndDissolvesAreNotCuts) {
  const Size size{256, 144};
  const ClipSpec clips[] = {
      {.kind = Kind::still, .size = size, .frames = 10, .noise = 6},
      {.kind = Kind::pan, .size = size, .frames = 10, .dx = 16},
      {.kind = Kind::pan, .size = size, .frames = 10, .dx = -30, .dy = 8},
      {.kind = Kind::zoom, .size = size, .frames = 15, .rate = 0.05},
      {.kind = Kind::rotate, .size = size, .frames = 15, .rate = 0.05},
      {.kind = Kind::crossing, .size = size, .frames = 15, .dx = 12},
      {.kind = Kind::fade, .size = size, .frames = 12},
      {.kind = Kind::dissolve, .size = size, .frames = 16},
  };
  for (const ClipSpec& spec : clips) {
    EXPECT_EQ(cuts_of(frames_of(spec)), kFirstOnly) << "kind " << static_cast<int>(spec.kind);
  }
}

TEST(SceneCut, AFadeFromBlackIsNotACut) {
  auto frames = frames_of({.kind = Kind::fade, .size = {256, 144}, .frames = 14});
  std::ranges::reverse(frames);
  EXPECT_EQ(cuts_of(frames), kFirstOnly);
}

TEST(SceneCut, AFlashIsNotACut) {
  EXPECT_EQ(cuts_of(frames_of({.kind = Kind::flash, .size = {256, 144}, .frames = 10, .at = 5})),
            kFirstOnly);
}

TEST(SceneCut, AFlashThatBlindsIsNotACut) {
  auto frames = frames_of({.kind = Kind::still, .size = {256, 144}, .frames = 12, .noise = 1});
  for (const int white : {4, 5}) {
    std::ranges::fill(frames[static_cast<std::size_t>(white)].pixels, u8{255});
  }
  EXPECT_EQ(cuts_of(frames), kFirstOnly);
}

TEST(SceneCut, AShotAfterBlackIsACutWhereThePictureAppears) {
  const auto one = frames_of({.kind = Kind::still, .size = {256, 144}, .frames = 6});
  const auto two = frames_of({.kind = Kind::still, .size = {256, 144}, .frames = 6, .seed = 9});
  std::vector<Plane> frames = one;
  for (int i = 0; i < 5; ++i) frames.emplace_back(Size{256, 144}, u8{16});
  frames.insert(frames.end(), two.begin(), two.end());
  EXPECT_EQ(cuts_of(frames), (std::vector<int>{0, 11}));
}

TEST(SceneCut, EveryShotOfAQuickMontageIsFound) {
  std::vector<Plane> frames;
  std::vector<int> expected;
  for (std::uint64_t shot = 0; shot < 6; ++shot) {
    expected.push_back(static_cast<int>(frames.size()));
    const auto part =
        frames_of({.kind = Kind::pan, .size = {256, 144}, .frames = 7, .seed = 40 + shot, .dx = 5});
    frames.insert(frames.end(), part.begin(), part.end());
  }
  EXPECT_EQ(cuts_of(frames), expected);
}

TEST(SceneCut, SomethingLargeThatLeavesAStillSceneIsNotACut) {
  auto frames = frames_of({.kind = Kind::still, .size = {256, 144}, .frames = 10, .noise = 1});
  const Plane other = frames_of({.size = {256, 144}, .frames = 1, .seed = 4})[0];
  // Two fifths of the picture are covered for the first five frames, then not any more.
  for (std::size_t i = 0; i < 5; ++i) {
    for (int y = 0; y < 144; ++y) std::copy_n(other.row(y), 102, frames[i].row(y) + 80);
  }
  EXPECT_EQ(cuts_of(frames), kFirstOnly);
}

TEST(SceneCut, LetterboxBarsDoNotHideACut) {
  auto frames = frames_of({.kind = Kind::cut, .size = {256, 144}, .frames = 8, .at = 4});
  for (Plane& frame : frames) {
    for (int y = 0; y < 144; ++y) {
      if (y < 18 || y >= 126) std::fill_n(frame.row(y), 256, u8{16});
    }
  }
  EXPECT_EQ(cuts_of(frames), (std::vector<int>{0, 4}));
}

TEST(SceneCut, PlanesOfOnePixelAndOfOneColourAreNoCuts) {
  EXPECT_EQ(cuts_of({Plane({1, 1}, 0), Plane({1, 1}, 255), Plane({1, 1}, 3)}), kFirstOnly);
  EXPECT_EQ(cuts_of({Plane({40, 2}, 0), Plane({40, 2}, 255), Plane({40, 2}, 7)}), kFirstOnly);
}

TEST(SceneCut, ItGoesOnWhereItWasSavedAfterAnyFrame) {
  // A cut after a history longer than what is remembered, so that rings have gone round.
  std::vector<Plane> frames =
      frames_of({.kind = Kind::cut, .size = {128, 96}, .frames = 14, .seed = 2, .at = 11});
  const std::vector<int> whole = cuts_of(frames);
  ASSERT_EQ(whole, (std::vector<int>{0, 11}));
  for (std::size_t border = 0; border <= frames.size(); ++border) {
    SceneCutDetector first;
    std::vector<int> cuts;
    for (std::size_t i = 0; i < border; ++i) {
      if (first.next(frames[i])) cuts.push_back(static_cast<int>(i));
    }
    ByteWriter out;
    first.save(out);
    SceneCutDetector second;
    ByteReader in(out.bytes());
    second.restore(in);
    in.expect_end();
    for (std::size_t i = border; i < frames.size(); ++i) {
      if (second.next(frames[i])) cuts.push_back(static_cast<int>(i));
    }
    EXPECT_EQ(cuts, whole) << border;
    ByteWriter a, b;
    for (std::size_t i = border; i < frames.size(); ++i) first.next(frames[i]);
    first.save(a);
    second.save(b);
    EXPECT_TRUE(std::ranges::equal(a.bytes(), b.bytes())) << border;
  }
}

}  // namespace
}  // namespace mosaic
