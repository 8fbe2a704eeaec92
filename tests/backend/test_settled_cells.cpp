// Note [Settled cells].
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backend/backend_case.hpp"
#include "backend/feature_math.hpp"

namespace mosaic {
namespace {

TEST(CpuBackend, SettledCellsGetAnSsimOfWhatTheyCarryOnly) {
  Case c(90, 1, 16, match(4, 50.0, 3));
  const CellDescriptions cells = c.described(7);
  const std::int32_t unit = cost_scale(c.settings).ssim_unit;
  std::vector<std::int32_t> prices(90);
  for (int j = 0; j < 90; ++j) prices[static_cast<std::size_t>(j)] = -100 * (j % 7);
  std::vector<std::int32_t> carried(static_cast<std::size_t>(c.geometry.cells()));
  for (int i = 0; i < c.geometry.cells(); ++i) carried[static_cast<std::size_t>(i)] = i * 3 % 90;
  carried[5] = kNoTile;
  CellScores all;
  c.backend->score({prices, carried, {}}, all);
  carried[6] = all.list_tile[6 * static_cast<std::size_t>(all.list_length)];  // its very best
  c.backend->score({prices, carried, {}}, all);

  // The least price that settles each cell, by trying.
  std::vector<std::int32_t> enough(carried.size());
  const auto dims = static_cast<std::size_t>(feature_count(4));
  for (std::size_t i = 0; i < carried.size(); ++i) {
    if (carried[i] == kNoTile) continue;
    const auto tile = static_cast<std::size_t>(carried[i]);
    std::int64_t distance = 0;
    for (std::size_t d = 0; d < dims; ++d) {
      const int off = int{cells.features[i * dims + d]} - c.library.features()[tile * dims + d];
      distance += off * off;
    }
    const std::int64_t kept = cells.saliency[i] * (distance + unit) / 64 - prices[tile];
    const std::size_t list = i * static_cast<std::size_t>(all.list_length);
    const std::size_t other = all.list_tile[list] == carried[i] ? list + 1 : list;
    const std::int64_t best =
        all.list_base[other] - prices[static_cast<std::size_t>(all.list_tile[other])];
    while (best - (cells.saliency[i] * unit / 64 + 1) + enough[i] / 2 < kept) ++enough[i];
  }
  EXPECT_GT(enough[6], 2);
  EXPECT_GT(enough[7], 2);

  for (const std::int32_t less : {0, 1}) {
    std::vector<std::int32_t> switch_price = enough;
    for (std::int32_t& price : switch_price) price = std::max(price - less, 0);
    CellScores scores;
    c.backend->score({prices, carried, {}, {}, switch_price}, scores);
    EXPECT_EQ(scores.candidate_tile, all.candidate_tile);
    for (std::size_t i = 0; i < carried.size(); ++i) {
      SCOPED_TRACE(std::to_string(i) + " " + std::to_string(less));
      const auto got = std::span(scores.dissimilarity).subspan(i * 4, 4);
      const auto want = std::span(all.dissimilarity).subspan(i * 4, 4);
      EXPECT_EQ(got[3], want[3]);
      const bool settled = carried[i] != kNoTile && switch_price[i] == enough[i];
      for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(got[k], settled ? unit : want[k]);
    }
  }

  // What is known of a settled cell is taken over, and of no other.
  std::vector<std::int32_t> switch_price = enough;
  switch_price[7] = 0;
  std::vector<std::int32_t> known(carried.size(), unit + 1);  // what no SSIM gives
  known[6] = kUnknownDissimilarity;
  CellScores scores;
  c.backend->score({prices, carried, {}, {}, switch_price, known}, scores);
  for (std::size_t i = 0; i < carried.size(); ++i) {
    const bool taken = carried[i] != kNoTile && i != 6 && i != 7;
    EXPECT_EQ(scores.dissimilarity[i * 4 + 3], taken ? unit + 1 : all.dissimilarity[i * 4 + 3]);
    for (std::size_t k = 0; k < 3 && taken; ++k) EXPECT_EQ(scores.dissimilarity[i * 4 + k], unit);
  }
}

}  // namespace
}  // namespace mosaic
