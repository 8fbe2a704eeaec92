// check flow: the motion between two pictures, as every estimator sees it, for anybody to look at.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "mosaic/settings.hpp"

namespace mosaic {

struct CheckFlowOptions {
  std::filesystem::path a;
  std::filesystem::path b;
  FlowKind kind = FlowKind::block;
  RaftSettings raft;
  int tile_size_px = 16;  ///< edge of a cell; every cell gets one vector
  SimdChoice simd = SimdChoice::automatic;
  int threads = 0;                               ///< 0: one per core
  std::optional<std::filesystem::path> output;   ///< Middlebury .flo, as large as the pictures
  std::optional<std::filesystem::path> picture;  ///< .png or .jpg; see Note [Flow colours]
  bool force = false;                            ///< replace existing files
};

/// Finds where the content of picture A went in picture B and prints, one per line, a name and a
/// value: `flow`, `estimator`, `cells`, `trusted` (share of cells), `mean_px`, `longest_px`; for
/// RAFT `runtime` (what it ran on); and for estimators in floating point `rounding_edge_px`.
///
/// The .flo file holds every pixel's vector (that of its cell, or of the nearest one at the border)
/// as float x, y in pixels, to the right and down. Throws InputError when a picture cannot be read,
/// they differ in size or are too small; OutputError; and what make_flow_estimator() throws.
void check_flow(const CheckFlowOptions& options, std::ostream& out);

}  // namespace mosaic
