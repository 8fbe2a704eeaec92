#include "backend/cpu/compose.hpp"

#include <algorithm>
#include <cstddef>

#include "backend/cpu/draw_cell.hpp"

namespace mosaic::cpu {

namespace {

/// The cells of some rows, one after the other.
template <class Draw>
void for_each_square(const GridGeometry& geometry, const RgbImage& target, int first_row,
                     int last_row, RgbImage& out, const Draw& draw_cell) {
  const int size = geometry.tile_size_px;
  for (int row = first_row; row < last_row; ++row) {
    for (int column = 0; column < geometry.columns; ++column) {
      const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(geometry.columns) +
                        static_cast<std::size_t>(column);
      const int x = column * size;
      const int y = row * size;
      draw_cell(cell, Square{nullptr,
                             {target.r.row(y) + x, target.g.row(y) + x, target.b.row(y) + x},
                             {out.r.row(y) + x, out.g.row(y) + x, out.b.row(y) + x},
                             out.size().width,
                             size});
    }
  }
}

}  // namespace

void compose_rows(const ComposeRequest& request, const GridGeometry& geometry,
                  std::span<const std::uint8_t> tile_rgb, const RgbImage& target, int first_row,
                  int last_row, Isa isa, RgbImage& out) {
  const std::size_t tile_bytes = 3 * static_cast<std::size_t>(geometry.tile_size_px) *
                                 static_cast<std::size_t>(geometry.tile_size_px);
  const auto pixels_of = [&](std::int32_t tile) {
    return tile_rgb.data() + static_cast<std::size_t>(tile) * tile_bytes;
  };
  for_each_square(geometry, target, first_row, last_row, out, [&](std::size_t cell, Square square) {
    const CellFade* fade =
        request.fade.empty() || request.fade[cell].tile == kNoTile ? nullptr : &request.fade[cell];
    const bool blend_later = request.seams.any() || fade != nullptr;
    CellLook look = request.look[cell];
    if (blend_later) look.blend = 0;
    square.tile = pixels_of(request.tile[cell]);
    draw(square, look, isa);
    if (fade == nullptr) return;
    // What is there already takes the place of the target, its share that of the blend.
    Square outgoing = square;
    outgoing.tile = pixels_of(fade->tile);
    std::copy_n(square.out, 3, outgoing.target);
    CellLook outgoing_look = fade->look;
    outgoing_look.blend = 256 - fade->share;
    draw(outgoing, outgoing_look, isa);
    if (!request.seams.any()) blend_square(square, request.look[cell].blend, isa);
  });
}

void blend_rows(const ComposeRequest& request, const GridGeometry& geometry, const RgbImage& target,
                int first_px, int last_px, Isa isa, RgbImage& out) {
  const int size = geometry.tile_size_px;
  for (int y = first_px; y < last_px; ++y) {
    const CellLook* look =
        request.look.data() + static_cast<std::ptrdiff_t>(y / size) * geometry.columns;
    blend_across(target.r.row(y), out.r.row(y), look, geometry.columns, size, isa);
    blend_across(target.g.row(y), out.g.row(y), look, geometry.columns, size, isa);
    blend_across(target.b.row(y), out.b.row(y), look, geometry.columns, size, isa);
  }
}

}  // namespace mosaic::cpu
