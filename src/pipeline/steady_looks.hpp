// Recolouring that does not tremble with the noise of the film.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "core/byte_io.hpp"
#include "core/parallel_for.hpp"

namespace mosaic {

/// Note [Play]
/// A cell's look follows its content, and content is never quite still: grain, compression, a leaf
/// at the edge. Each number of a look therefore has some play, as a worn gear has: it moves only
/// when what is wanted has left the play around it, and then no further than to the edge. What
/// trembles within the play stands still; what drifts is followed without a jump, at most the play
/// behind. (The play operator of hysteresis, see Krejci, "Hysteresis, Convexity and Dissipation in
/// Hyperbolic Equations", 1996.) The mean is held apart from the gains: the level to which the
/// tile's mean goes has the play, and the offset follows from it.
///
/// A look travels with its tile; another tile in the cell, or a new shot, starts afresh.
class SteadyLooks {
 public:
  static constexpr std::int32_t kGainPlay = 400;      ///< Q14: 0.024
  static constexpr std::int32_t kMeanPlay = 3 << 13;  ///< Q14: 1.5 levels
  static constexpr std::int32_t kCurvePlay = 16;      ///< 1/16 levels: 1 level
  static constexpr std::int32_t kBlendPlay = 4;       ///< 1/256

  /// Takes the looks wanted in this frame and leaves those to be drawn. `source_cell`: per cell,
  /// where its content was in the last frame, kNoCell if nowhere; `tile_sums`: one per tile.
  void next(std::span<const std::int32_t> source_cell, std::span<const std::int32_t> tile,
            std::span<const ColorSums> tile_sums, ThreadPool& pool, std::vector<CellLook>& looks);

  /// restore() throws DamagedBytes when the bytes are of another grid.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in, std::size_t cells);

 private:
  std::vector<std::int32_t> tile_;  ///< shown last, with looks_; empty before the first frame
  std::vector<CellLook> looks_;
};

}  // namespace mosaic
