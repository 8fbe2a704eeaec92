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

/// Sixteen pixels of one channel: the formulas of compose_math.hpp on vectors.
MOSAIC_ALWAYS_INLINE void draw_lanes(const Int32Lanes& r, const Int32Lanes& g, const Int32Lanes& b,
                                     const std::uint8_t* target, const CellLook& look, int channel,
                                     std::uint8_t* out) {
  const std::int32_t* row = look.matrix + 3 * channel;
  const Int32Lanes sum =
      row[0] * r + row[1] * g + row[2] * b + (look.offset[channel] + kLookOne / 2);
  const Int32Lanes value = sum >> kLookFractionBits;
  const Int32Lanes positive = value < 0 ? 0 : value;
  const Int32Lanes tile = positive > 255 ? 255 : positive;
  Int32Lanes behind;
  load_bytes(target, behind);
  store_bytes((tile * (256 - look.blend) + behind * look.blend + 128) >> 8, out);
}

MOSAIC_ALWAYS_INLINE void draw(const Square* square, const CellLook* look) {
  const int size = square->size_px;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size) * size;
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = square->tile + static_cast<std::ptrdiff_t>(y) * size;
    const std::ptrdiff_t at = y * square->stride;
    int x = 0;
    for (; x + kLanes <= size; x += kLanes) {
      Int32Lanes r, g, b;
      load_bytes(from + x, r);
      load_bytes(from + plane + x, g);
      load_bytes(from + 2 * plane + x, b);
      for (int c = 0; c < 3; ++c) {
        draw_lanes(r, g, b, square->target[c] + at + x, *look, c, square->out[c] + at + x);
      }
    }
    for (; x < size; ++x) {
      const std::int32_t r = from[x];
      const std::int32_t g = from[plane + x];
      const std::int32_t b = from[2 * plane + x];
      for (int c = 0; c < 3; ++c) {
        const std::int32_t tile = recoloured(look->matrix + 3 * c, look->offset[c], r, g, b);
        square->out[c][at + x] = blended(tile, square->target[c][at + x], look->blend);
      }
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
