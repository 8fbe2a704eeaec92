// The index of a pool: when it is made, reused, rebuilt and left alone, and that every way to the
// library gives the same bytes.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backend/cpu/describe.hpp"
#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "library/index_format.hpp"
#include "library/photo_tile.hpp"
#include "library/pool_survey.hpp"
#include "library/tile_library.hpp"
#include "library/tile_library_test.hpp"
#include "mosaic/error.hpp"
#include "pictures/exif_orientation.hpp"
#include "pictures/pack.hpp"
#include "pictures/picture_decoder.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic {
namespace {

using namespace test;

TEST_F(TileLibraryTest, ColdWarmMemoryAndThreadsAgree) {
  add_photos(7);
  write_file(pool() / "bad.jpg", "x");
  settings_.mirror = true;
  const auto cold = open(16, 1);
  EXPECT_FALSE(origin_.reused);
  EXPECT_FALSE(origin_.index.empty());
  const auto warm = open(16, 3);
  EXPECT_TRUE(origin_.reused);
  expect_equal(*cold, *warm, "warm");
  fs::remove(origin_.index);
  expect_equal(*cold, *open(16, 3), "three threads");
  EXPECT_FALSE(origin_.reused);

  write_file(folder_ / "file", "");
  setenv("XDG_CACHE_HOME", (folder_ / "file").c_str(), 1);  // no folder can be made in a file
  infos_.clear();
  const auto memory = open();
  EXPECT_TRUE(origin_.index.empty());
  EXPECT_FALSE(origin_.reused);
  ASSERT_EQ(infos_.size(), 1U);
  EXPECT_NE(infos_[0].find("kept in memory"), std::string::npos) << infos_[0];
  expect_equal(*cold, *memory, "memory");
}

// It read and hashed the whole index, gigabytes perhaps, which the library did right after it.
TEST_F(TileLibraryTest, ASurveyReadsOfAnIndexTheHeaderOnly) {
  add_photos(5);
  settings_.mirror = true;
  open();
  const auto survey = [this] { return survey_pool(settings_, 16, 5, observer_); };
  const auto size = fs::file_size(origin_.index);
  {
    std::fstream file(origin_.index, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(kIndexHeaderBytes + 100);
    file.put('\x55').put('\xaa');
  }
  EXPECT_TRUE(survey().ready);
  EXPECT_EQ(survey().photos, 5);
  EXPECT_EQ(survey().tiles(), 10);
  fs::resize_file(origin_.index, size - 1);
  EXPECT_FALSE(survey().ready);
  fs::resize_file(origin_.index, 100);
  EXPECT_FALSE(survey().ready);
  open();
  EXPECT_FALSE(origin_.reused);
  EXPECT_TRUE(survey().ready);
  EXPECT_FALSE(survey_pool(settings_, 17, 5, observer_).ready);
  settings_.index = pool() / "photo0.png";
  EXPECT_THROW(survey(), InputError);
}

TEST_F(TileLibraryTest, RebuiltWhenPhotosChangeAndOnlyThen) {
  add_photos(4);
  const std::uint64_t before = open()->fingerprint();
  EXPECT_EQ(open()->fingerprint(), before);
  EXPECT_TRUE(origin_.reused);

  fs::last_write_time(pool() / "photo1.png",
                      fs::file_time_type::clock::now() + std::chrono::seconds(2));
  EXPECT_EQ(open()->fingerprint(), before) << "same content, another time";
  EXPECT_FALSE(origin_.reused);

  save(pool() / "photo1.png", colourful({41, 33}, 99), ".png");
  EXPECT_NE(open()->fingerprint(), before);
  EXPECT_FALSE(origin_.reused);

  fs::remove(pool() / "photo3.png");
  EXPECT_EQ(open()->photos(), 3);
  fs::rename(pool() / "photo2.png", pool() / "photo9.png");
  EXPECT_EQ(open()->photo_name(2), "photo9.png");
  EXPECT_FALSE(origin_.reused);
  open();
  EXPECT_TRUE(origin_.reused);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(TileLibraryTest, SettingsHaveFilesOfTheirOwn) {
  add_photos(2);
  open(16);
  const fs::path first = origin_.index;
  open(17);
  EXPECT_NE(origin_.index, first);
  settings_.bright = true;
  EXPECT_EQ(open(16)->variants(), 3);
  EXPECT_NE(origin_.index, first);
  settings_.bright = false;
  open(16);
  EXPECT_TRUE(origin_.reused);
  EXPECT_EQ(origin_.index, first);
  EXPECT_THROW(open(0), UsageError);
  EXPECT_THROW(open(1025), UsageError);
}

TEST_F(TileLibraryTest, NamedIndexIsReusedRebuiltOrLeftAlone) {
  add_photos(3);
  settings_.index = folder_ / "pool.mti";
  const auto cold = open();
  EXPECT_EQ(origin_.index, *settings_.index);
  expect_equal(*cold, *open(), "named");
  EXPECT_TRUE(origin_.reused);
  EXPECT_FALSE(fs::exists(folder_ / "cache"));
  open(20);  // ours, for other settings: replaced
  EXPECT_FALSE(origin_.reused);
  EXPECT_TRUE(warnings_.empty());
  open(20);
  EXPECT_TRUE(origin_.reused);

  fs::rename(pool(), folder_ / "moved");  // a pool may be moved with its index
  settings_.tiles = folder_ / "moved";
  open(20);
  EXPECT_TRUE(origin_.reused);

  for (const std::string foreign : {"", "not an index", "\x89PNG\r\n\x1a\n"}) {
    write_file(*settings_.index, foreign);
    EXPECT_THROW(open(), InputError) << foreign;
    EXPECT_EQ(read_file(*settings_.index), foreign);
  }
  settings_.index = folder_ / "nowhere" / "pool.mti";
  EXPECT_THROW(open(), OutputError);
}

TEST_F(TileLibraryTest, IndexMayLieInThePool) {
  add_photos(2);
  settings_.index = pool() / "pool.mti";
  open();
  open();
  EXPECT_TRUE(origin_.reused);
}

TEST_F(TileLibraryTest, DamagedIndexIsRebuiltWithAWarning) {
  add_photos(3);
  for (const bool named : {false, true}) {
    if (named) settings_.index = folder_ / "pool.mti";
    const auto cold = open();
    std::string bytes = read_file(origin_.index);
    bytes[bytes.size() / 2] ^= 1;
    write_file(origin_.index, bytes);
    warnings_.clear();
    expect_equal(*cold, *open(), "rebuilt");
    EXPECT_FALSE(origin_.reused);
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_NE(warnings_[0].find("has damaged contents; it is rebuilt"), std::string::npos);
    open();
    EXPECT_TRUE(origin_.reused);
  }
}

TEST_F(TileLibraryTest, BuildIndexWritesWhatIsReused) {
  add_photos(5);
  write_file(pool() / "bad.jpg", "x");
  ThreadPool threads(2);
  std::vector<RenderProgress> heard;
  observer_.progress = [&](const RenderProgress& p) { heard.push_back(p); };
  const fs::path output = folder_ / "out.mti";
  settings_.mirror = true;
  const IndexSummary summary = build_index(settings_, 16, 5, output, false, threads, observer_);
  EXPECT_EQ(summary.photos, 5);
  EXPECT_EQ(summary.variants, 2);
  EXPECT_EQ(summary.skipped.size(), 1U);
  EXPECT_EQ(summary.bytes, fs::file_size(output));
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.back().stage, "index");
  EXPECT_EQ(heard.back().done, 6);
  EXPECT_EQ(heard.back().total, 6);

  const std::string first = read_file(output);
  EXPECT_THROW(build_index(settings_, 16, 5, output, false, threads, observer_), OutputError);
  build_index(settings_, 16, 5, output, true, threads, observer_);
  EXPECT_EQ(read_file(output), first) << "the same pool gives the same file";
  settings_.index = output;
  EXPECT_EQ(open()->fingerprint(), summary.fingerprint);
  EXPECT_TRUE(origin_.reused);
}

TEST_F(TileLibraryTest, TwoBuildersDoNotHurtEachOther) {
  add_photos(30);
  std::vector<std::uint64_t> fingerprints(4);
  {
    std::vector<std::jthread> builders;
    for (std::uint64_t& fingerprint : fingerprints) {
      builders.emplace_back([&fingerprint, this] {
        ThreadPool threads(2);
        fingerprint = open_tile_library(settings_, 16, 5, threads, {})->fingerprint();
      });
    }
  }
  EXPECT_EQ(std::ranges::count(fingerprints, fingerprints[0]), 4);
  EXPECT_EQ(open()->fingerprint(), fingerprints[0]);
  EXPECT_TRUE(origin_.reused);
  const fs::directory_iterator left(origin_.index.parent_path());
  EXPECT_EQ(std::distance(fs::begin(left), fs::end(left)), 1) << "temporary files remain";
}

TEST_F(TileLibraryTest, SharedTilesAreAllUsed) {
  const fs::path shared = fs::path(MOSAIC_SHARED_DATA) / "tiles";
  if (!fs::exists(shared)) GTEST_SKIP() << "no shared test data at " << shared;
  settings_.tiles = shared;
  const auto library = open(32);
  EXPECT_EQ(library->photos(), 1000);
  EXPECT_TRUE(library->skipped().empty());
}

}  // namespace
}  // namespace mosaic
