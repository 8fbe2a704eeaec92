// One cell of the mosaic: its tile recoloured and blended with what lies behind it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/backend.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

struct Square {
  const std::uint8_t* tile;       ///< 3 x S x S
  const std::uint8_t* target[3];  ///< first pixel of the cell in each channel; may be that of out
  std::uint8_t* out[3];
  std::ptrdiff_t stride;  ///< of target and out
  int size_px;
};

void draw(const Square& square, const CellLook& look, Isa isa);

/// Blends the target into what is there already; `blend` as in CellLook.
void blend_square(const Square& square, std::int32_t blend, Isa isa);

/// The same for one row of pixels of one channel: `look` is that of the first of its cells. Along
/// the row, as memory is read best.
void blend_across(const std::uint8_t* target, std::uint8_t* row, const CellLook* look, int columns,
                  int size_px, Isa isa);

}  // namespace mosaic::cpu
