#include <gtest/gtest.h>

#include "job/checked_line.hpp"
#include "job/journal.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

const Facts kFacts = {{"--crf", "18"}, {"tiles", "a\nname"}};
const ContentIdentity kInput = {"marks", "hash"};

struct Written {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "journal";
  Written() {
    Journal::create(path, kFacts, kInput);
    Journal journal(path, std::filesystem::file_size(path));
    journal.add({0, 250, 1000, 0xfedcba9876543210});
    journal.add({1, 250, 2000, 5});
  }
  [[nodiscard]] std::string text() const { return read_small_file(path); }
};

TEST(Journal, ReadsBackWhatWasAdded) {
  const Written written;
  const auto contents = parse_journal(written.text());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->facts, kFacts);
  EXPECT_EQ(contents->input.hash, "hash");
  ASSERT_EQ(contents->segments.size(), 2U);
  EXPECT_EQ(contents->segments.at(0).hash, 0xfedcba9876543210);
  EXPECT_EQ(contents->segments.at(1).bytes, 2000U);
  EXPECT_FALSE(contents->publishing);
  EXPECT_EQ(contents->intact_bytes, written.text().size());
}

TEST(Journal, ATornLastRecordIsDroppedAtEveryLength) {
  const Written written;
  const std::string text = written.text();
  const std::size_t first = text.find('\n') + 1;
  const std::size_t second = text.find('\n', first) + 1;
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto contents = parse_journal(text.substr(0, length));
    ASSERT_EQ(contents.has_value(), length >= first) << length;
    if (!contents) continue;
    EXPECT_EQ(contents->segments.size(), length >= second ? 1U : 0U) << length;
    EXPECT_EQ(contents->intact_bytes, length >= second ? second : first) << length;
  }
}

TEST(Journal, ARecordWithAnyByteChangedDoesNotCount) {
  const Written written;
  const std::string text = written.text();
  const std::size_t first = text.find('\n') + 1;
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    const auto contents = parse_journal(changed);
    if (at < first) {
      EXPECT_FALSE(contents) << at;
    } else {
      ASSERT_TRUE(contents) << at;
      EXPECT_LT(contents->segments.size(), 2U) << at;
    }
  }
}

// nlohmann's get<int>() cast a version of 2e35 to int, which is undefined.
TEST(Journal, NumbersBeyondTheirRangeAreDamageAndNotCast) {
  const std::string facts = R"(,"facts":{},"input":{"marks":"m","hash":"h"}})";
  for (const char* version : {"2222222222222222222222222222222222221", "1.0", "-1e300", "true"}) {
    EXPECT_FALSE(
        parse_journal(checked_line(R"({"type":"job","version":)" + std::string(version) + facts)))
        << version;
  }
  const std::string header = checked_line(R"({"type":"job","version":1)" + facts);
  ASSERT_TRUE(parse_journal(header));
  for (const char* number : {"1e300", "0.5", "99999999999999999999", "18446744073709551615"}) {
    const auto contents = parse_journal(
        header + checked_line(R"({"type":"segment","index":0,"bytes":1,"hash":"a","frames":)" +
                              std::string(number) + "}"));
    ASSERT_TRUE(contents) << number;
    EXPECT_EQ(contents->damaged_lines, 1) << number;
    EXPECT_TRUE(contents->segments.empty()) << number;
  }
}

TEST(Journal, GoesOnBehindATornRecord) {
  const Written written;
  const std::string text = written.text();
  std::filesystem::resize_file(written.path, text.size() - 3);
  const auto torn = parse_journal(written.text());
  ASSERT_TRUE(torn);
  Journal(written.path, torn->intact_bytes).add({1, 250, 3000, 6});
  const auto contents = parse_journal(written.text());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->damaged_lines, 0);
  EXPECT_EQ(contents->segments.at(1).bytes, 3000U);
}

}  // namespace
}  // namespace mosaic
