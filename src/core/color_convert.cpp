#include "core/color_convert.hpp"

#include <algorithm>
#include <array>

#include "core/simd_dispatch.hpp"
#include "core/yuv_math.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

// Rows are worked on in pieces of this many pixels, so that scratch stays on the stack and in L1.
constexpr int kPiece_px = 512;
constexpr std::size_t kRowGrain = 16;

/// What the chroma samples add to each of a piece's pixels, 16 fraction bits, the half included.
struct ChromaTerms {
  alignas(64) std::array<std::int32_t, kPiece_px + 2> r, g, b;
};

MOSAIC_ALWAYS_INLINE void chroma_terms(const u8* __restrict u, const u8* __restrict v, int samples,
                                       YuvToRgb c, ChromaTerms* __restrict out) {
  std::int32_t* r = out->r.data();
  std::int32_t* g = out->g.data();
  std::int32_t* b = out->b.data();
  for (int i = 0; i < samples; ++i) {
    const std::int32_t cu = u[i] - 128;
    const std::int32_t cv = v[i] - 128;
    r[2 * i] = r[2 * i + 1] = red_term(c, cv);
    g[2 * i] = g[2 * i + 1] = green_term(c, cu, cv);
    b[2 * i] = b[2 * i + 1] = blue_term(c, cu);
  }
}

MOSAIC_ALWAYS_INLINE void rgb_row(const u8* __restrict y, const std::int32_t* __restrict add,
                                  YuvToRgb c, int count, u8* __restrict out) {
  for (int x = 0; x < count; ++x) out[x] = channel_of(c, y[x], add[x]);
}

MOSAIC_ALWAYS_INLINE void luma_row(const u8* __restrict r, const u8* __restrict g,
                                   const u8* __restrict b, int count, u8* __restrict out) {
  for (int x = 0; x < count; ++x) out[x] = luma_of_pixel(r[x], g[x], b[x]);
}

MOSAIC_ALWAYS_INLINE void y_row(const u8* __restrict r, const u8* __restrict g,
                                const u8* __restrict b, RgbToYuv c, int count, u8* __restrict out) {
  for (int x = 0; x < count; ++x) out[x] = y_of_pixel(c, r[x], g[x], b[x]);
}

/// Rounded means of 2x2 blocks.
MOSAIC_ALWAYS_INLINE void halve_rows(const u8* __restrict top, const u8* __restrict bottom,
                                     int blocks, u8* __restrict out) {
  for (int i = 0; i < blocks; ++i) {
    out[i] = mean_of_block(top[2 * i] + top[2 * i + 1] + bottom[2 * i] + bottom[2 * i + 1]);
  }
}

MOSAIC_ALWAYS_INLINE void chroma_row(const u8* __restrict r, const u8* __restrict g,
                                     const u8* __restrict b, RgbToYuv c, int count,
                                     u8* __restrict u, u8* __restrict v) {
  for (int i = 0; i < count; ++i) {
    u[i] = u_of_block(c, r[i], g[i], b[i]);
    v[i] = v_of_block(c, r[i], g[i], b[i]);
  }
}

/// Rows [first, last) of `out`. The chroma row of two output rows is expanded once when both are
/// in the range.
MOSAIC_ALWAYS_INLINE void yuv_rows(const YuvImage* source, Rect crop, int first, int last,
                                   RgbImage* out) {
  const YuvToRgb c = yuv_to_rgb_coefficients(source->matrix, source->range);
  ChromaTerms terms;
  for (int from = 0; from < crop.width; from += kPiece_px) {
    const int count = std::min(kPiece_px, crop.width - from);
    const int source_x = crop.x + from;
    const int skip = source_x & 1;  // the first pixel is the right half of its chroma sample
    const int samples = (count + skip + 1) / 2;
    int expanded = -1;
    for (int row = first; row < last; ++row) {
      const int source_y = crop.y + row;
      if (source_y / 2 != expanded) {
        expanded = source_y / 2;
        chroma_terms(source->u.row(expanded) + source_x / 2, source->v.row(expanded) + source_x / 2,
                     samples, c, &terms);
      }
      const u8* y = source->y.row(source_y) + source_x;
      rgb_row(y, terms.r.data() + skip, c, count, out->r.row(row) + from);
      rgb_row(y, terms.g.data() + skip, c, count, out->g.row(row) + from);
      rgb_row(y, terms.b.data() + skip, c, count, out->b.row(row) + from);
    }
  }
}

