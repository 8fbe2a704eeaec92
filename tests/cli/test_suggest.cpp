#include <gtest/gtest.h>

#include <array>

#include "cli/suggest.hpp"

namespace mosaic::cli {
namespace {

TEST(Suggest, DistanceCountsSlips) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("abc", ""), 3);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("vivid", "vivid"), 0);
  EXPECT_EQ(edit_distance("vivd", "vivid"), 1);
  EXPECT_EQ(edit_distance("vivvid", "vivid"), 1);
  EXPECT_EQ(edit_distance("vovid", "vivid"), 1);
  EXPECT_EQ(edit_distance("vviid", "vivid"), 1) << "a swap of neighbours is one slip";
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("TILE_SIZE", "tile-size"), 0);
}

TEST(Suggest, DistanceIsSymmetric) {
  constexpr std::array<std::string_view, 6> kWords = {"", "a", "tile", "tiles", "flites", "grid"};
  for (const auto a : kWords) {
    for (const auto b : kWords)
      EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << " " << b;
  }
}

TEST(Suggest, NearestIsNamedAndFarIsNot) {
  constexpr std::array<std::string_view, 5> kPresets = {"ultra", "natural", "vivid", "tile",
                                                        "fast"};
  EXPECT_EQ(nearest("vivd", kPresets), "vivid");
  EXPECT_EQ(nearest("Vivid", kPresets), "vivid");
  EXPECT_EQ(nearest("natrual", kPresets), "natural");
  EXPECT_EQ(nearest("fats", kPresets), "fast");
  EXPECT_EQ(nearest("tiles", kPresets), "tile");
  EXPECT_EQ(nearest("cinematic", kPresets), "");
  EXPECT_EQ(nearest("", kPresets), "");
  EXPECT_EQ(nearest("xy", kPresets), "");
}

}  // namespace
}  // namespace mosaic::cli
