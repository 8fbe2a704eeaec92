#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
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

/// What must come out, one byte at a time.
ByteChanges by_definition(const BytePair& pair, int levels) {
  ByteChanges want;
  for (int y = 0; y < pair.rows; ++y) {
    const std::ptrdiff_t row = y * pair.stride;
    for (int x = 0; x < pair.width; ++x) {
      const int difference = std::abs(pair.a[row + x] - pair.b[row + x]);
      want.sum += difference;
      want.alike += difference < levels ? 1 : 0;
    }
  }
  return want;
}

TEST(ByteDifferences, EqualTheOneByteAtATimeForEveryWidthAndPlace) {
  constexpr unsigned kSeed = 31;
  parity::EdgeBytes bytes(kSeed);
  for (int width = 0; width <= 140; ++width) {
    for (const int before : {0, 1, 5, 20}) {
      for (const int after : {0, 1, 9, 20}) {
        const Rectangle one(width, 3, before, after, bytes);
        for (const Isa isa : supported_isas()) {
          SCOPED_TRACE(testing::Message() << isa_name(isa) << " seed " << kSeed << " " << before
                                          << " + " << width << " + " << after);
          EXPECT_EQ(difference_sum(one.pair, isa), by_definition(one.pair, 1).sum);
          for (const int levels : {1, 2, 128, 255}) {
            const ByteChanges got = byte_changes(one.pair, levels, isa);
            EXPECT_EQ(got.sum, by_definition(one.pair, levels).sum);
            EXPECT_EQ(got.alike, by_definition(one.pair, levels).alike) << levels;
          }
        }
      }
    }
  }
}

TEST(ByteDifferences, TheLargestSquareDoesNotOverflow) {
  constexpr std::int64_t kArea = std::int64_t{4096} * 4096;
  const std::vector<std::uint8_t> black(kArea, 0);
  const std::vector<std::uint8_t> white(kArea, 255);
  for (const Isa isa : supported_isas()) {
    const BytePair pair{black.data(), white.data(), 4096, 4096, 4096};
    EXPECT_EQ(difference_sum(pair, isa), 255 * kArea);
    EXPECT_EQ(byte_changes(pair, 255, isa).alike, 0);
    EXPECT_EQ(byte_changes({black.data(), black.data(), 4096, 4096, 4096}, 1, isa).alike, kArea);
  }
}

}  // namespace
}  // namespace mosaic
