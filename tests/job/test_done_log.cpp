// Which outputs of a folder are done.
#include <gtest/gtest.h>

#include <fstream>

#include "job/done_log.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

class DoneLogTest : public testing::Test {
 protected:
  [[nodiscard]] DoneLog log_of(const std::string& name) const { return DoneLog(folder_ / name); }
  static DoneRecord record(const std::string& crf) {
    return {{{"--crf", crf}}, {"marks", "in"}, {"marks", "out"}, 0};
  }
  [[nodiscard]] std::string crf_of(const std::string& name) const {
    const DoneLog log = log_of(name);
    return log.find() == nullptr ? "none" : log.find()->facts.at("--crf");
  }
  test::TemporaryFolder folder_;
};

TEST_F(DoneLogTest, EveryOutputHasItsOwnLastRecord) {
  // Names in names, of JSON, and that are not UTF-8.
  const std::vector<std::string> names = {"a.mp4",    "aa.mp4",   "a\"name\":\"a.mp4\".mp4",
                                          "\xff.mp4", "\xfe.mp4", "\\xff.mp4",
                                          "%06d.png", "a\nb",     "gr\xc3\xbcn.mp4"};
  for (const char* const round : {"1", "2"}) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      log_of(names[i]).add(record(round + std::to_string(i)));
    }
  }
  EXPECT_EQ(crf_of("b.mp4"), "none");
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(crf_of(names[i]), "2" + std::to_string(i)) << names[i];
  }
}

TEST_F(DoneLogTest, ALineThatAKilledRunBeganSwallowsNoOther) {
  log_of("a.mp4").add(record("18"));
  std::ofstream(folder_ / ".mosaic-temporal-done", std::ios::app) << "0123456789abcdef {\"type\":";
  log_of("b.mp4").add(record("19"));
  EXPECT_EQ(crf_of("a.mp4"), "18");
  EXPECT_EQ(crf_of("b.mp4"), "19");
}

}  // namespace
}  // namespace mosaic
