#include <gtest/gtest.h>

#include <vector>

#include "core/byte_differences.hpp"
#include "parity/edge_bytes.hpp"

namespace mosaic {
namespace {

/// A rectangle in the middle of random bytes with `before` and `after` bytes beside it.
struct Rectangle {
  std::vector<std::uint8_t> a;
  std::vector<std::uint8_t> b;
  BytePair pair{};

  Rectangle(int width, int rows, int before, int after, parity::EdgeBytes& bytes)
      : a(bytes(parity::area(before + width + after, rows))),
        b(bytes(parity::area(before + width + after, rows))) {
    pair = {
        a.data() + before, b.data() + before, before + width + after, width, rows, before, after};
  }
};

TEST(ByteDifferences, EqualTheOneByteAtATimeForEveryWidthAndPlace) {
  constexpr unsigned kSeed = 31;
  parity::EdgeBytes bytes(kSeed);
  for (int width = 0; width <= 50; ++width) {
    for (const int before : {0, 1, 5, 20}) {
      for (const int after : {0, 1, 9, 20}) {
        const Rectangle one(width, 3, before, after, bytes);
        EXPECT_EQ(difference_sum(one.pair), plain::difference_sum(one.pair))
            << "seed " << kSeed << " " << before << " + " << width << " + " << after;
        for (const int levels : {1, 2, 128, 255}) {
          EXPECT_EQ(count_alike(one.pair, levels), plain::count_alike(one.pair, levels))
              << "seed " << kSeed << " " << before << " + " << width << " + " << after << " under "
              << levels;
        }
      }
    }
  }
}

TEST(ByteDifferences, TheLargestSquareDoesNotOverflow) {
  const std::vector<std::uint8_t> black(4096 * 4096, 0);
  const std::vector<std::uint8_t> white(4096 * 4096, 255);
  const BytePair pair{black.data(), white.data(), 4096, 4096, 4096};
  EXPECT_EQ(difference_sum(pair), std::int64_t{255} * 4096 * 4096);
  EXPECT_EQ(count_alike(pair, 255), 0);
  EXPECT_EQ(count_alike({black.data(), black.data(), 4096, 4096, 4096}, 1), 4096 * 4096);
}

}  // namespace
}  // namespace mosaic
