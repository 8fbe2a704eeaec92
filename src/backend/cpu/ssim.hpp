// Structural similarity of small squares and of whole pictures, exact to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic::cpu {

/// What an SSIM needs of each tile alone, made once: the sums over its windows, of the pixels and
/// of their squares. A tile is compared with a few cells of every frame, and more than half of what
/// a comparison costs is these sums.
class TileWindowSums {
 public:
  /// Larger tables are not made: reading them would not be faster than computing, and memory is
  /// dear.
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20;

  /// `luma`: tiles x size_px x size_px. Empty where bytes() is 0.
  TileWindowSums(std::span<const std::uint8_t> luma, int tiles, int size_px, Isa isa,
                 ThreadPool& pool);

  /// What a table takes; 0 where none is made.
  [[nodiscard]] static std::size_t bytes(int tiles, int size_px);

  struct OfTile {
    const std::int32_t *sum, *squares;  ///< (S-6)^2 values, zeros up to a whole vector behind them
  };
  [[nodiscard]] bool empty() const { return sums_.empty(); }
  [[nodiscard]] OfTile of(std::int32_t tile) const {
    const std::int32_t* sum = sums_.data() + 2 * values_ * static_cast<std::size_t>(tile);
    return {sum, sum + values_};
  }

 private:
  static int values_of(int size_px);

  std::size_t values_;  ///< of one kind, per tile
  std::vector<std::int32_t> sums_;
};

/// Compares squares of luma with one cell. Keeps its buffers; one per thread.
class SsimScorer {
 public:
  /// 7 <= size_px <= kMaxSsimSquare_px; throws UsageError otherwise.
  SsimScorer(int size_px, Isa isa);

  /// The cell all following score() calls compare with; not kept by reference.
  void set_cell(const std::uint8_t* luma, std::ptrdiff_t stride);
  /// Sum of ssim_fixed() over all (S-6)^2 windows; `tile` is S x S without gaps.
  [[nodiscard]] std::int64_t score(const std::uint8_t* tile);
  /// The same with the tile's own sums at hand.
  [[nodiscard]] std::int64_t score(const std::uint8_t* tile, const TileWindowSums::OfTile& sums);
  /// The cell's own sums, as TileWindowSums keeps them for tiles.
  void write_cell_sums(std::int32_t* sum, std::int32_t* squares) const;
  [[nodiscard]] std::int64_t windows() const { return static_cast<std::int64_t>(side_) * side_; }

 private:
  int size_px_;
  int side_;  ///< windows along an edge
  Isa isa_;
  std::vector<std::uint8_t> cell_;
  std::vector<std::uint8_t> tile_;        ///< padded copy, where rows are shorter than a vector
  std::vector<std::int32_t> columns_[3];  ///< scratch: sums over 7 rows
  std::vector<std::int32_t> cell_sum_, cell_squares_, tile_sum_, tile_squares_, product_;
};

struct SsimResult {
  double score = 0.0;        ///< mean over windows: their 2^-44 multiples summed exactly
  std::int64_t windows = 0;  ///< (W-6) x (H-6)
  std::vector<double> map;   ///< row-major, one value per window; empty unless asked for
};

/// SSIM of two pictures of equal size, at least 7 x 7; throws UsageError otherwise.
SsimResult ssim_map(const Plane& a, const Plane& b, bool keep_map, Isa isa = fastest_isa());

}  // namespace mosaic::cpu
