// The solver as a tool: what it reads, prints, writes and refuses.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "assign/check_assign.hpp"
#include "assign/support.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

class CheckAssign : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("mosaic_check_assign_" + std::string(info->name()) + "_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write_costs(const std::vector<std::int32_t>& values) {
    const fs::path path = folder_ / "costs.i32";
    std::ofstream file(path, std::ios::binary);
    for (const std::int32_t value : values) {
      const auto bits = static_cast<std::uint32_t>(value);
      for (int k = 0; k < 4; ++k) file.put(static_cast<char>(bits >> (8 * k)));
    }
    return path;
  }

  static std::string output(const CheckAssignOptions& options) {
    std::ostringstream out;
    check_assign(options, out);
    return out.str();
  }

  fs::path folder_;
};

TEST_F(CheckAssign, PrintsTheOptimumAndWritesTheAssignment) {
  const fs::path costs = write_costs({4, 1, 3, 2, 0, 5, 3, 2, 2});
  const fs::path chosen = folder_ / "assignment.txt";
  const std::string text = output({costs, 3, 3, {}, 3, chosen});
  EXPECT_NE(text.find("optimum 5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("certificate optimal"), std::string::npos);
  EXPECT_NE(text.find("cold_ms "), std::string::npos);
  EXPECT_NE(text.find("warm_ms "), std::string::npos);
  std::ifstream file(chosen);
  std::stringstream lines;
  lines << file.rdbuf();
  EXPECT_EQ(lines.str(), "1\n0\n2\n");
}

TEST_F(CheckAssign, AnExistingFileIsReplacedOnlyWithForce) {
  const fs::path costs = write_costs({4, 1, 3, 2});
  const fs::path chosen = folder_ / "assignment.txt";
  std::ofstream(chosen) << "precious\n";
  const auto written = [&chosen] {
    std::stringstream text;
    text << std::ifstream(chosen).rdbuf();
    return text.str();
  };
  CheckAssignOptions options{costs, 2, 2, {}, 1, chosen};
  EXPECT_THROW(output(options), OutputError);
  EXPECT_EQ(written(), "precious\n");
  options.force = true;
  output(options);
  EXPECT_EQ(written(), "1\n0\n");
}

TEST_F(CheckAssign, MaxUsesIsTheCapacity) {
  const fs::path costs = write_costs({1, 9, 1, 9, 1, 9});
  EXPECT_NE(output({costs, 3, 2, 2, 1, {}}).find("optimum 11\n"), std::string::npos);
  EXPECT_NE(output({costs, 3, 2, 3, 1, {}}).find("optimum 3\n"), std::string::npos);
  EXPECT_THROW(output({costs, 3, 2, {}, 1, {}}), UsageError);
}

TEST_F(CheckAssign, NegativeCostsAreAllowed) {
  const fs::path costs = write_costs({-4, 1, 3, -2, 0, -5});
  EXPECT_NE(output({costs, 2, 3, {}, 1, {}}).find("optimum -9\n"), std::string::npos);
}

TEST_F(CheckAssign, RefusesWhatItCannotUse) {
  const fs::path costs = write_costs({1, 2, 3, 4});
  EXPECT_THROW(output({costs, 2, 3, {}, 1, {}}), InputError);
  EXPECT_THROW(output({costs, 1, 3, {}, 1, {}}), InputError);
  EXPECT_THROW(output({folder_ / "missing", 2, 2, {}, 1, {}}), InputError);
  EXPECT_THROW(output({folder_, 2, 2, {}, 1, {}}), InputError);
  EXPECT_THROW(output({costs, 0, 2, {}, 1, {}}), UsageError);
  EXPECT_THROW(output({costs, 2, -2, {}, 1, {}}), UsageError);
  EXPECT_THROW(output({costs, 2, 2, 0, 1, {}}), UsageError);
  EXPECT_THROW(output({costs, 2, 2, {}, 0, {}}), UsageError);
  EXPECT_THROW(output({costs, 2, 2, {}, 1, folder_ / "no" / "such"}), OutputError);
  const fs::path wide = write_costs({-200'000'000, 0, 0, 200'000'000});
  EXPECT_THROW(output({wide, 2, 2, {}, 1, {}}), InputError);
}

}  // namespace
}  // namespace mosaic
