// The index file against every kind of damage, accidental and built on purpose.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "library/index_file.hpp"
#include "pictures/pack.hpp"

namespace mosaic {
namespace {

using namespace test;

// The last two header fields (Note [Index layout]).
constexpr std::size_t kPayloadHashAt = kIndexHeaderBytes - 16;
constexpr std::size_t kHeaderHashAt = kIndexHeaderBytes - 8;

struct Arrays {
  std::vector<std::uint8_t> features, luma, rgb;
  std::vector<ColorSums> sums;
};

LibraryData sample_library() {
  LibraryData data;
  data.layout = {5, 2};
  data.variants = 2;
  data.photos = {{"a\n.png", 10, 111}, {"sub/\xff.jpg", 20, -5}, {"", 0, 0}};
  data.skipped = {{"b.jpg", "is truncated"}, {"c.jpg", "is empty"}};
  data.source_key = 0x1122334455667788;
  auto arrays = std::make_shared<Arrays>();
  std::mt19937 random(7);
  const auto fill = [&](std::vector<std::uint8_t>& to, std::size_t bytes) {
    to.resize(bytes);
    for (auto& byte : to) byte = static_cast<std::uint8_t>(random());
  };
  fill(arrays->features, 6 * 21);
  fill(arrays->luma, 6 * 25);
  fill(arrays->rgb, 6 * 75);
  arrays->sums.resize(6);
  for (ColorSums& sums : arrays->sums) sums.sum[1] = random();
  data.features = arrays->features;
  data.luma = arrays->luma;
  data.rgb = arrays->rgb;
  data.color_sums = arrays->sums;
  data.owner = arrays;
  data.fingerprint = content_fingerprint(data);
  return data;
}

class IndexFile : public ::testing::Test {
 protected:
  void SetUp() override {
    written_ = write_index(sample_library(), path());
    bytes_ = read_file(path());
  }
  std::filesystem::path path() const { return folder_ / "a.mti"; }

  /// From memory: thousands of small files would keep the disk busy for a minute.
  static IndexOnDisk::State state_of(const std::string& bytes, std::string* problem = nullptr) {
    std::vector<std::byte> copy(bytes.size());
    std::ranges::copy(std::as_bytes(std::span(bytes)), copy.begin());
    const ParsedIndex parsed = parse_index(copy, nullptr);
    if (problem != nullptr) *problem = parsed.problem;
    EXPECT_EQ(parsed.problem.empty(), parsed.data.has_value());
    if (parsed.data) return IndexOnDisk::State::usable;
    return is_index_file(copy) ? IndexOnDisk::State::damaged : IndexOnDisk::State::foreign;
  }
  /// Makes the checksums true again, as a forger would.
  static void seal(std::string& bytes) {
    const auto payload = std::as_bytes(std::span(bytes)).subspan(kIndexHeaderBytes);
    const std::uint64_t payload_hash = hash64(payload);
    std::memcpy(bytes.data() + kPayloadHashAt, &payload_hash, 8);
    const std::uint64_t header_hash = hash64(std::as_bytes(std::span(bytes)).first(kHeaderHashAt));
    std::memcpy(bytes.data() + kHeaderHashAt, &header_hash, 8);
  }

  TemporaryFolder folder_;
  std::uintmax_t written_ = 0;
  std::string bytes_;
};

TEST_F(IndexFile, GivesBackWhatWasWritten) {
  const LibraryData expected = sample_library();
  const IndexOnDisk found = open_index(path());
  ASSERT_EQ(found.state, IndexOnDisk::State::usable) << found.problem;
  EXPECT_EQ(written_, bytes_.size());
  const LibraryData& data = found.data;
  EXPECT_EQ(data.layout.tile_size_px, 5);
  EXPECT_EQ(data.layout.features_k, 2);
  EXPECT_EQ(data.variants, 2);
  EXPECT_EQ(data.source_key, expected.source_key);
  EXPECT_EQ(data.fingerprint, expected.fingerprint);
  EXPECT_EQ(content_fingerprint(data), expected.fingerprint);
  ASSERT_EQ(data.photos.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(data.photos[i].name, expected.photos[i].name);
    EXPECT_EQ(data.photos[i].size, expected.photos[i].size);
    EXPECT_EQ(data.photos[i].mtime_ns, expected.photos[i].mtime_ns);
  }
  ASSERT_EQ(data.skipped.size(), 2U);
  EXPECT_EQ(data.skipped[1].name, "c.jpg");
  EXPECT_EQ(data.skipped[0].reason, "is truncated");
  EXPECT_TRUE(std::ranges::equal(data.features, expected.features));
  EXPECT_TRUE(std::ranges::equal(data.luma, expected.luma));
  EXPECT_TRUE(std::ranges::equal(data.rgb, expected.rgb));
  EXPECT_TRUE(std::ranges::equal(data.color_sums, expected.color_sums));
  for (const void* array :
       {static_cast<const void*>(data.features.data()), static_cast<const void*>(data.luma.data()),
        static_cast<const void*>(data.rgb.data()),
        static_cast<const void*>(data.color_sums.data())}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array) % 64, 0U);
  }
}

