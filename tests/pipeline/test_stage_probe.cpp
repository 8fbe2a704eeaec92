// What a stage shows: every array in its hash, every array within reach of a fault, nothing left
// out.
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "mosaic/error.hpp"
#include "pipeline/stage_probe.hpp"

namespace mosaic {
namespace {

TEST(StageProbe, AFaultIsShownEveryArray) {
  std::vector<std::uint8_t> a(3), b, c(2);
  std::uint64_t clean = 0;
  std::set<std::uint64_t> hashes;
  for (int wrong = -1; wrong < 2; ++wrong) {
    StageProbe probe;
    std::vector<std::size_t> seen;
    probe.set_fault([&](std::int64_t, Stage, std::size_t array, std::span<std::byte> bytes) {
      seen.push_back(array);
      if (static_cast<int>(array) == wrong) bytes[0] ^= std::byte{1};
    });
    a.assign(3, 0);
    c.assign(2, 0);
    const std::uint64_t hash = probe.hash(0, Stage::assignment, {bytes_of(a), bytes_of(c)});
    if (wrong < 0) clean = hash;
    hashes.insert(hash);
    EXPECT_EQ(seen, (std::vector<std::size_t>{0, 1}));
  }
  EXPECT_EQ(hashes.size(), 3U) << "a byte of each array counts";
  a.assign(3, 0);
  c.assign(2, 0);
  EXPECT_EQ(StageProbe().hash(0, Stage::assignment, {bytes_of(a), bytes_of(c)}), clean);
  EXPECT_THROW(static_cast<void>(StageProbe().hash(0, Stage::assignment, {bytes_of(b)})),
               std::logic_error)
      << "an array that kStageArrays does not know would never be spoilt by a test";
}

TEST(StageProbe, EveryPlaneIsWithinReachOfAFault) {
  StageProbe probe;
  std::vector<std::size_t> sizes;
  probe.set_fault([&](std::int64_t, Stage, std::size_t array, std::span<std::byte> bytes) {
    EXPECT_EQ(array, sizes.size());
    sizes.push_back(bytes.size());
  });
  Picture picture = YuvImage(Size{6, 4});
  static_cast<void>(probe.hash(0, Stage::decoded, picture));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{24, 6, 6, 20}));
  sizes.clear();
  probe.spoil(0, Stage::file, picture);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{24, 6, 6}));
}

TEST(StageProbe, AStageThatNobodyHashedIsNoAgreement) {
  const auto told = [](std::vector<std::pair<std::int64_t, Stage>> stages) -> std::string {
    StageProbe probe;
    try {
      for (const auto& [frame, stage] : stages) probe.tell(frame, stage, 1);
      probe.require_complete();
    } catch (const VerifyError& error) {
      return error.what();
    }
    return "complete";
  };
  using enum Stage;
  EXPECT_EQ(told({}), "complete");
  EXPECT_EQ(told({{4, decoded},
                  {4, features},
                  {4, candidates},
                  {4, ssim},
                  {4, assignment},
                  {4, picture},
                  {5, decoded},
                  {5, features},
                  {5, flow},
                  {5, candidates},
                  {5, ssim},
                  {5, assignment},
                  {5, picture}}),
            "complete");
  EXPECT_EQ(told({{4, decoded}, {4, features}, {4, candidates}, {4, assignment}}),
            "frame 4: stage ssim was not hashed, so it cannot be compared");
  EXPECT_EQ(told({{4, features}}),
            "frame 4: stage decoded was not hashed, so it cannot be compared");
  EXPECT_EQ(told({{4, decoded}, {5, decoded}}),
            "frame 4: stage features was not hashed, so it cannot be compared");
  EXPECT_EQ(
      told({{4, decoded}, {4, features}, {4, flow}, {4, candidates}, {4, ssim}, {4, assignment}}),
      "frame 4: stage picture was not hashed, so it cannot be compared");
}

}  // namespace
}  // namespace mosaic
