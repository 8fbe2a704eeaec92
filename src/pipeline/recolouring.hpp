// How much recolouring alone changes the photos of a frame.
#pragma once

#include <cstdint>
#include <span>

#include "backend/backend.hpp"
#include "backend/tile_library.hpp"
#include "core/parallel_for.hpp"

namespace mosaic {

/// Sums over cells, in integers, so that those of pieces add up to those of the whole.
struct Recolouring {
  /// Frames between two that are measured; CIEDE2000 takes its time.
  static constexpr std::int64_t kEvery = 24;
  /// Units of the two sums below.
  static constexpr std::int64_t kOne = std::int64_t{1} << 20;

  std::int64_t cells = 0;      ///< compared in colour
  std::int64_t dark = 0;       ///< left out: their mean luma is below 64 levels (docs/metrics.md)
  std::int64_t ciede2000 = 0;  ///< sum of the cells' means
  std::int64_t structured = 0;
  std::int64_t correlation = 0;  ///< sum over `structured`: Pearson's, of luma
  Recolouring& operator+=(const Recolouring& other);

  [[nodiscard]] double mean_ciede2000() const;  ///< 0 where no cell was compared
  [[nodiscard]] double mean_correlation() const;
};

/// Compares each cell's tile as the library has it, cropped and scaled, with what its look makes of
/// it: the affine map and the curves, in the integers it is drawn in, without the share of the
/// frame that is painted over, seams, tone, sharpening and the encoder. `tile` and `looks`: per
/// cell. Every second pixel in x and y is compared in colour, all are in structure.
Recolouring measure_recolouring(const TileLibrary& library, std::span<const std::int32_t> tile,
                                std::span<const CellLook> looks, const CellDescriptions& cells,
                                ThreadPool& pool);

}  // namespace mosaic