/// Halves two rows of one plane; an odd last column is averaged with itself.
MOSAIC_ALWAYS_INLINE void halve_plane(const Plane& plane, int top, int bottom, int from, int count,
                                      u8* out) {
  const u8* a = plane.row(top) + from;
  const u8* b = plane.row(bottom) + from;
  halve_rows(a, b, count / 2, out);
  if (count % 2 != 0) {
    out[count / 2] = mean_of_block(2 * (a[count - 1] + b[count - 1]));
  }
}

/// Chroma rows [first, last) and the luma rows they cover.
MOSAIC_ALWAYS_INLINE void rgb_rows(const RgbImage* source, int first, int last, YuvImage* out) {
  const RgbToYuv c = rgb_to_yuv_coefficients(out->matrix, out->range);
  const Size size = source->size();
  alignas(64) std::array<u8, kPiece_px / 2> r;
  alignas(64) std::array<u8, kPiece_px / 2> g;
  alignas(64) std::array<u8, kPiece_px / 2> b;
  for (int block = first; block < last; ++block) {
    const int top = 2 * block;
    const int bottom = std::min(top + 1, size.height - 1);
    for (int y = top; y <= bottom; ++y) {
      y_row(source->r.row(y), source->g.row(y), source->b.row(y), c, size.width, out->y.row(y));
    }
    for (int from = 0; from < size.width; from += kPiece_px) {
      const int count = std::min(kPiece_px, size.width - from);
      halve_plane(source->r, top, bottom, from, count, r.data());
      halve_plane(source->g, top, bottom, from, count, g.data());
      halve_plane(source->b, top, bottom, from, count, b.data());
      chroma_row(r.data(), g.data(), b.data(), c, (count + 1) / 2, out->u.row(block) + from / 2,
                 out->v.row(block) + from / 2);
    }
  }
}

MOSAIC_ALWAYS_INLINE void luma_rows(const RgbImage* source, int first, int last, Plane* out) {
  for (int y = first; y < last; ++y) {
    luma_row(source->r.row(y), source->g.row(y), source->b.row(y), source->size().width,
             out->row(y));
  }
}

/// Reuses the plane's memory when the size is the same.
void set_size(Plane& plane, Size size) {
  plane.size = size;
  plane.pixels.resize(size.area());
}

void check_crop(Rect crop, Size size) {
  if (crop.x < 0 || crop.y < 0 || crop.width < 1 || crop.height < 1 ||
      crop.width > size.width - crop.x || crop.height > size.height - crop.y) {
    throw Error(ExitCode::unexpected, "the rectangle to convert does not lie inside the picture");
  }
}

void check_chroma(const YuvImage& image) {
  const Size half{(image.y.size.width + 1) / 2, (image.y.size.height + 1) / 2};
  if (image.u.size != half || image.v.size != half) {
    throw Error(ExitCode::unexpected,
                "the chroma planes do not have half the size of the luma plane");
  }
}

}  // namespace

void yuv_to_rgb(const YuvImage& source, Rect crop, RgbImage& out, ThreadPool& pool, Isa isa) {
  check_crop(crop, source.size());
  check_chroma(source);
  const Size size{crop.width, crop.height};
  set_size(out.r, size);
  set_size(out.g, size);
  set_size(out.b, size);
  pool.parallel_for(static_cast<std::size_t>(crop.height), kRowGrain,
                    [&](std::size_t begin, std::size_t end) {
                      dispatch<yuv_rows>(isa, &source, crop, static_cast<int>(begin),
                                         static_cast<int>(end), &out);
                    });
}

void rgb_to_yuv(const RgbImage& source, YuvImage& out, ThreadPool& pool, Isa isa) {
  if (out.size() != source.size()) {
    throw Error(ExitCode::unexpected, "the YUV picture does not have the size of the RGB picture");
  }
  check_chroma(out);
  pool.parallel_for(static_cast<std::size_t>(out.u.size.height), kRowGrain / 2,
                    [&](std::size_t begin, std::size_t end) {
                      rgb_to_yuv_rows(source, static_cast<int>(begin), static_cast<int>(end), out,
                                      isa);
                    });
}

void rgb_to_yuv_rows(const RgbImage& source, int first, int last, YuvImage& out, Isa isa) {
  dispatch<rgb_rows>(isa, &source, first, last, &out);
}

void luma_of(const RgbImage& source, Plane& out, ThreadPool& pool, Isa isa) {
  set_size(out, source.size());
  pool.parallel_for(static_cast<std::size_t>(source.size().height), kRowGrain,
                    [&](std::size_t begin, std::size_t end) {
                      dispatch<luma_rows>(isa, &source, static_cast<int>(begin),
                                          static_cast<int>(end), &out);
                    });
}

Plane luma_of(const RgbImage& source, ThreadPool& pool) {
  Plane out;
  luma_of(source, out, pool);
  return out;
}

}  // namespace mosaic
