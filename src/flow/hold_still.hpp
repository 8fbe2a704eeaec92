// What does not change does not move, whatever the flow says.
#pragma once

#include <cstdint>
#include <vector>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "flow/flow.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// A pixel whose luma changes by less stands still for the eye.
inline constexpr int kStillPixelLevels = 2;
/// The share of a cell all of whose pixels stand still.
inline constexpr std::int32_t kStillWhole = 256;

/// What has changed in each cell.
struct CellChanges {
  std::vector<std::int32_t> still_share;  ///< of its pixels that stand still, 0 to kStillWhole
  std::vector<std::int64_t> change;       ///< sum of |difference of luma|
};

/// Both planes have the grid's output size.
CellChanges changes_of_cells(const Plane& previous, const Plane& current,
                             const GridGeometry& geometry, ThreadPool& pool,
                             Isa isa = fastest_isa());

/// Note [Nothing moves where nothing changes]
/// A sky that pans by a pixel per frame has a motion, and an estimator finds it. But there is
/// nothing to be seen of it: the picture in the cell is the same as before, and a tile that is
/// handed on from cell to cell there is a change that the film does not have. A hand-over repaints
/// a cell by tens of levels; it pays only where the content it follows is worth as much. So a cell
/// stands still when
/// - its luma changes by less than kStillLevels on average, whatever the vector says, or
/// - by less than kFaintLevels, and at that rate by at most kFaintLevelsPerCell while the content
///   moves on by one cell: a cloud, not a branch. The rate does not depend on the frame rate or the
///   speed, so a slow pan over rich texture is followed and a quick one over haze is not. That must
///   hold for at least 8 of 9 cells around: a plain cell amid texture that moves on goes with it,
///   or its neighbours' tiles would lose their order at it.
/// Where what changes adds up, the tile no longer fits one day, and is replaced once instead of
/// handed on in every cell.
///
/// Nor does a cell move because something in it does: a leaf in front of the sky. A tile has the
/// whole cell, and handing it on repaints what stands still in it, where everybody looks. So a cell
/// stands still, too, when some of its pixels do and the vector does not explain the others: with
/// it, more of the difference between the frames is left than
/// - kHardlyUnexplained hundredths, where at least half of the pixels stand still (kMostlyStill):
///   what plain surfaces and their borders leave in a pan,
/// - kUnexplained hundredths, where at least a quarter does (kPartlyStill). What flutters has no
/// one
///   motion; a texture that turns or grows does, cell by cell.
inline constexpr int kStillLevels = 1;
inline constexpr int kFaintLevels = 4;
inline constexpr int kFaintLevelsPerCell = 48;
inline constexpr std::int32_t kMostlyStill = kStillWhole / 2;
inline constexpr std::int32_t kPartlyStill = kStillWhole / 4;
inline constexpr int kUnexplained = 60;
inline constexpr int kHardlyUnexplained = 10;

/// Gives such cells a trusted zero vector. Both planes have the grid's output size; `changes` is
/// what changes_of_cells() tells of them.
void hold_still(const Plane& previous, const Plane& current, const GridGeometry& geometry,
                const CellChanges& changes, ThreadPool& pool, FlowField& flow,
                Isa isa = fastest_isa());

}  // namespace mosaic
