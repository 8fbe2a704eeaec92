#include <gtest/gtest.h>

#include "cli/config_file.hpp"
#include "cli/text.hpp"
#include "core/utf8.hpp"

namespace mosaic::cli {
namespace {

TEST(Text, WrapsAtBlanks) {
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("one two three", 100), (std::vector<std::string>{"one two three"}));
  EXPECT_EQ(wrapped("incomprehensibilities a", 5),
            (std::vector<std::string>{"incomprehensibilities", "a"}));
  EXPECT_TRUE(wrapped("", 10).empty());
}

TEST(Text, ControlCharactersBecomeVisible) {
  EXPECT_EQ(printable("a\nb\x1b[2Jc\x7f"), "a\\x0ab\\x1b[2Jc\\x7f");
  for (const char* shown :
       {"grüße.mp4", "\xc2\xa0", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\xa5", "𝄞"}) {
    EXPECT_EQ(printable(shown), shown);
  }
}

// U+009B begins an escape sequence like ESC [, and U+202E turns the rest of a line around.
TEST(Text, WhatATerminalObeysBecomesVisible) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31mRED"),
            "a\\xc2\\x9b31mRED");
  EXPECT_EQ(printable("\xc2\x80\xc2\x9f"), "\\xc2\\x80\\xc2\\x9f");
  EXPECT_EQ(printable("a\x9b\xff"), "a\\x9b\\xff");
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80") << "cut off within a character";
  for (const char* turned : {"\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"}) {
    EXPECT_EQ(printable(turned).size(), 12U) << "each of three bytes as \\xNN";
  }
}

TEST(Text, Clock) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(59.6), "1:00");
  EXPECT_EQ(clock_text(61), "1:01");
  EXPECT_EQ(clock_text(3723), "1:02:03");
  EXPECT_EQ(clock_text(-5), "0:00");
  EXPECT_EQ(clock_text(1e12), "99:59:59");
}

TEST(Text, Bytes) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(999'999), "1.0 MB");
  EXPECT_EQ(bytes_text(21'345'678), "21.3 MB");
}

TEST(Text, TomlStringsAreEscaped) {
  EXPECT_EQ(toml_string("a \"b\" \\c\n"), "\"a \\\"b\\\" \\\\c\\u000A\"");
  EXPECT_EQ(toml_string("\xc2\x9b\xe2\x80\xaeü"), "\"\\u009B\\u202Eü\"");
}

TEST(Text, Utf8IsRecognised) {
  for (const char* good : {"", "plain", "grüße", "€", "𝄞", "\xef\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\xff", "a\x80", "\xc3", "\xe2\x82", "\xc0\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf0\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace mosaic::cli
