// Recolouring that does not tremble with the noise of the film.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "core/byte_io.hpp"
#include "core/parallel_for.hpp"
#include "flow/hold_still.hpp"

namespace mosaic {

/// Note [Play]
/// A cell's look follows its content, and content is never quite still: grain, compression, a leaf
/// at the edge. Each number of a look therefore has some play, as a worn gear has: it moves only
/// when what is wanted has left the play around it, and then not beyond the edge. What trembles
/// within the play stands still. (The play operator of hysteresis, see Krejci, "Hysteresis,
/// Convexity and Dissipation in Hyperbolic Equations", 1996.) To the edge it goes by a part of
/// the way per frame, so that what swings back soon, a branch that passes, is not followed to the
/// end; but it is never further behind than play and slack together, so a drift is followed at the
/// drift's own speed and without a jump. The mean is held apart from the gains: the level to which
/// the tile's mean goes has the play, and the offset follows from it.
///
/// Recolouring acts on the whole cell, also where but a part of it moves, and there the rest, which
/// stands still, is what shows it. So the play is wide where a quarter of a cell or more stands
/// still and narrow where nothing does: what moves is followed closely, because nobody sees it, and
/// what stands is left alone, because everybody would. A fade moves every pixel and is followed at
/// once.
///
/// A look travels with its tile; another tile in the cell, or a new shot, starts afresh.
class SteadyLooks {
 public:
  struct Play {
    std::int32_t gain;        ///< Q14
    std::int32_t gain_slack;  ///< Q14
    std::int32_t mean;        ///< Q14 levels
    std::int32_t mean_slack;  ///< Q14 levels
    std::int32_t frames;      ///< a step is the excess by this
  };
  static constexpr Play kStill = {7000, 14000, 10 << 14, 10 << 14, 6};
  static constexpr Play kMoving = {800, 1600, 3 << 13, 3 << 13, 2};
  static constexpr std::int32_t kCurvePlay = 16;   ///< 1/16 levels: 1 level
  static constexpr std::int32_t kCurveSlack = 64;  ///< 1/16 levels: 4 levels
  static constexpr std::int32_t kBlendPlay = 12;   ///< 1/256
  static constexpr std::int32_t kBlendSlack = 20;  ///< 1/256

  static constexpr std::int32_t kStillEnough = kStillWhole / 4;  ///< for all of the play

  /// The play of a cell `still_share` of which stands still, 0 to kStillWhole.
  static Play play_for(std::int32_t still_share);

  /// Takes the looks wanted in this frame and leaves those to be drawn. `source_cell`: per cell,
  /// where its content was in the last frame, kNoCell if nowhere; `still_share`: per cell;
  /// `tile_sums`: one per tile.
  void next(std::span<const std::int32_t> source_cell, std::span<const std::int32_t> still_share,
            std::span<const std::int32_t> tile, std::span<const ColorSums> tile_sums,
            ThreadPool& pool, std::vector<CellLook>& looks);

  /// Takes the looks that are drawn, whatever those before them were.
  void restart(std::span<const std::int32_t> tile, std::span<const CellLook> looks);

  /// restore() throws DamagedBytes when the bytes are of another grid.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in, std::size_t cells);

 private:
  std::vector<std::int32_t> tile_;  ///< shown last, with looks_; empty before the first frame
  std::vector<CellLook> looks_;
};

}  // namespace mosaic
