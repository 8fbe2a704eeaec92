#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "backend/cpu/base_costs.hpp"
#include "backend/cpu/distances.hpp"
#include "mosaic/error.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic::cpu {
namespace {

std::vector<std::int32_t> naive(const std::uint8_t* cell, const std::vector<std::uint8_t>& tiles,
                                int dims) {
  std::vector<std::int32_t> out;
  for (std::size_t at = 0; at < tiles.size(); at += static_cast<std::size_t>(dims)) {
    std::int32_t sum = 0;
    for (std::size_t d = 0; d < static_cast<std::size_t>(dims); ++d) {
      const int difference = cell[d] - tiles[at + d];
      sum += difference * difference;
    }
    out.push_back(sum);
  }
  return out;
}

constexpr int kTileCounts[] = {1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257};

TEST(DistanceRow, IsExactOnEverySetOfInstructions) {
  constexpr unsigned kSeed = 31;
  test::EdgeBytes bytes(kSeed);
  for (const int count : kTileCounts) {
    for (int k = 1; k <= 8; ++k) {
      const int dims = 3 * k * k;
      const auto tiles = bytes(test::area(count, dims));
      const auto cell = bytes(static_cast<std::size_t>(dims));
      const auto want = naive(cell.data(), tiles, dims);
      const PackedFeatures packed(tiles, count, dims);
      for (const Isa isa : supported_isas()) {
        std::vector<std::int32_t> got(static_cast<std::size_t>(count), -1);
        distance_row(cell.data(), packed, isa, got);
        ASSERT_EQ(got, want) << isa_name(isa) << " seed " << kSeed << " tiles " << count << " k "
                             << k;
      }
    }
  }
}

TEST(DistanceBlocks, EveryBatchSizeGivesTheSame) {
  constexpr unsigned kSeed = 32;
  test::EdgeBytes bytes(kSeed);
  constexpr int kDims = 75;
  for (const int blocks : {1, 2, 3, 4, 5, 9}) {
    const int count = blocks * kBlockTiles;
    const auto tiles = bytes(static_cast<std::size_t>(count) * kDims);
    const PackedFeatures packed(tiles, count, kDims);
    const auto cells = bytes(std::size_t{kQueryBatch} * kDims);
    CellQuery queries[kQueryBatch];
    for (int q = 0; q < kQueryBatch; ++q) queries[q].set(cells.data() + q * kDims, kDims);
    for (const Isa isa : supported_isas()) {
      for (int batch = 1; batch <= kQueryBatch; ++batch) {
        const auto stride = static_cast<std::size_t>(count) + 16;
        std::vector<std::int32_t> got(stride * kQueryBatch, -1);
        distance_blocks(queries, batch, packed, 0, blocks, isa, got.data(), stride);
        for (int q = 0; q < batch; ++q) {
          const auto want = naive(cells.data() + q * kDims, tiles, kDims);
          const auto begin = got.begin() + q * static_cast<std::ptrdiff_t>(stride);
          ASSERT_TRUE(std::equal(want.begin(), want.end(), begin))
              << isa_name(isa) << " batch " << batch << " blocks " << blocks;
          ASSERT_EQ(begin[count], -1) << "wrote past the last block";
        }
      }
    }
  }
}

TEST(DistanceRow, HoldsTheLargestDistances) {
  constexpr int kDims = 192;
  constexpr int kTiles = 20;
  const std::vector<std::uint8_t> black(kDims, 0);
  const std::vector<std::uint8_t> white(kDims, 255);
  for (const bool white_tiles : {false, true}) {
    const std::vector<std::uint8_t> tiles(std::size_t{kDims} * kTiles, white_tiles ? 255 : 0);
    const PackedFeatures packed(tiles, kTiles, kDims);
    for (const Isa isa : supported_isas()) {
      std::vector<std::int32_t> far(kTiles);
      std::vector<std::int32_t> near(kTiles);
      distance_row(white_tiles ? black.data() : white.data(), packed, isa, far);
      distance_row(white_tiles ? white.data() : black.data(), packed, isa, near);
      EXPECT_EQ(far, std::vector<std::int32_t>(kTiles, 192 * 65025)) << isa_name(isa);
      EXPECT_EQ(near, std::vector<std::int32_t>(kTiles, 0)) << isa_name(isa);
    }
  }
}

TEST(BaseCosts, FollowTheFormulaUpToTheLargestCosts) {
  constexpr unsigned kSeed = 33;
  test::EdgeBytes bytes(kSeed);
  constexpr int kDims = 192;
  for (const int count : kTileCounts) {
    auto tiles = bytes(static_cast<std::size_t>(count) * kDims);
    std::fill_n(tiles.begin(), kDims, std::uint8_t{255});
    const std::vector<std::uint8_t> cell(kDims, 0);
    const auto distances = naive(cell.data(), tiles, kDims);
    for (const std::int32_t ssim_unit : {0, 1, 5000, (1 << 25) - 1 - 192 * 65025}) {
      for (const int saliency : {32, 64, 77, 128}) {
        for (const Isa isa : supported_isas()) {
          const BaseCosts costs(PackedFeatures(tiles, count, kDims), ssim_unit, isa);
          std::vector<std::int32_t> got(static_cast<std::size_t>(count));
          costs.row(cell.data(), static_cast<std::uint8_t>(saliency), got);
          for (std::size_t j = 0; j < got.size(); ++j) {
            const std::int64_t want = std::int64_t{saliency} * (distances[j] + ssim_unit) / 64;
            ASSERT_EQ(got[j], want) << isa_name(isa) << " seed " << kSeed << " tile " << j;
            ASSERT_LT(want, 1 << 26);
          }
        }
      }
    }
  }
}

TEST(PackedFeatures, RefusesSizesThatContradict) {
  const std::vector<std::uint8_t> bytes(30);
  EXPECT_THROW(PackedFeatures(bytes, 10, 4), Error);
  EXPECT_THROW(PackedFeatures(bytes, 0, 3), Error);
  EXPECT_THROW(PackedFeatures(std::vector<std::uint8_t>(243), 1, 243), Error);
  const PackedFeatures packed(bytes, 10, 3);
  std::vector<std::int32_t> out(9);
  EXPECT_THROW(distance_row(bytes.data(), packed, Isa::plain, out), Error);
}

}  // namespace
}  // namespace mosaic::cpu
