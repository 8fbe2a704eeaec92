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
  EXPECT_EQ(printable("grüße.mp4"), "grüße.mp4");
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
