// A look with the light turned down.
#pragma once

#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Recolouring leaves part of the difference between a tile and its cell. While a shot fades in,
/// that part has to come up with the picture, or photos shine where all is dark yet. So a cell is
/// drawn as it will be when the fade has ended, dimmed by how much darker it is now:
///
///   drawn = mean now + light * (drawn at the end - mean at the end),
///   light = luma now / luma at the end, at most 1,
///
/// means being those of the cell. `lit` are the looks at the end and `lit_cells` what was known of
/// the cells then, one per cell; `now` are the cells as they are. The blend follows the cells as
/// they are. Without colour transfer photos stay as they are.
void dim_looks(std::span<const CellLook> lit, std::span<const ColorSums> lit_cells,
               const CellDescriptions& now, const LookSettings& settings,
               std::vector<CellLook>& out);

}  // namespace mosaic
