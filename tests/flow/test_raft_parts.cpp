// The parts of --flow raft that need no LibTorch.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "flow/module_file.hpp"
#include "flow/raft/model_store.hpp"
#include "flow/raft/raft_grid.hpp"
#include "flow/raft/sha256.hpp"
#include "flow_score.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::grid_of;

std::string sha256_of(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
}

TEST(Sha256, AnswersOfTheStandard) {
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_of(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, LengthsAroundABlock) {
  if (!test::have_program("sha256sum")) GTEST_SKIP() << "sha256sum is not installed";
  const TemporaryFolder folder;
  for (const int length : {1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000}) {
    std::string text(static_cast<std::size_t>(length), ' ');
    std::iota(text.begin(), text.end(), '\x21');
    std::ofstream(folder / "file", std::ios::binary) << text;
    const auto other = test::run_command({"sha256sum", (folder / "file").string()});
    EXPECT_EQ(sha256_of(text), other.out.substr(0, 64)) << length;
  }
}

TEST(RaftGrid, OneVectorPerCellOfFullHd) {
  const RaftGrid grid(grid_of({1920, 1088}, 32));
  EXPECT_EQ(grid.vectors(), (Size{60, 34}));
  EXPECT_EQ(grid.frame(), (Size{480, 272}));
}

TEST(RaftGrid, SidesAreNeverTooShortNorGridsTooLarge) {
  for (const Size cells :
       {Size{1, 1}, Size{2, 1}, Size{10, 6}, Size{26, 15}, Size{16, 16}, Size{400, 1}, Size{3, 900},
        Size{120, 68}, Size{240, 135}, Size{1000, 700}, Size{8192, 1}, Size{9000, 2}}) {
    const RaftGrid grid(grid_of({cells.width * 8, cells.height * 8}, 8));
    const Size vectors = grid.vectors();
    SCOPED_TRACE(std::to_string(cells.width) + "x" + std::to_string(cells.height));
    EXPECT_GE(vectors.width, 16);
    EXPECT_GE(vectors.height, 16);
    EXPECT_LE(vectors.area(), 8192U);
    if (cells.area() <= 500) {
      EXPECT_EQ(vectors.width % cells.width, 0);
      EXPECT_EQ(vectors.height % cells.height, 0);
    }
    // A constant motion stays what it is, in output pixels.
    const std::vector<double> field(vectors.area(), 1.5);
    const double expected = 1.5 * (cells.width * 8) / (vectors.width * 8);
    for (const double value : grid.per_cell(field, grid.frame().width, cells.width * 8)) {
      EXPECT_DOUBLE_EQ(value, expected);
    }
  }
}

TEST(RaftGrid, MeansOverTheVectorsOfACell) {
  const RaftGrid grid(grid_of({10 * 20, 6 * 20}, 20));  // 30 x 18 vectors, 3 x 3 per cell
  ASSERT_EQ(grid.vectors(), (Size{30, 18}));
  std::vector<double> field(30 * 18);
  std::iota(field.begin(), field.end(), 0.0);
  const std::vector<double> cells = grid.per_cell(field, 240, 200);
  ASSERT_EQ(cells.size(), 60U);
  for (int row = 0; row < 6; ++row) {
    for (int column = 0; column < 10; ++column) {
      const double middle = (3 * row + 1) * 30 + 3 * column + 1;
      EXPECT_DOUBLE_EQ(cells[static_cast<std::size_t>(row * 10 + column)], middle * 200 / 240);
    }
  }
}

TEST(RaftGrid, FewerVectorsThanCellsAreInterpolated) {
  const RaftGrid grid(grid_of({200 * 8, 100 * 8}, 8));
  const Size vectors = grid.vectors();
  ASSERT_LT(vectors.width, 200);
  // A ramp stays a ramp, but for the border, where it is held.
  std::vector<double> field;
  for (int y = 0; y < vectors.height; ++y) {
    for (int x = 0; x < vectors.width; ++x) field.push_back((x + 0.5) / vectors.width);
  }
  const std::vector<double> cells = grid.per_cell(field, 1, 1);
  for (int row = 0; row < 100; ++row) {
    for (int column = 2; column < 198; ++column) {
      EXPECT_NEAR(cells[static_cast<std::size_t>(row * 200 + column)], (column + 0.5) / 200, 1e-12);
    }
  }
}

TEST(ModelStore, TheShippedModelIsOnTheList) {
  const ModelFile model = read_model(std::nullopt, false);
  EXPECT_TRUE(model.shipped);
  EXPECT_EQ(model.path, program_prefix() / "share" / "mosaic-temporal" / "raft_small.pt");
  EXPECT_EQ(read_model(fs::path(MOSAIC_MODELS) / "raft_small.pt", false).sha256, model.sha256);
}

TEST(ModelStore, AChangedByteIsRefusedUnlessTrusted) {
  const ModelFile shipped = read_model(std::nullopt, false);
  const TemporaryFolder folder;
  for (const std::size_t at :
       {std::size_t{0}, shipped.bytes.size() / 2, shipped.bytes.size() - 1}) {
    std::vector<std::byte> changed = shipped.bytes;
    changed[at] ^= std::byte{1};
    const fs::path path = folder / "changed.pt";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(changed.data()),
               static_cast<std::streamsize>(changed.size()));
    try {
      read_model(path, false);
      FAIL() << "byte " << at;
    } catch (const InputError& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input);
      EXPECT_NE(std::string(error.what()).find(sha256_hex(changed)), std::string::npos);
      EXPECT_NE(error.hint().find("--trust-model"), std::string::npos);
    }
    const ModelFile trusted = read_model(path, true);
    EXPECT_FALSE(trusted.shipped);
    EXPECT_EQ(trusted.bytes, changed);
  }
}

TEST(ModelStore, WhatIsNotAFileIsSaidSo) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_model(folder / "missing.pt", true), InputError);
  EXPECT_THROW(read_model(folder.path(), true), InputError);
}

TEST(ModuleFile, WhatIsMissingOrNotAModuleIsADeviceErrorWithAWayOut) {
  const TemporaryFolder folder;
  std::ofstream(folder / "libbroken.so") << "not a library";
  for (const char* name : {"libmissing.so", "libbroken.so"}) {
    try {
      const ModuleFile module(folder.path(), name, "--flow raft", "use --flow block");
      FAIL() << name;
    } catch (const DeviceError& error) {
      EXPECT_EQ(error.code(), ExitCode::device_missing);
      EXPECT_NE(std::string(error.what()).find("--flow raft"), std::string::npos);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
      EXPECT_EQ(error.hint(), "use --flow block");
    }
  }
}

}  // namespace
}  // namespace mosaic
