// A pool of its own for each test, and what two libraries must have in common.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "library/tile_library.hpp"
#include "pictures/pack.hpp"
#include "pictures/picture_decoder.hpp"

namespace mosaic::test {

namespace fs = std::filesystem;

class TileLibraryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { decoder_version(); }

  void SetUp() override {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr) saved_cache_ = cache;
    setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    fs::create_directory(pool());
    settings_.tiles = pool();
    observer_.info = [this](const std::string& text) { infos_.push_back(text); };
    observer_.warning = [this](const std::string& text) { warnings_.push_back(text); };
  }
  void TearDown() override {
    if (saved_cache_) {
      setenv("XDG_CACHE_HOME", saved_cache_->c_str(), 1);
    } else {
      unsetenv("XDG_CACHE_HOME");
    }
  }

  fs::path pool() const { return folder_ / "pool"; }
  void add_photos(int count) {
    for (int i = 0; i < count; ++i) {
      save(pool() / ("photo" + std::to_string(i) + ".png"), colourful({40 + i, 33}, i), ".png");
    }
  }
  std::unique_ptr<TileLibrary> open(int size_px = 16, int threads = 2) {
    ThreadPool threads_pool(threads);
    origin_ = {};
    return open_tile_library(settings_, size_px, 5, threads_pool, observer_, &origin_);
  }

  TemporaryFolder folder_;
  LibrarySettings settings_;
  RenderObserver observer_;
  LibraryOrigin origin_;
  std::vector<std::string> infos_, warnings_;
  std::optional<std::string> saved_cache_;
};

template <class T>
std::vector<T> copy_of(std::span<const T> values) {
  return {values.begin(), values.end()};
}

inline void expect_equal(const TileLibrary& a, const TileLibrary& b, const std::string& what) {
  EXPECT_EQ(a.fingerprint(), b.fingerprint()) << what;
  EXPECT_EQ(a.photos(), b.photos()) << what;
  EXPECT_EQ(a.variants(), b.variants()) << what;
  EXPECT_EQ(copy_of(a.features()), copy_of(b.features())) << what;
  EXPECT_EQ(copy_of(a.luma()), copy_of(b.luma())) << what;
  EXPECT_EQ(copy_of(a.rgb()), copy_of(b.rgb())) << what;
  EXPECT_EQ(copy_of(a.color_sums()), copy_of(b.color_sums())) << what;
  ASSERT_EQ(a.skipped().size(), b.skipped().size()) << what;
  for (std::size_t i = 0; i < a.skipped().size(); ++i) {
    EXPECT_EQ(a.skipped()[i].name, b.skipped()[i].name) << what;
    EXPECT_EQ(a.skipped()[i].reason, b.skipped()[i].reason) << what;
  }
  for (int i = 0; i < a.photos(); ++i) EXPECT_EQ(a.photo_name(i), b.photo_name(i)) << what;
}

}  // namespace mosaic::test
