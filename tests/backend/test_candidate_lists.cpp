#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/cpu/candidate_lists.hpp"
#include "backend/cpu/score_cells.hpp"
#include "mosaic/error.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic::cpu {
namespace {

struct Lists {
  std::vector<std::int32_t> tile, base, bound;
  friend bool operator==(const Lists&, const Lists&) = default;
};

struct Problem {
  int cells, tiles, dims;
  std::vector<std::uint8_t> cell_features, tile_features, saliency;
  std::vector<std::int32_t> price;  // padded to whole blocks
  std::int32_t ssim_unit;
};

/// By sorting every (reduced cost, tile).
Lists naive(const Problem& p, int length) {
  Lists lists;
  for (int i = 0; i < p.cells; ++i) {
    std::vector<std::pair<std::int64_t, std::int32_t>> keys;
    for (int j = 0; j < p.tiles; ++j) {
      std::int64_t distance = 0;
      for (int d = 0; d < p.dims; ++d) {
        const int difference =
            p.cell_features[test::area(i, p.dims) + static_cast<std::size_t>(d)] -
            p.tile_features[test::area(j, p.dims) + static_cast<std::size_t>(d)];
        distance += difference * difference;
      }
      const std::int64_t base =
          p.saliency[static_cast<std::size_t>(i)] * (distance + p.ssim_unit) / 64;
      keys.emplace_back(base - p.price[static_cast<std::size_t>(j)], j);
    }
    std::ranges::sort(keys);
    for (std::size_t l = 0; l < static_cast<std::size_t>(length); ++l) {
      const auto [reduced, tile] = keys[l];
      lists.tile.push_back(tile);
      lists.base.push_back(
          static_cast<std::int32_t>(reduced + p.price[static_cast<std::size_t>(tile)]));
    }
    lists.bound.push_back(
        length < p.tiles ? static_cast<std::int32_t>(keys[static_cast<std::size_t>(length)].first)
                         : std::numeric_limits<std::int32_t>::max());
  }
  return lists;
}

Lists fast(const Problem& p, int length, Isa isa, std::span<const std::int32_t> guess = {}) {
  const PackedFeatures packed(p.tile_features, p.tiles, p.dims);
  const auto cells = static_cast<std::size_t>(p.cells);
  Lists lists{std::vector<std::int32_t>(cells * static_cast<std::size_t>(length), -7),
              std::vector<std::int32_t>(cells * static_cast<std::size_t>(length), -7),
              std::vector<std::int32_t>(cells, -7)};
  build_lists({packed, p.cell_features, p.saliency, p.price, p.ssim_unit, length, guess}, 0,
              p.cells, isa, {lists.tile, lists.base, lists.bound});
  return lists;
}

Problem make_problem(int cells, int tiles, int k, test::EdgeBytes& bytes) {
  Problem p;
  p.cells = cells;
  p.tiles = tiles;
  p.dims = 3 * k * k;
  p.cell_features = bytes(test::area(cells, p.dims));
  p.tile_features = bytes(test::area(tiles, p.dims));
  p.ssim_unit = static_cast<std::int32_t>(bytes.number(2) * bytes.number(1U << 20));
  for (int i = 0; i < cells; ++i) {
    p.saliency.push_back(static_cast<std::uint8_t>(32 + bytes.number(97)));
  }
  p.price.resize(test::area((tiles + 15) / 16, 16));
  const unsigned dear = 1U << bytes.number(29);
  const bool priced = bytes.number(3) != 0;
  for (int j = 0; priced && j < tiles; ++j) {
    p.price[static_cast<std::size_t>(j)] = -static_cast<std::int32_t>(bytes.number(dear));
  }
  return p;
}

TEST(BuildLists, EqualTheSortedListsOnEverySetOfInstructions) {
  constexpr unsigned kSeed = 41;
  test::EdgeBytes bytes(kSeed);
  for (const int tiles : {1, 2, 15, 16, 17, 63, 64, 65, 66, 128, 129, 255, 256, 257, 300, 1000}) {
    for (int round = 0; round < 12; ++round) {
      const int cells = 1 + static_cast<int>(bytes.number(9));
      const Problem p = make_problem(cells, tiles, 1 + static_cast<int>(bytes.number(5)), bytes);
      const int most = std::min(kListLength, tiles);
      for (const int length :
           {most, 1 + static_cast<int>(bytes.number(static_cast<unsigned>(most)))}) {
        const Lists want = naive(p, length);
        for (const Isa isa : supported_isas()) {
          ASSERT_EQ(fast(p, length, isa), want)
              << isa_name(isa) << " seed " << kSeed << " tiles " << tiles << " cells " << cells
              << " dims " << p.dims << " length " << length << " round " << round;
        }
      }
    }
  }
}

/// Under, at and over the bound, and so far under it that no tile is left.
TEST(BuildLists, AGuessChangesNoList) {
  constexpr unsigned kSeed = 43;
  test::EdgeBytes bytes(kSeed);
  for (const int tiles : {64, 65, 66, 300, 1000}) {
    const Problem p = make_problem(21, tiles, 3, bytes);
    const Lists want = naive(p, kListLength);
    std::vector<std::int32_t> guess(want.bound.size());
    for (const int off : {-1'000'000, -5'000, -1, 0, 1, 5'000, 1'000'000}) {
      for (std::size_t i = 0; i < guess.size(); ++i) {
        const bool open = want.bound[i] == std::numeric_limits<std::int32_t>::max();
        guess[i] = i % 5 == 4 ? std::numeric_limits<std::int32_t>::max()
                              : (open ? want.base[test::area(static_cast<int>(i), kListLength)]
                                      : want.bound[i]) +
                                    off;
      }
      for (const Isa isa : supported_isas()) {
        ASSERT_EQ(fast(p, kListLength, isa, guess), want)
            << isa_name(isa) << " seed " << kSeed << " tiles " << tiles << " off " << off;
      }
    }
  }
}

TEST(BuildLists, EqualTilesComeInTheirOrder) {
  test::EdgeBytes bytes(42);
  Problem p = make_problem(5, 777, 2, bytes);
  std::ranges::fill(p.tile_features, std::uint8_t{90});
  std::ranges::fill(p.price, 0);
  for (const Isa isa : supported_isas()) {
    const Lists lists = fast(p, kListLength, isa);
    for (int i = 0; i < 5; ++i) {
      for (int l = 0; l < kListLength; ++l) {
        ASSERT_EQ(lists.tile[test::area(i, kListLength) + static_cast<std::size_t>(l)], l)
            << isa_name(isa);
      }
      EXPECT_EQ(lists.bound[static_cast<std::size_t>(i)], lists.base[test::area(i, kListLength)]);
    }
  }
}

// The worst order: every tile is better than all before it, so every one passes the threshold.
TEST(BuildLists, SurviveTilesThatGetEverBetter) {
  Problem p;
  p.cells = 4;
  p.tiles = 2000;
  p.dims = 12;
  p.cell_features.assign(48, 0);
  p.saliency.assign(4, 64);
  p.ssim_unit = 0;
  p.price.assign(2000, 0);
  for (int j = 0; j < p.tiles; ++j) {
    const int level = 255 * (p.tiles - j) / p.tiles;
    for (int d = 0; d < p.dims; ++d) p.tile_features.push_back(static_cast<std::uint8_t>(level));
  }
  const Lists want = naive(p, kListLength);
  for (const Isa isa : supported_isas()) EXPECT_EQ(fast(p, kListLength, isa), want);
}

TEST(BuildLists, RefuseAContradictoryRequest) {
  const std::vector<std::uint8_t> features(30);
  const PackedFeatures packed(features, 10, 3);
  const std::vector<std::uint8_t> saliency(1, 64);
  const std::vector<std::int32_t> price(16);
  std::vector<std::int32_t> out(16);
  const auto build = [&](int length, std::span<const std::int32_t> prices) {
    build_lists({packed, std::span(features).first(3), saliency, prices, 0, length}, 0, 1,
                Isa::plain, {out, out, out});
  };
  EXPECT_THROW(build(11, price), Error);
  EXPECT_THROW(build(0, price), Error);
  EXPECT_THROW(build(10, std::span(price).first(10)), Error);
}

TEST(ChooseCandidates, TakesEachPhotosBestVariant) {
  const std::int32_t list[] = {7, 6, 12, 8, 13, 0, 2};
  std::int32_t chosen[4];
  choose_candidates(list, 3, chosen);  // photos 2, 2, 4, 2, 4, 0, 0
  EXPECT_EQ(std::vector(std::begin(chosen), std::end(chosen)),
            (std::vector<std::int32_t>{7, 12, 0, kNoTile}));
  choose_candidates(list, 1, chosen);
  EXPECT_EQ(std::vector(std::begin(chosen), std::end(chosen)),
            (std::vector<std::int32_t>{7, 6, 12, 8}));
}

}  // namespace
}  // namespace mosaic::cpu
