#include <gtest/gtest.h>

#include <fstream>

#include "core/cpu_quota.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

class CpuQuota : public testing::Test {
 protected:
  void group(const fs::path& name, const std::string& limit) const {
    fs::create_directories(folder_ / "root" / name);
    std::ofstream(folder_ / "root" / name / "cpu.max") << limit << '\n';
  }
  [[nodiscard]] std::optional<int> quota(const std::string& groups) const {
    std::ofstream(folder_ / "self") << groups;
    return cpu_quota(folder_ / "self", folder_ / "root");
  }
  test::TemporaryFolder folder_;
};

TEST_F(CpuQuota, IsTheLeastOfAllGroupsAroundRoundedUp) {
  group("", "800000 100000");
  group("a", "max 100000");
  group("a/b", "250000 100000");
  EXPECT_EQ(quota("0::/\n"), 8);
  EXPECT_EQ(quota("1:cpu:/x\n0::/a\n"), 8);
  EXPECT_EQ(quota("0::/a/b\n"), 3);
  group("", "1000 100000");
  EXPECT_EQ(quota("0::/a/b\n"), 1);
}

TEST_F(CpuQuota, IsNoneWhereNothingLimits) {
  EXPECT_EQ(quota("0::/\n"), std::nullopt);
  EXPECT_EQ(quota("4:cpu,cpuacct:/a\n"), std::nullopt);
  EXPECT_EQ(cpu_quota(folder_ / "nothing", folder_ / "root"), std::nullopt);
  for (const char* const limit :
       {"max 100000", "", "x", "5", "0 100000", "100000 0", "-1 100000"}) {
    group("", limit);
    EXPECT_EQ(quota("0::/\n"), std::nullopt) << limit;
  }
}

}  // namespace
}  // namespace mosaic
