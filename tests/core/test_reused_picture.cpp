#include <gtest/gtest.h>

#include <utility>

#include "core/reused_picture.hpp"

namespace mosaic {
namespace {

constexpr Size kSize{7, 5};

TEST(ReusedPicture, TakesTheMemoryOfOneOfItsKindAndSize) {
  YuvImage spare(kSize);
  const u8* const memory = spare.y.pixels.data();
  const auto image = reused<YuvImage>(std::move(spare), kSize);
  EXPECT_EQ(image.y.pixels.data(), memory);
  EXPECT_EQ(image.u.size, (Size{4, 3}));
}

TEST(ReusedPicture, IsNewWhereTheSpareIsAnotherOne) {
  const auto whole = [](const YuvImage& image) { return is_whole(image, kSize); };
  EXPECT_TRUE(whole(reused<YuvImage>({}, kSize)));
  EXPECT_TRUE(whole(reused<YuvImage>(YuvImage(Size{5, 7}), kSize)));
  EXPECT_TRUE(whole(reused<YuvImage>(RgbImage(kSize), kSize)));
  EXPECT_TRUE(is_whole(reused<RgbImage>(YuvImage(kSize), kSize), kSize));
}

// What was moved out of keeps its size, but not its pixels.
TEST(ReusedPicture, IsNewWhereTheSpareHasLostItsPixels) {
  YuvImage spare(kSize);
  const YuvImage elsewhere = std::move(spare);
  EXPECT_TRUE(is_whole(elsewhere, kSize));
  EXPECT_TRUE(is_whole(reused<YuvImage>(std::move(spare), kSize), kSize));
}

}  // namespace
}  // namespace mosaic