TEST_F(IndexFile, EveryFlippedBitIsNoticed) {
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    const auto expected =
        at < kIndexMagic.size() ? IndexOnDisk::State::foreign : IndexOnDisk::State::damaged;
    ASSERT_EQ(state_of(damaged), expected) << "byte " << at << " of " << bytes_.size();
  }
}

TEST_F(IndexFile, EveryTruncationAndExtensionIsNoticed) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    const auto expected =
        size < kIndexMagic.size() ? IndexOnDisk::State::foreign : IndexOnDisk::State::damaged;
    ASSERT_EQ(state_of(bytes_.substr(0, size)), expected) << size;
  }
  EXPECT_EQ(state_of(bytes_ + '\0'), IndexOnDisk::State::damaged);
}

TEST_F(IndexFile, OtherVersionsAndByteOrdersAreNamed) {
  std::string problem;
  std::string other = bytes_;
  other[12] = static_cast<char>(kIndexVersion + 1);
  seal(other);
  EXPECT_EQ(state_of(other, &problem), IndexOnDisk::State::damaged);
  EXPECT_EQ(problem, "was written by another version");
  other = bytes_;
  std::reverse(other.begin() + 8, other.begin() + 12);
  seal(other);
  EXPECT_EQ(state_of(other, &problem), IndexOnDisk::State::damaged);
  EXPECT_EQ(problem, "was written with another byte order");
}

/// Whatever the header and the tables claim, with checksums that hold, no byte outside the file is
/// touched: the sanitizers watch, and what is accepted is read in full.
TEST_F(IndexFile, ForgedFieldsNeverReachOutsideTheFile) {
  constexpr unsigned kSeed = 424242;
  std::mt19937 random(kSeed);
  constexpr std::array<std::uint64_t, 10> kValues = {
      0, 1, 63, 64, 255, 256, 0x7fffffff, 0x80000000, 0x7fffffffffffffff, 0xffffffffffffffff};
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string forged = bytes_;
    const int edits = 1 + static_cast<int>(random() % 3);
    for (int e = 0; e < edits; ++e) {
      // Half of the edits hit the header, the others the tables at the end of the file.
      const std::size_t region = random() % 2 == 0 ? 12 : forged.size() - 240;
      const std::size_t at = region + random() % 225 / 4 * 4;
      const std::uint64_t value = random() % 4 == 0 ? random() : kValues[random() % kValues.size()];
      std::memcpy(forged.data() + at, &value, random() % 2 == 0 ? 4 : 8);
    }
    seal(forged);
    std::vector<std::byte> buffer(forged.size());
    std::memcpy(buffer.data(), forged.data(), forged.size());
    const ParsedIndex parsed = parse_index(buffer, nullptr);
    ASSERT_NE(parsed.data.has_value(), !parsed.problem.empty()) << "seed " << kSeed << " " << round;
    if (!parsed.data) continue;
    ++accepted;
    const LibraryData& data = *parsed.data;
    ASSERT_EQ(data.features.size(), data.tiles() * data.layout.feature_bytes());
    ASSERT_EQ(data.rgb.size(), data.tiles() * data.layout.rgb_bytes());
    ASSERT_EQ(data.color_sums.size(), data.tiles());
    content_fingerprint(data);
  }
  EXPECT_GT(accepted, 0) << "the forger never got past the checks, so the test shows little";
}

TEST_F(IndexFile, DamageOnDiskIsTheSameDamage) {
  EXPECT_EQ(state_of(bytes_), IndexOnDisk::State::usable);
  write_file(path(), bytes_.substr(0, bytes_.size() - 1));
  EXPECT_EQ(open_index(path()).state, IndexOnDisk::State::damaged);
  EXPECT_EQ(open_index(path()).problem, "is not complete");
  write_file(path(), "MTINDX of another kind");
  EXPECT_EQ(open_index(path()).state, IndexOnDisk::State::foreign);
  write_file(path(), "");
  EXPECT_EQ(open_index(path()).state, IndexOnDisk::State::foreign);
}

TEST_F(IndexFile, OtherThingsUnderItsNameAreForeign) {
  EXPECT_EQ(open_index(folder_.path()).state, IndexOnDisk::State::foreign);
  EXPECT_EQ(open_index("/dev/null").state, IndexOnDisk::State::foreign);
  EXPECT_EQ(open_index(folder_ / "missing").state, IndexOnDisk::State::absent);
  EXPECT_EQ(open_index(folder_ / "missing" / "a.mti").state, IndexOnDisk::State::absent);
}

}  // namespace
}  // namespace mosaic
