#include "backend/cpu/compose.hpp"

#include <algorithm>
#include <cstddef>

#include "backend/compose_math.hpp"
#include "core/lanes.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {

namespace {

struct Square {
  const std::uint8_t* tile;       ///< 3 x S x S
  const std::uint8_t* target[3];  ///< first pixel of the cell in each channel
  std::uint8_t* out[3];
  std::ptrdiff_t stride;  ///< of target and out
  int size_px;
};

/// A look's curves for sixteen levels at a time: the node at or below a level, and the step to the
/// next one.
struct CurveLanes {
  Int32Lanes low[3] = {};
  Int32Lanes step[3] = {};
};

MOSAIC_ALWAYS_INLINE void load_curves(const CellLook& look, CurveLanes& curves) {
  static_assert(kCurveNodes == kLanes + 1);
  for (int c = 0; c < 3; ++c) {
    for (int k = 0; k < kLanes; ++k) {
      curves.low[c][k] = look.curve[c][k];
      curves.step[c][k] = look.curve[c][k + 1] - look.curve[c][k];
    }
  }
}

/// Sixteen pixels of one channel: the formulas of compose_math.hpp on vectors. `added` is what does
/// not depend on the matrix.
MOSAIC_ALWAYS_INLINE void draw_lanes(const Int32Lanes (&rgb)[3], const Int32Lanes& added,
                                     const std::uint8_t* target, const CellLook& look, int channel,
                                     std::uint8_t* out) {
  const std::int32_t* row = look.matrix + 3 * channel;
  const Int32Lanes sum = row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2] + added;
  const Int32Lanes value = sum >> kLookFractionBits;
  const Int32Lanes positive = value < 0 ? 0 : value;
  const Int32Lanes tile = positive > 255 ? 255 : positive;
  Int32Lanes behind;
  load_bytes(target, behind);
  store_bytes((tile * (256 - look.blend) + behind * look.blend + 128) >> 8, out);
}

MOSAIC_ALWAYS_INLINE void draw_pixel(const Square& square, const CellLook& look,
                                     const std::uint8_t* from, std::ptrdiff_t plane,
                                     std::ptrdiff_t at) {
  const std::int32_t rgb[3] = {from[0], from[plane], from[2 * plane]};
  for (int c = 0; c < 3; ++c) {
    const std::int32_t curve = look.curved != 0 ? curve_at(look.curve[c], rgb[c]) : 0;
    const std::int32_t tile =
        recoloured(look.matrix + 3 * c, look.offset[c] + curve, rgb[0], rgb[1], rgb[2]);
    square.out[c][at] = blended(tile, square.target[c][at], look.blend);
  }
}

template <bool kCurved>
MOSAIC_ALWAYS_INLINE void draw_square(const Square& square, const CellLook& look) {
  const int size = square.size_px;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size) * size;
  CurveLanes curves;
  if constexpr (kCurved) load_curves(look, curves);
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = square.tile + static_cast<std::ptrdiff_t>(y) * size;
    const std::ptrdiff_t at = y * square.stride;
    int x = 0;
    for (; x + kLanes <= size; x += kLanes) {
      Int32Lanes rgb[3];
      for (int c = 0; c < 3; ++c) load_bytes(from + c * plane + x, rgb[c]);
      for (int c = 0; c < 3; ++c) {
        Int32Lanes added = Int32Lanes{} + (look.offset[c] + kLookOne / 2);
        if constexpr (kCurved) {
          const Int32Lanes node = rgb[c] >> 4;
          Int32Lanes low;
          Int32Lanes step;
          pick(curves.low[c], node, low);
          pick(curves.step[c], node, step);
          added += (low * kCurveStep + step * (rgb[c] & (kCurveStep - 1))) << 6;
        }
        draw_lanes(rgb, added, square.target[c] + at + x, look, c, square.out[c] + at + x);
      }
    }
    for (; x < size; ++x) draw_pixel(square, look, from + x, plane, at + x);
  }
}

MOSAIC_ALWAYS_INLINE void draw_affine(const Square* square, const CellLook* look) {
  draw_square<false>(*square, *look);
}

MOSAIC_ALWAYS_INLINE void draw_curved(const Square* square, const CellLook* look) {
  draw_square<true>(*square, *look);
}

MOSAIC_ALWAYS_INLINE void blend_row(const std::uint8_t* target, int width, std::int32_t blend,
                                    std::uint8_t* row) {
  int x = 0;
  for (; x + kLanes <= width; x += kLanes) {
    Int32Lanes tile, behind;
    load_bytes(row + x, tile);
    load_bytes(target + x, behind);
    store_bytes((tile * (256 - blend) + behind * blend + 128) >> 8, row + x);
  }
  for (; x < width; ++x) row[x] = blended(row[x], target[x], blend);
}

/// The tile unchanged: no blending, the identity matrix, no offset, no curve.
bool is_plain(const CellLook& look) {
  static constexpr std::int32_t kIdentity[9] = {kLookOne, 0, 0, 0, kLookOne, 0, 0, 0, kLookOne};
  return look.blend == 0 && look.curved == 0 && std::ranges::equal(look.matrix, kIdentity) &&
         std::ranges::all_of(look.offset, [](std::int32_t offset) { return offset == 0; });
}

void copy(const Square& square) {
  const std::uint8_t* from = square.tile;
  for (std::uint8_t* out : square.out) {
    for (int y = 0; y < square.size_px; ++y, from += square.size_px) {
      std::copy_n(from, square.size_px, out + y * square.stride);
    }
  }
}

void draw(const Square& square, const CellLook& look, Isa isa) {
  if (is_plain(look)) {
    copy(square);
  } else if (look.curved != 0) {
    dispatch<draw_curved>(isa, &square, &look);
  } else {
    dispatch<draw_affine>(isa, &square, &look);
  }
}

void blend_square(const Square& square, std::int32_t blend, Isa isa) {
  if (blend == 0) return;
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < square.size_px; ++y) {
      const std::ptrdiff_t at = y * square.stride;
      dispatch<blend_row>(isa, square.target[c] + at, square.size_px, blend, square.out[c] + at);
    }
  }
}

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
                int first_row, int last_row, Isa isa, RgbImage& out) {
  for_each_square(geometry, target, first_row, last_row, out,
                  [&](std::size_t cell, const Square& square) {
                    blend_square(square, request.look[cell].blend, isa);
                  });
}

}  // namespace mosaic::cpu
