#include <gtest/gtest.h>

#include <array>

#include "core/byte_io.hpp"

namespace mosaic {
namespace {

TEST(ByteIo, ReadsBackWhatWasWritten) {
  ByteWriter out;
  out.number(std::int64_t{-5});
  out.number(std::uint8_t{7});
  out.text("two\nlines");
  out.array(std::vector<std::int32_t>{1, -2, 3});
  out.array(std::vector<std::int32_t>{});
  ByteReader in(out.bytes());
  EXPECT_EQ(in.number<std::int64_t>(), -5);
  EXPECT_EQ(in.number<std::uint8_t>(), 7);
  EXPECT_EQ(in.text(), "two\nlines");
  EXPECT_EQ(in.array<std::int32_t>(), (std::vector<std::int32_t>{1, -2, 3}));
  EXPECT_FALSE(in.empty());
  EXPECT_TRUE(in.array_of<std::int32_t>(0).empty());
  EXPECT_TRUE(in.empty());
  EXPECT_NO_THROW(in.expect_end());
}

TEST(ByteIo, EveryShorterBufferIsDamaged) {
  ByteWriter out;
  out.number(std::int32_t{1});
  out.array(std::vector<std::uint16_t>{4, 5, 6});
  for (std::size_t length = 0; length < out.bytes().size(); ++length) {
    ByteReader in(std::span(out.bytes()).first(length));
    EXPECT_THROW(
        {
          (void)in.number<std::int32_t>();
          (void)in.array<std::uint16_t>();
        },
        DamagedBytes)
        << length;
  }
}

TEST(ByteIo, ALengthBeyondTheBytesAsksForNoMemory) {
  ByteWriter out;
  out.number(std::uint64_t{1} << 62);
  ByteReader in(out.bytes());
  EXPECT_THROW((void)in.array<std::int64_t>(), DamagedBytes);
}

TEST(ByteIo, LeftOversAndOtherLengthsAreNamed) {
  ByteWriter out;
  out.array(std::vector<std::int32_t>{1, 2});
  ByteReader in(out.bytes());
  EXPECT_THROW(in.expect_end(), DamagedBytes);
  EXPECT_THROW((void)in.array_of<std::int32_t>(3), DamagedBytes);
}

}  // namespace
}  // namespace mosaic
