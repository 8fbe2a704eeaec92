#include "flow/pyramid.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace mosaic {

namespace {

constexpr std::size_t kRowGrain = 32;

void shape(PaddedPlane& plane, Size size, int pad) {
  if (plane.size == size && plane.pad == pad) return;
  plane.size = size;
  plane.pad = pad;
  plane.stride = (size.width + 2 * pad + 31) / 32 * 32;
  plane.samples.assign(
      static_cast<std::size_t>(plane.stride) * static_cast<std::size_t>(size.height + 2 * pad), 0);
}

/// Repeats the edge samples into the padding; the picture itself is in place.
void pad_edges(PaddedPlane& plane) {
  const int width = plane.size.width;
  const auto pad = static_cast<std::size_t>(plane.pad);
  for (int y = 0; y < plane.size.height; ++y) {
    u8* row = plane.samples.data() + plane.offset(0, y);
    std::memset(row - pad, row[0], pad);
    std::memset(row + width, row[width - 1], static_cast<std::size_t>(plane.stride - width) - pad);
  }
  const auto bytes = static_cast<std::size_t>(plane.stride);
  const u8* top = plane.at(-plane.pad, 0);
  const u8* bottom = plane.at(-plane.pad, plane.size.height - 1);
  for (int y = 0; y < plane.pad; ++y) {
    std::memcpy(plane.samples.data() + static_cast<std::size_t>(y) * bytes, top, bytes);
    std::memcpy(plane.samples.data() + plane.offset(-plane.pad, plane.size.height + y), bottom,
                bytes);
  }
}

/// Halves `source` (row stride `stride`) into the picture area of `out`.
void halve(const u8* source, std::ptrdiff_t stride, Size source_size, const BlockKernels& kernels,
           ThreadPool& pool, PaddedPlane& out) {
  const int last_row = source_size.height - 1;
  pool.parallel_for(static_cast<std::size_t>(out.size.height), kRowGrain,
                    [&](std::size_t begin, std::size_t end) {
                      for (auto y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
                        const u8* upper = source + 2 * y * stride;
                        const u8* lower = source + std::min(2 * y + 1, last_row) * stride;
                        u8* row = out.samples.data() + out.offset(0, y);
                        if (source_size.width == 1) {
                          row[0] = static_cast<u8>((upper[0] + lower[0] + 1) >> 1);
                        } else {
                          kernels.halve_row(upper, lower, out.size.width, row);
                        }
                      }
                    });
  pad_edges(out);
}

Size halved(Size size) { return {std::max(1, size.width / 2), std::max(1, size.height / 2)}; }

void build_working_plane(const Plane& canvas, const BlockLayout& layout,
                         const BlockKernels& kernels, ThreadPool& pool, PaddedPlane& out) {
  if (layout.halvings == 0) {
    for (int y = 0; y < canvas.size.height; ++y) {
      std::memcpy(out.samples.data() + out.offset(0, y), canvas.row(y),
                  static_cast<std::size_t>(canvas.size.width));
    }
    pad_edges(out);
    return;
  }
  PaddedPlane between;
  const u8* source = canvas.pixels.data();
  std::ptrdiff_t stride = canvas.size.width;
  Size size = canvas.size;
  for (int i = 1; i < layout.halvings; ++i) {
    PaddedPlane next;
    shape(next, halved(size), 0);
    halve(source, stride, size, kernels, pool, next);
    between = std::move(next);
    source = between.samples.data();
    stride = between.stride;
    size = between.size;
  }
  halve(source, stride, size, kernels, pool, out);
}

void build_detail(const BlockKernels& kernels, ThreadPool& pool, FlowPyramid& out) {
  const PaddedPlane& plane = out.levels[0];
  for (auto* layer : {&out.smooth, &out.gx, &out.gy}) layer->resize(plane.samples.size());
  const int rows = plane.size.height + 2 * plane.pad;
  const int columns = plane.size.width + 2 * plane.pad;
  const auto stride = plane.stride;
  const auto each_row = [&](int margin, const auto& body) {
    pool.parallel_for(static_cast<std::size_t>(rows - 2 * margin), kRowGrain,
                      [&](std::size_t begin, std::size_t end) {
                        for (std::size_t y = begin; y < end; ++y) {
                          body((static_cast<int>(y) + margin) * stride + margin,
                               columns - 2 * margin);
                        }
                      });
  };
  each_row(1, [&](std::ptrdiff_t at, int count) {
    const u8* here = plane.samples.data() + at;
    kernels.smooth_row(here - stride, here, here + stride, count, out.smooth.data() + at);
  });
  each_row(kDetailMargin, [&](std::ptrdiff_t at, int count) {
    kernels.gradient_row(out.smooth.data() + at, stride, count, out.gx.data() + at,
                         out.gy.data() + at);
  });
}

}  // namespace

int window_overhang(const BlockLayout& layout, int level) {
  return level == 0 ? layout.window / 2 + 24 : 24;
}

void build_pyramid(const Plane& canvas, const BlockLayout& layout, const BlockKernels& kernels,
                   ThreadPool& pool, FlowPyramid& out) {
  out.levels.resize(static_cast<std::size_t>(layout.levels));
  shape(out.levels[0], layout.working, window_overhang(layout, 0) + kDetailMargin);
  build_working_plane(canvas, layout, kernels, pool, out.levels[0]);
  for (int level = 1; level < layout.levels; ++level) {
    const PaddedPlane& finer = out.levels[static_cast<std::size_t>(level) - 1];
    PaddedPlane& plane = out.levels[static_cast<std::size_t>(level)];
    shape(plane, halved(finer.size), window_overhang(layout, level) + kDetailMargin);
    halve(finer.at(0, 0), finer.stride, finer.size, kernels, pool, plane);
  }
  build_detail(kernels, pool, out);
  out.luma_sum = 0;
  for (int y = 0; y < layout.working.height; ++y) {
    const u8* row = out.levels[0].at(0, y);
    out.luma_sum += std::accumulate(row, row + layout.working.width, std::int64_t{0});
  }
}

}  // namespace mosaic
