// The objective as a cost matrix, against its definition written out plainly.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "assign/objective.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

/// A random frame over a random library, with lists and candidates made the slow way.
class ObjectiveProblem {
 public:
  ObjectiveProblem(int cells, int photos, int variants, unsigned seed)
      : library(photos, variants, 3, 8, seed),
        random_(seed + 1),
        base(library, scale, SimdChoice::plain) {
    const auto dims = static_cast<std::size_t>(36);
    described.features.resize(static_cast<std::size_t>(cells) * dims);
    for (auto& value : described.features) value = static_cast<std::uint8_t>(88 + random_() % 81);
    for (int i = 0; i < cells; ++i) {
      described.saliency.push_back(static_cast<std::uint8_t>(32 + random_() % 97));
      carried.push_back(i % 3 == 0 ? kNoTile
                                   : static_cast<std::int32_t>(
                                         random_() % static_cast<unsigned>(library.tiles())));
    }
    for (int i = 0; i < cells; ++i) {
      switch_price.push_back(static_cast<std::int32_t>(random_() % 900));
      banned.emplace_back();
      for (int p = 0; p < photos; ++p) {
        if (i % 2 == 1 && random_() % 8 == 0) banned.back().push_back(p);
      }
    }
    for (int p = 0; p < photos; ++p) price.push_back(-static_cast<std::int32_t>(random_() % 9000));
    fill_scores(cells);
  }

  std::int32_t base_cost(int cell, int tile) const { return cost(cell, tile, scale.ssim_unit); }

  std::int32_t cost(int cell, int tile, std::int32_t dissimilarity) const {
    std::int64_t sum = dissimilarity;
    for (int d = 0; d < 36; ++d) {
      const int a = described.features[static_cast<std::size_t>(cell * 36 + d)];
      const int b = library.features()[static_cast<std::size_t>(tile * 36 + d)];
      sum += (a - b) * (a - b);
    }
    return static_cast<std::int32_t>(sum * described.saliency[static_cast<std::size_t>(cell)] / 64);
  }

  /// The definition: least over the variants, SSIM where known, price unless carried.
  std::int32_t photo_cost(int cell, int photo) const {
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    for (int v = 0; v < library.variants(); ++v) {
      const int tile = photo * library.variants() + v;
      std::int32_t value = base_cost(cell, tile);
      const int n = scores.candidates;
      for (int k = 0; k < n; ++k) {
        if (scores.candidate_tile[static_cast<std::size_t>(cell * n + k)] == tile) {
          value =
              cost(cell, tile, scores.dissimilarity[static_cast<std::size_t>(cell * (n + 1) + k)]);
        }
      }
      const std::int32_t held = carried[static_cast<std::size_t>(cell)];
      if (held == tile) {
        value =
            cost(cell, tile, scores.dissimilarity[static_cast<std::size_t>(cell * (n + 1) + n)]);
      }
      if (held != kNoTile && held != tile) value += switch_price[static_cast<std::size_t>(cell)];
      least = std::min(least, value);
    }
    const auto& list = banned[static_cast<std::size_t>(cell)];
    return least + (std::ranges::find(list, photo) != list.end() ? kBanCost : 0);
  }

  test::FakeLibrary library;
  CostScale scale{36 * 60, 0};
  CellDescriptions described;
  CellScores scores;
  std::vector<std::int32_t> carried;
  std::vector<std::int32_t> price;
  std::vector<std::int32_t> switch_price;  ///< per cell
  BannedPhotos banned;

 private:
  void fill_scores(int cells) {
    scores.list_length = std::min(10, library.tiles());
    scores.candidates = 4;
    for (int i = 0; i < cells; ++i) {
      std::vector<std::pair<std::int32_t, std::int32_t>> order;
      for (int t = 0; t < library.tiles(); ++t) {
        order.emplace_back(
            base_cost(i, t) - price[static_cast<std::size_t>(t / library.variants())], t);
      }
      std::ranges::sort(order);
      for (int k = 0; k < scores.list_length; ++k) {
        scores.list_tile.push_back(order[static_cast<std::size_t>(k)].second);
        scores.list_base.push_back(base_cost(i, order[static_cast<std::size_t>(k)].second));
      }
      scores.list_bound.push_back(scores.list_length < library.tiles()
                                      ? order[static_cast<std::size_t>(scores.list_length)].first
                                      : std::numeric_limits<std::int32_t>::max());
      // Some candidates are kept from an earlier frame: anywhere in the pool, on no list. Small
      // pools have fewer tiles than candidates; the rest is padding.
      const int tiles = library.tiles();
      for (int k = 0; k < scores.candidates; ++k) {
        const int rank = k % 2 == 0 ? k / 2 : tiles - 1 - k / 2;
        const bool spent = k >= tiles;
        scores.candidate_tile.push_back(spent ? kNoTile
                                              : order[static_cast<std::size_t>(rank)].second);
        scores.dissimilarity.push_back(
            spent ? scale.ssim_unit
                  : static_cast<std::int32_t>(random_() %
                                              static_cast<unsigned>(scale.ssim_unit + 1)));
      }
      scores.dissimilarity.push_back(
          static_cast<std::int32_t>(random_() % static_cast<unsigned>(scale.ssim_unit + 1)));
      // A tile that is both candidate and carried has one SSIM.
      for (int k = 0; k < scores.candidates; ++k) {
        if (scores.candidate_tile[static_cast<std::size_t>(i * 4 + k)] ==
            carried[static_cast<std::size_t>(i)]) {
          scores.dissimilarity[static_cast<std::size_t>(i * 5 + k)] =
              scores.dissimilarity[static_cast<std::size_t>(i * 5 + 4)];
        }
      }
    }
  }

