#include "backend/cpu/compose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "backend/compose_math.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {

namespace {

struct Square {
  const std::uint8_t* tile;                   ///< 3 x S x S
  std::array<const std::uint8_t*, 3> target;  ///< first pixel of the cell in each channel
  std::array<std::uint8_t*, 3> out;
  std::ptrdiff_t stride;  ///< of target and out
  int size_px;
};

/// One row of one channel.
MOSAIC_ALWAYS_INLINE void draw_row(const std::uint8_t* __restrict r,
                                   const std::uint8_t* __restrict g,
                                   const std::uint8_t* __restrict b,
                                   const std::uint8_t* __restrict target, const CellLook& look,
                                   int channel, int count, std::uint8_t* __restrict out) {
  const std::int32_t row[3] = {look.matrix[3 * channel], look.matrix[3 * channel + 1],
                               look.matrix[3 * channel + 2]};
  const std::int32_t offset = look.offset[channel];
  const std::int32_t blend = look.blend;
  for (int x = 0; x < count; ++x) {
    out[x] = blended(recoloured(row, offset, r[x], g[x], b[x]), target[x], blend);
  }
}

MOSAIC_ALWAYS_INLINE void draw(const Square* square, const CellLook* look) {
  const int size = square->size_px;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size) * size;
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* r = square->tile + static_cast<std::ptrdiff_t>(y) * size;
    for (int c = 0; c < 3; ++c) {
      const auto i = static_cast<std::size_t>(c);
      draw_row(r, r + plane, r + 2 * plane, square->target[i] + y * square->stride, *look, c, size,
               square->out[i] + y * square->stride);
    }
  }
}

/// The tile unchanged: no blending, the identity matrix, no offset.
bool is_plain(const CellLook& look) {
  static constexpr std::int32_t kIdentity[9] = {kLookOne, 0, 0, 0, kLookOne, 0, 0, 0, kLookOne};
  return look.blend == 0 && std::ranges::equal(look.matrix, kIdentity) &&
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

}  // namespace

void compose_rows(const ComposeRequest& request, const GridGeometry& geometry,
                  std::span<const std::uint8_t> tile_rgb, const RgbImage& target, int first_row,
                  int last_row, Isa isa, RgbImage& out) {
  const int size = geometry.tile_size_px;
  const std::size_t tile_bytes =
      3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  for (int row = first_row; row < last_row; ++row) {
    for (int column = 0; column < geometry.columns; ++column) {
      const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(geometry.columns) +
                        static_cast<std::size_t>(column);
      const int x = column * size;
      const int y = row * size;
      const Square square{
          tile_rgb.data() + static_cast<std::size_t>(request.tile[cell]) * tile_bytes,
          {target.r.row(y) + x, target.g.row(y) + x, target.b.row(y) + x},
          {out.r.row(y) + x, out.g.row(y) + x, out.b.row(y) + x},
          out.size().width,
          size};
      if (is_plain(request.look[cell])) {
        copy(square);
      } else {
        dispatch<draw>(isa, &square, request.look.data() + cell);
      }
    }
  }
}

}  // namespace mosaic::cpu
