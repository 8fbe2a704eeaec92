// The mosaic picture from tiles, looks and the target it is blended with.
#pragma once

#include <cstdint>
#include <span>

#include "backend/backend.hpp"
#include "core/isa.hpp"

namespace mosaic::cpu {

/// Draws cell rows [first_row, last_row) of the grid into `out`, which has the output size.
/// `tile_rgb`: tiles x 3 x S x S, planar; `target`: the canvas, of the size of `out`. Where the
/// request has seams, the target is not blended in yet: blend_rows() does it after them.
void compose_rows(const ComposeRequest& request, const GridGeometry& geometry,
                  std::span<const std::uint8_t> tile_rgb, const RgbImage& target, int first_row,
                  int last_row, Isa isa, RgbImage& out);

/// Blends the target into rows [first_px, last_px) of pixels, in place.
void blend_rows(const ComposeRequest& request, const GridGeometry& geometry, const RgbImage& target,
                int first_px, int last_px, Isa isa, RgbImage& out);

}  // namespace mosaic::cpu
