#include "core/resize_math.hpp"
#include "core/yuv_math.hpp"
#include "cuda/convert.hpp"
#include "cuda/launch.cuh"

namespace mosaic::gpu {
namespace {

__device__ inline std::ptrdiff_t index_of(int x, int y, int width) {
  return static_cast<std::ptrdiff_t>(y) * width + x;
}

/// What a kernel needs of a CardFrame.
struct Nv12View {
  const std::uint8_t* y;
  const std::uint8_t* uv;
  std::ptrdiff_t y_pitch, uv_pitch;
  Size size;
};

/// One thread per chroma sample, so per 2 x 2 pixels.
__global__ void split_nv12_kernel(Nv12View source, Size chroma, std::uint8_t* out_y,
                                  std::uint8_t* out_u, std::uint8_t* out_v) {
  const auto [block_x, block_y] = sample_of_thread();
  if (block_x >= chroma.width || block_y >= chroma.height) return;
  for (int i = 0; i < 4; ++i) {
    const int x = 2 * block_x + i % 2;
    const int y = 2 * block_y + i / 2;
    if (x >= source.size.width || y >= source.size.height) continue;
    out_y[index_of(x, y, source.size.width)] = source.y[y * source.y_pitch + x];
  }
  const std::uint8_t* const pair = source.uv + block_y * source.uv_pitch + 2 * block_x;
  const std::ptrdiff_t at = index_of(block_x, block_y, chroma.width);
  out_u[at] = pair[0];
  out_v[at] = pair[1];
}

__global__ void yuv_to_rgb_kernel(YuvView source, YuvToRgb c, Rect crop, RgbView out) {
  const auto [x, y] = sample_of_thread();
  if (x >= crop.width || y >= crop.height) return;
  const int source_x = crop.x + x;
  const int source_y = crop.y + y;
  const std::ptrdiff_t chroma = index_of(source_x / 2, source_y / 2, (source.size.width + 1) / 2);
  const std::int32_t cu = source.u[chroma] - 128;
  const std::int32_t cv = source.v[chroma] - 128;
  const std::int32_t luma = source.y[index_of(source_x, source_y, source.size.width)];
  const std::ptrdiff_t at = index_of(x, y, crop.width);
  out.r[at] = channel_of(c, luma, red_term(c, cv));
  out.g[at] = channel_of(c, luma, green_term(c, cu, cv));
  out.b[at] = channel_of(c, luma, blue_term(c, cu));
}

__device__ inline std::uint8_t resampled(const std::uint8_t* plane, int width, Rect crop,
                                         const DeviceTaps::View& x, const DeviceTaps::View& y,
                                         Position target) {
  const std::int32_t columns = x.begin[target.x + 1] - x.begin[target.x];
  const std::int32_t rows = y.begin[target.y + 1] - y.begin[target.y];
  const std::uint8_t* row =
      plane + index_of(crop.x + x.first[target.x], crop.y + y.first[target.y], width);
  std::uint64_t sum = 0;
  for (std::int32_t i = 0; i < rows; ++i, row += width) {
    std::uint32_t across = 0;  // at most 255 * total, see kMaxResizeSide
    for (std::int32_t k = 0; k < columns; ++k) {
      across += x.weight[x.begin[target.x] + k] * row[k];
    }
    sum += static_cast<std::uint64_t>(y.weight[y.begin[target.y] + i]) * across;
  }
  return rounded_sample(sum, static_cast<std::uint64_t>(x.total) * y.total);
}

__global__ void resize_kernel(RgbView source, Rect crop, DeviceTaps::View x, DeviceTaps::View y,
                              RgbView out) {
  const Position target = sample_of_thread();
  if (target.x >= out.size.width || target.y >= out.size.height) return;
  const std::ptrdiff_t at = index_of(target.x, target.y, out.size.width);
  out.r[at] = resampled(source.r, source.size.width, crop, x, y, target);
  out.g[at] = resampled(source.g, source.size.width, crop, x, y, target);
  out.b[at] = resampled(source.b, source.size.width, crop, x, y, target);
}

__global__ void luma_kernel(RgbView source, std::uint8_t* out) {
  const auto [x, y] = sample_of_thread();
  if (x >= source.size.width || y >= source.size.height) return;
  const std::ptrdiff_t at = index_of(x, y, source.size.width);
  out[at] = luma_of_pixel(source.r[at], source.g[at], source.b[at]);
}

/// One thread per chroma sample, so per 2 x 2 pixels. Beyond an odd edge the last pixel counts
/// twice.
__global__ void rgb_to_yuv_kernel(RgbView source, RgbToYuv c, Size chroma, std::uint8_t* out_y,
                                  std::uint8_t* out_u, std::uint8_t* out_v) {
  const auto [block_x, block_y] = sample_of_thread();
  if (block_x >= chroma.width || block_y >= chroma.height) return;
  std::int32_t red = 0;
  std::int32_t green = 0;
  std::int32_t blue = 0;
  for (int i = 0; i < 4; ++i) {
    const int x = 2 * block_x + i % 2;
    const int y = 2 * block_y + i / 2;
    const bool inside = x < source.size.width && y < source.size.height;
    const int from_x = x < source.size.width ? x : source.size.width - 1;
    const int from_y = y < source.size.height ? y : source.size.height - 1;
    const std::ptrdiff_t at = index_of(from_x, from_y, source.size.width);
    const std::int32_t r = source.r[at];
    const std::int32_t g = source.g[at];
    const std::int32_t b = source.b[at];
    red += r;
    green += g;
    blue += b;
    if (inside) out_y[at] = y_of_pixel(c, r, g, b);
  }
  const std::int32_t r = mean_of_block(red);
  const std::int32_t g = mean_of_block(green);
  const std::int32_t b = mean_of_block(blue);
  const std::ptrdiff_t at = index_of(block_x, block_y, chroma.width);
  out_u[at] = u_of_block(c, r, g, b);
  out_v[at] = v_of_block(c, r, g, b);
}

}  // namespace

DeviceTaps::DeviceTaps(const AxisTaps& taps, const Stream& stream)
    : first_(stream.device(), taps.first.size(), "memory for resampling"),
      begin_(stream.device(), taps.begin.size(), "memory for resampling"),
      weight_(stream.device(), taps.weight.size(), "memory for resampling"),
      total_(taps.total) {
  constexpr const char* kWhat = "the weights of resampling";
  upload_all(first_, std::span(taps.first), stream, kWhat);
  upload_all(begin_, std::span(taps.begin), stream, kWhat);
  upload_all(weight_, std::span(taps.weight), stream, kWhat);
}

void split_nv12(const CardFrame& source, std::uint8_t* y, std::uint8_t* u, std::uint8_t* v,
                const Stream& stream) {
  const Size chroma{(source.size.width + 1) / 2, (source.size.height + 1) / 2};
  const Nv12View view{source.y, source.uv, source.y_pitch, source.uv_pitch, source.size};
  launch(Kernel("split_nv12", split_nv12_kernel), one_thread_per_sample(chroma), stream, view,
         chroma, y, u, v);
}

void yuv_to_rgb(const YuvView& source, YuvMatrix matrix, YuvRange range, Rect crop,
                const RgbView& out, const Stream& stream) {
  launch(Kernel("yuv_to_rgb", yuv_to_rgb_kernel), one_thread_per_sample(out.size), stream, source,
         yuv_to_rgb_coefficients(matrix, range), crop, out);
}

void resize(const RgbView& source, Rect crop, const DeviceTaps& x, const DeviceTaps& y,
            const RgbView& out, const Stream& stream) {
  launch(Kernel("resize", resize_kernel), one_thread_per_sample(out.size), stream, source, crop,
         x.view(), y.view(), out);
}

void luma_of(const RgbView& source, std::uint8_t* out, const Stream& stream) {
  launch(Kernel("luma_of", luma_kernel), one_thread_per_sample(source.size), stream, source, out);
}

void rgb_to_yuv(const RgbView& source, YuvMatrix matrix, YuvRange range, std::uint8_t* y,
                std::uint8_t* u, std::uint8_t* v, const Stream& stream) {
  const Size chroma{(source.size.width + 1) / 2, (source.size.height + 1) / 2};
  launch(Kernel("rgb_to_yuv", rgb_to_yuv_kernel), one_thread_per_sample(chroma), stream, source,
         rgb_to_yuv_coefficients(matrix, range), chroma, y, u, v);
}

std::span<const KernelCode> convert_kernels() {
  static const KernelCode all[] = {
      code_of("split_nv12", split_nv12_kernel), code_of("yuv_to_rgb", yuv_to_rgb_kernel),
      code_of("resize", resize_kernel), code_of("luma_of", luma_kernel),
      code_of("rgb_to_yuv", rgb_to_yuv_kernel)};
  return all;
}

}  // namespace mosaic::gpu
