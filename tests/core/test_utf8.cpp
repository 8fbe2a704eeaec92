// Names as texts that are compared and used as keys.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/utf8.hpp"

namespace mosaic {
namespace {

/// What lossless_utf8() was given.
std::string bytes_of(const std::string& text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "\\x") == 0) {
      bytes += static_cast<char>(std::stoi(text.substr(at + 2, 2), nullptr, 16));
      at += 4;
    } else {
      bytes += text[at++];
    }
  }
  return bytes;
}

TEST(LosslessUtf8, LeavesValidTextsAsTheyAre) {
  for (const std::string text : {"", "%06d.png",
                                 "gr\xc3\xbc\xc3\x9f"
                                 "e.jpg",
                                 "a\\b", "\\", "new\nline"}) {
    EXPECT_EQ(lossless_utf8(text), text);
  }
}

TEST(LosslessUtf8, IsReversible) {
  EXPECT_EQ(lossless_utf8("a\xff"), "a\\xff");
  EXPECT_EQ(lossless_utf8("a\\xff"), "a\\x5cxff");
  // Every text of up to five of what could be confused.
  const std::string letters = "\\x5c\xff";
  std::set<std::string> seen;
  std::size_t texts = 0;
  for (std::size_t length = 0, all = 1; length <= 5; ++length, all *= letters.size()) {
    for (std::size_t number = 0; number < all; ++number, ++texts) {
      std::string text;
      for (std::size_t rest = number; text.size() < length; rest /= letters.size()) {
        text += letters[rest % letters.size()];
      }
      const std::string written = lossless_utf8(text);
      ASSERT_TRUE(is_utf8(written));
      ASSERT_EQ(bytes_of(written), text);
      seen.insert(written);
    }
  }
  EXPECT_EQ(seen.size(), texts);
}

}  // namespace
}  // namespace mosaic
