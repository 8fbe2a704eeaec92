#include <gtest/gtest.h>

#include "cli/option_values.hpp"
#include "cli/values.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

Value value(const std::string& text) { return {text, "--x"}; }

TEST(Values, IntegersAreWholeAndInRange) {
  EXPECT_EQ(parse_integer(value("5"), 1, 8), 5);
  EXPECT_EQ(parse_integer(value("-3"), -3, 8), -3);
  for (const char* bad :
       {"", "0", "9", "5.0", "five", "5 ", " 5", "0x5", "+5", "1e1", "99999999999999999999"}) {
    const Failure failure = failure_of([&] { parse_integer(value(bad), 1, 8); });
    EXPECT_EQ(failure.code, 2) << bad;
    EXPECT_NE(failure.what.find("--x must be a whole number from 1 to 8"), std::string::npos)
        << failure.what;
  }
}

TEST(Values, NumbersAreFiniteAndInRange) {
  EXPECT_EQ(parse_number(value("0.25"), 0, 1), 0.25);
  EXPECT_EQ(parse_number(value("1"), 0, 1), 1.0);
  EXPECT_EQ(parse_number(value("5e-1"), 0, 1), 0.5);
  for (const char* bad : {"", "nan", "inf", "-0.1", "1.1", "0,5", "1/2", "half", "0.5x"}) {
    EXPECT_EQ(failure_of([&] { parse_number(value(bad), 0, 1); }).code, 2) << bad;
  }
}

TEST(Values, NumberTextReadsBackExactly) {
  for (const double number : {0.0, 1.0, 0.1, 1.0 / 3.0, 18.0, 65025.0, 1e-9, 23.976}) {
    EXPECT_EQ(parse_number(value(number_text(number)), 0, 1e9), number) << number_text(number);
  }
}

TEST(Values, Memory) {
  EXPECT_EQ(parse_memory(value("none")), 0U);
  EXPECT_EQ(parse_memory(value("1000")), 1000U);
  EXPECT_EQ(parse_memory(value("800M")), 800'000'000U);
  EXPECT_EQ(parse_memory(value("1.5GB")), 1'500'000'000U);
  EXPECT_EQ(parse_memory(value("512MiB")), 512U * 1024 * 1024);
  EXPECT_EQ(parse_memory(value(memory_text(123'456'789))), 123'456'789U);
  for (const char* bad : {"", "0", "-1G", "G", "much", "2 G", "1e30", "2GG", "nan", "0x10"}) {
    EXPECT_EQ(failure_of([&] { parse_memory(value(bad)); }).code, 2) << bad;
  }
}

TEST(Values, Switches) {
  for (const char* yes : {"true", "1", "yes", "on"}) EXPECT_TRUE(parse_switch(value(yes)));
  for (const char* no : {"false", "0", "no", "off"}) EXPECT_FALSE(parse_switch(value(no)));
  for (const char* bad : {"", "TRUE", "2", "maybe"}) {
    EXPECT_EQ(failure_of([&] { parse_switch(value(bad)); }).code, 2) << bad;
  }
}

TEST(Values, Rates) {
  EXPECT_EQ(parse_rate(value("25")), 25.0);
  EXPECT_EQ(parse_rate(value("30000/1001")), 30000.0 / 1001.0);
  for (const char* bad : {"", "0", "-25", "1/0", "25/", "/1", "1e9", "25fps", "nan", "-30/-1"}) {
    EXPECT_EQ(failure_of([&] { parse_rate(value(bad)); }).code, 2) << bad;
  }
}

TEST(Values, RangesAreInclusiveOutsideAndHalfOpenInside) {
  const auto range = [](const char* text) {
    const FrameRange r = parse_range(value(text));
    return std::pair(r.first, r.last);
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(range("10-19"), Pair(10, 20));
  EXPECT_EQ(range("10-"), Pair(10, -1));
  EXPECT_EQ(range("-19"), Pair(0, 20));
  EXPECT_EQ(range("0-0"), Pair(0, 1));
  EXPECT_EQ(range("7"), Pair(7, 8));
  for (const char* bad :
       {"", "-", "19-10", "a-b", "1-2-3", "--5", "1.5-2", "5:9", "9223372036854775807-"}) {
    EXPECT_EQ(failure_of([&] { parse_range(value(bad)); }).code, 2) << bad;
  }
}

TEST(Values, RangeTextReadsBack) {
  for (const char* text : {"10-19", "10-", "0-19", "0-0"}) {
    EXPECT_EQ(range_text(parse_range(value(text))), text);
  }
  EXPECT_EQ(range_text(FrameRange{}), "");
}

TEST(Values, Sizes) {
  EXPECT_EQ(parse_size(value("640x360"), 1, 4096), (Size{640, 360}));
  for (const char* bad : {"", "640", "640x", "x360", "0x360", "640x9999", "640 x 360", "a x b"}) {
    EXPECT_EQ(failure_of([&] { parse_size(value(bad), 1, 4096); }).code, 2) << bad;
  }
}

TEST(Values, VariantsAreAList) {
  const auto variants = [](const char* text) {
    LibrarySettings library;
    library.mirror = true;  // must be cleared by what is parsed
    parse_variants(library, value(text));
    return variants_text(library);
  };
  EXPECT_EQ(variants("none"), "none");
  EXPECT_EQ(variants("mirror"), "mirror");
  EXPECT_EQ(variants("bright"), "bright");
  EXPECT_EQ(variants("mirror,bright"), "mirror,bright");
  EXPECT_EQ(variants("bright,mirror"), "mirror,bright");
  EXPECT_EQ(variants("hue:11"), "hue:11");
  EXPECT_EQ(variants("hue:3,mirror"), "mirror,hue:3");
  LibrarySettings library;
  for (const char* bad : {"", "mirror,", ",bright", "mirror bright", "none,mirror", "hue",
                          "hue:", "hue:0", "hue:12"}) {
    EXPECT_EQ(failure_of([&] { parse_variants(library, value(bad)); }).code, 2) << bad;
  }
  const Failure failure = failure_of([&] { parse_variants(library, value("miror")); });
  EXPECT_NE(failure.hint.find("mirror"), std::string::npos);
}

TEST(Values, NamesAreSuggested) {
  const Failure failure = failure_of([] { parse_name(value("avx21"), kSimdSets); });
  EXPECT_EQ(failure.code, 2);
  EXPECT_EQ(failure.hint, "did you mean avx2?");
  EXPECT_NE(failure.what.find("auto, plain, avx2, avx512"), std::string::npos) << failure.what;
}

TEST(Values, Devices) {
  EXPECT_EQ(parse_name(value("cuda"), kDevices), DeviceChoice::cuda);
  EXPECT_EQ(failure_of([] { parse_name(value("cpi"), kDevices); }).hint, "did you mean cpu?");
}

}  // namespace
}  // namespace mosaic::cli