  std::mt19937 random_;

 public:
  cpu::BaseCosts base;
};

class Objective : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(Objective, RowsFollowTheDefinition) {
  const auto [photos, variants] = GetParam();
  const ObjectiveProblem p(23, photos, variants, 5);
  ThreadPool pool(2);
  const FrameObjective objective(p.library, p.base, p.scale, p.described, p.scores, p.carried,
                                 p.switch_price, p.banned, pool);
  std::vector<std::int32_t> row(static_cast<std::size_t>(photos));
  for (int cell = 0; cell < 23; ++cell) {
    objective.row(cell, row);
    for (int photo = 0; photo < photos; ++photo) {
      ASSERT_EQ(row[static_cast<std::size_t>(photo)], p.photo_cost(cell, photo))
          << "cell " << cell << " photo " << photo;
      const std::int32_t tile = objective.best_variant(cell, photo);
      EXPECT_EQ(tile / variants, photo);
      EXPECT_EQ(objective.parts(cell, tile).total(),
                row[static_cast<std::size_t>(photo)] % kBanCost)
          << "a ban is no part of a cost";
    }
  }
}

TEST_P(Objective, ListsAreExactAndBoundTheRest) {
  const auto [photos, variants] = GetParam();
  const ObjectiveProblem p(31, photos, variants, 6);
  ThreadPool pool(1);
  const FrameObjective objective(p.library, p.base, p.scale, p.described, p.scores, p.carried,
                                 p.switch_price, p.banned, pool);
  const RowLists lists = objective.lists();
  for (int cell = 0; cell < 31; ++cell) {
    std::vector<bool> listed(static_cast<std::size_t>(photos), false);
    const auto i = static_cast<std::size_t>(cell);
    for (int k = 0; k < lists.count[i]; ++k) {
      const std::size_t at =
          i * static_cast<std::size_t>(lists.length) + static_cast<std::size_t>(k);
      const std::int32_t photo = lists.column[at];
      EXPECT_FALSE(listed[static_cast<std::size_t>(photo)]) << "listed twice";
      listed[static_cast<std::size_t>(photo)] = true;
      EXPECT_EQ(lists.cost[at], p.photo_cost(cell, photo)) << "cell " << cell;
    }
    for (int photo = 0; photo < photos; ++photo) {
      if (listed[static_cast<std::size_t>(photo)]) continue;
      EXPECT_GE(p.photo_cost(cell, photo) - p.price[static_cast<std::size_t>(photo)],
                lists.bound[i]);
    }
  }
}

TEST_P(Objective, LaterBansGiveTheListsThatALaterCallWouldGive) {
  const auto [photos, variants] = GetParam();
  ObjectiveProblem p(31, photos, variants, 6);
  ThreadPool pool(1);
  const FrameObjective objective(p.library, p.base, p.scale, p.described, p.scores, p.carried,
                                 p.switch_price, p.banned, pool);
  RowLists lists = objective.lists();
  std::vector<Ban> added;
  for (int cell = 0; cell < 31; cell += 3) {
    // a photo on the list, and one that may not be
    const std::size_t first =
        static_cast<std::size_t>(cell) * static_cast<std::size_t>(lists.length);
    for (const std::int32_t photo : {lists.column[first], photos - 1}) {
      if (add_ban(p.banned, cell, photo)) added.push_back({cell, photo});
      EXPECT_FALSE(add_ban(p.banned, cell, photo));
    }
  }
  ASSERT_FALSE(added.empty());
  EXPECT_NE(objective.lists().cost, lists.cost);
  objective.add_bans(added, lists);
  const RowLists anew = objective.lists();
  EXPECT_EQ(lists.count, anew.count);
  EXPECT_EQ(lists.column, anew.column);
  EXPECT_EQ(lists.cost, anew.cost);
  EXPECT_EQ(lists.bound, anew.bound);
}

INSTANTIATE_TEST_SUITE_P(Pools, Objective,
                         testing::Values(std::tuple{60, 1}, std::tuple{40, 2}, std::tuple{17, 6},
                                         std::tuple{3, 1}, std::tuple{5, 3}));

TEST(Objective, EqualCellsShareAClassUntilTheyCarryDifferentTiles) {
  ObjectiveProblem p(6, 30, 1, 7);
  for (int cell : {2, 4, 5}) {
    std::copy_n(p.described.features.begin(), 36, p.described.features.begin() + cell * 36);
    p.described.saliency[static_cast<std::size_t>(cell)] = p.described.saliency[0];
    std::copy_n(p.scores.candidate_tile.begin(), 4, p.scores.candidate_tile.begin() + cell * 4);
    std::copy_n(p.scores.dissimilarity.begin(), 5, p.scores.dissimilarity.begin() + cell * 5);
    p.switch_price[static_cast<std::size_t>(cell)] = cell;  // matters only where a tile is carried
    p.banned[static_cast<std::size_t>(cell)] = p.banned[0];
  }
  p.banned[5].assign(1, 3);
  p.carried = {kNoTile, 3, kNoTile, 3, 8, kNoTile};
  ThreadPool pool(1);
  const FrameObjective objective(p.library, p.base, p.scale, p.described, p.scores, p.carried,
                                 p.switch_price, p.banned, pool);
  EXPECT_EQ(objective.row_classes(), (std::vector<std::int32_t>{0, 1, 0, 3, 4, 5}));
}

}  // namespace
}  // namespace mosaic
