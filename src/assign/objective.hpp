// The objective of one frame as a cost matrix of cells x photos (docs/architecture.md).
//
//   cost(i, tile) = saliency(i) * (D(i, tile) + R(i, tile)) / 64   + price(i) unless carried
//   cost(i, photo) = the least over the photo's variants   + kBanCost where the pair is banned
//
// R is ssim_unit where SSIM was not computed, so all but a few entries of a row are the base cost,
// and the matrix need not be stored.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/problem.hpp"
#include "assign/spacing.hpp"
#include "backend/backend.hpp"
#include "backend/cpu/base_costs.hpp"
#include "core/parallel_for.hpp"

namespace mosaic {

/// One tile whose SSIM is known in one cell, with its cost (switch price not included).
struct KnownTile {
  std::int32_t tile = kNoTile;
  std::int32_t cost = 0;
};

class FrameObjective final : public CostSource {
 public:
  /// All arguments are kept by reference until the objective dies.
  /// `carried_tile`: per cell, kNoTile where nothing is carried; `switch_price`: per cell, what
  /// another tile costs there; `banned`: per cell, or empty.
  FrameObjective(const TileLibrary& library, const cpu::BaseCosts& base, const CostScale& scale,
                 const CellDescriptions& cells, const CellScores& scores,
                 std::span<const std::int32_t> carried_tile,
                 std::span<const std::int32_t> switch_price, const BannedPhotos& banned,
                 ThreadPool& pool);

  [[nodiscard]] int rows() const override { return cells_; }
  [[nodiscard]] int columns() const override { return library_.photos(); }
  void row(int cell, std::span<std::int32_t> out) const override;

  /// The scores' tile lists turned into photo costs, valid at the prices the scores were made at.
  [[nodiscard]] RowLists lists() const;
  /// Puts bans into lists() that have been made since: all that lists() would make differently.
  void add_bans(std::span<const Ban> added, RowLists& lists) const;

  /// Cells that have equal rows share a number (first cell of the class).
  [[nodiscard]] std::vector<std::int32_t> row_classes() const;

  /// The variant of `photo` that makes its cost in `cell`; ties go to the lowest tile number.
  [[nodiscard]] std::int32_t best_variant(int cell, int photo) const;

  /// Cost of one tile in one cell, taken apart.
  struct Parts {
    std::int64_t distance = 0;  ///< saliency-weighted feature distance
    std::int64_t ssim = 0;      ///< what dissimilarity adds
    std::int64_t change = 0;    ///< switch price, if paid
    [[nodiscard]] std::int64_t total() const { return distance + ssim + change; }
  };
  [[nodiscard]] Parts parts(int cell, std::int32_t tile) const;

 private:
  [[nodiscard]] std::int32_t known_cost(int cell, std::int32_t tile) const;  ///< -1: not known
  [[nodiscard]] std::int32_t tile_cost(int cell, std::int32_t tile) const;   ///< price included
  [[nodiscard]] std::int32_t distance(int cell, std::int32_t tile) const;
  [[nodiscard]] std::span<const KnownTile> known(int cell) const;
  [[nodiscard]] std::span<const std::int32_t> banned(int cell) const;
  [[nodiscard]] std::int32_t price_of_change(int cell) const;  ///< 0 where nothing is carried
  void fill_known(int cell);
  void fill_list(int cell, RowLists& lists) const;

  const TileLibrary& library_;
  const cpu::BaseCosts& base_;
  CostScale scale_;
  const CellDescriptions& cells_described_;
  const CellScores& scores_;
  std::span<const std::int32_t> carried_;
  std::span<const std::int32_t> switch_price_;
  const BannedPhotos& banned_;
  ThreadPool& pool_;
  int cells_;
  int dims_;
  int known_per_cell_;
  std::vector<KnownTile> known_;          ///< cells x known_per_cell_, kNoTile pads at the end
  std::vector<std::int32_t> known_ssim_;  ///< R of the same entries
};

}  // namespace mosaic
