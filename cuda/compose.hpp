// Twin of backend/cpu/compose.hpp and backend/cpu/apply_tone.hpp.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"
#include "cuda/pictures.hpp"
#include "cuda/stream.hpp"

namespace mosaic::gpu {

struct ComposeJob {
  CanvasView target;
  RgbView out;
  const std::uint8_t* tile_rgb;  ///< squares of 3 x S x S, planar
  /// False: tile_rgb holds all tiles. True: square 2i is the tile of cell first_cell + i, and
  /// square 2i + 1 the one that fades out there.
  bool staged;
  const std::int32_t* tile;  ///< cells
  const CellLook* look;      ///< cells
  const CellFade* fade;      ///< cells, or null
  int size_px, columns, first_cell, last_cell;
  bool blend_later;  ///< seams come first
};

/// Draws cells [first_cell, last_cell).
void compose_cells(const ComposeJob& job, const Stream& stream);
/// Blends all cells with the target where compose_cells() left that for later.
void blend_cells(const ComposeJob& job, int cells, const Stream& stream);

/// `table`: kToneEntries entries (backend/tone_math.hpp).
void apply_tone(const std::uint64_t* table, const RgbView& image, const Stream& stream);

}  // namespace mosaic::gpu
