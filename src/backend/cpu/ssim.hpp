// Structural similarity of small squares and of whole pictures, exact to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/isa.hpp"
#include "mosaic/image.hpp"

namespace mosaic::cpu {

/// Compares squares of luma with one cell. Keeps its buffers; one per thread.
class SsimScorer {
 public:
  /// 7 <= size_px <= kMaxSsimSquare_px; throws UsageError otherwise.
  SsimScorer(int size_px, Isa isa);

  /// The cell all following score() calls compare with; not kept by reference.
  void set_cell(const std::uint8_t* luma, std::ptrdiff_t stride);
  /// Sum of ssim_fixed() over all (S-6)^2 windows; `tile` is S x S without gaps.
  [[nodiscard]] std::int64_t score(const std::uint8_t* tile);
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
