#include "backend/compose_request.hpp"

#include <algorithm>
#include <string>

#include "backend/seam_math.hpp"
#include "backend/tone_math.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw Error(ExitCode::unexpected, std::string("composing: ") + what);
}

}  // namespace

void check_compose_request(const ComposeRequest& request, const GridGeometry& geometry, int tiles) {
  const auto cells = static_cast<std::size_t>(geometry.cells());
  expect(request.tile.size() == cells && request.look.size() == cells,
         "one tile and one look per cell are needed");
  expect(request.fade.empty() || request.fade.size() == cells, "one fade per cell is needed");
  expect(request.tone.empty() || request.tone.size() == static_cast<std::size_t>(kToneEntries),
         "the tone table has the wrong size");
  expect(request.seams.feather_px >= 0 && 2 * request.seams.feather_px <= geometry.tile_size_px,
         "seams are wider than cells");
  expect(request.seams.laplacian_bands >= 0 && request.seams.laplacian_bands <= kMaxSeamBands,
         "an impossible number of seam bands");
  const auto known = [tiles](std::int32_t tile) { return tile >= 0 && tile < tiles; };
  expect(std::ranges::all_of(request.tile, known), "a cell has no tile");
  expect(std::ranges::all_of(
             request.fade,
             [&](const CellFade& fade) { return fade.tile == kNoTile || known(fade.tile); }),
         "a tile that fades out does not exist");
}

}  // namespace mosaic
