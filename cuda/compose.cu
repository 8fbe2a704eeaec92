#include "backend/compose_math.hpp"
#include "backend/tone_math.hpp"
#include "cuda/compose.hpp"
#include "cuda/launch.cuh"

namespace mosaic::gpu {
namespace {

constexpr int kThreads = 256;

/// One pixel of a tile, recoloured.
__device__ inline void recolour(const CellLook& look, const std::uint8_t* pixel,
                                std::ptrdiff_t plane, std::int32_t (&out)[3]) {
  const std::int32_t rgb[3] = {pixel[0], pixel[plane], pixel[2 * plane]};
  for (int c = 0; c < 3; ++c) {
    const std::int32_t curve = look.curved != 0 ? curve_at(look.curve[c], rgb[c]) : 0;
    out[c] = recoloured(look.matrix + 3 * c, look.offset[c] + curve, rgb[0], rgb[1], rgb[2]);
  }
}

struct CellShared {
  CellLook look;
  CellFade fade;
};

/// Corner of a cell in the picture.
__device__ inline std::ptrdiff_t corner_of(int cell, int columns, int size_px) {
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(columns) * size_px;
  return cell / columns * size_px * stride + static_cast<std::ptrdiff_t>(cell % columns) * size_px;
}

/// One block per cell.
__global__ void __launch_bounds__(kThreads) compose_kernel(ComposeJob job) {
  CellShared& shared = *dynamic_shared<CellShared>();
  const int cell = job.first_cell + static_cast<int>(blockIdx.x);
  if (thread_in_block() == 0) {
    shared.look = job.look[cell];
    if (job.fade != nullptr) shared.fade = job.fade[cell];
  }
  __syncthreads();
  const int size = job.size_px;
  const std::ptrdiff_t area = static_cast<std::ptrdiff_t>(size) * size;
  const std::ptrdiff_t stride = job.out.size.width;
  const std::ptrdiff_t corner = corner_of(cell, job.columns, size);
  const bool fades = job.fade != nullptr && shared.fade.tile != kNoTile;
  const std::ptrdiff_t place = 2 * static_cast<std::ptrdiff_t>(blockIdx.x);
  const std::uint8_t* const tile = job.tile_rgb + 3 * area * (job.staged ? place : job.tile[cell]);
  const std::uint8_t* const outgoing =
      job.tile_rgb + 3 * area * (!fades ? 0 : (job.staged ? place + 1 : shared.fade.tile));
  const std::uint8_t* const target[3] = {job.target.rgb.r, job.target.rgb.g, job.target.rgb.b};
  std::uint8_t* const out[3] = {job.out.r, job.out.g, job.out.b};
  for (int i = thread_in_block(); i < size * size; i += kThreads) {
    const std::ptrdiff_t at = corner + i / size * stride + i % size;
    std::int32_t color[3];
    recolour(shared.look, tile + i, area, color);
    std::int32_t behind[3] = {};
    if (fades) recolour(shared.fade.look, outgoing + i, area, behind);
    for (int c = 0; c < 3; ++c) {
      std::int32_t value = color[c];
      if (fades) value = faded(value, behind[c], shared.fade.share);
      if (!job.blend_later) value = blended(value, target[c][at], shared.look.blend);
      out[c][at] = static_cast<std::uint8_t>(value);
    }
  }
}

/// One block per cell.
__global__ void __launch_bounds__(kThreads) blend_kernel(ComposeJob job) {
  const int cell = static_cast<int>(blockIdx.x);
  const std::int32_t blend = job.look[cell].blend;
  if (blend == 0) return;
  const int size = job.size_px;
  const std::ptrdiff_t corner = corner_of(cell, job.columns, size);
  const std::uint8_t* const target[3] = {job.target.rgb.r, job.target.rgb.g, job.target.rgb.b};
  std::uint8_t* const out[3] = {job.out.r, job.out.g, job.out.b};
  for (int i = thread_in_block(); i < size * size; i += kThreads) {
    const std::ptrdiff_t at =
        corner + i / size * static_cast<std::ptrdiff_t>(job.out.size.width) + i % size;
    for (int c = 0; c < 3; ++c) out[c][at] = blended(out[c][at], target[c][at], blend);
  }
}

__global__ void __launch_bounds__(kThreads)
    tone_kernel(const std::uint64_t* table, RgbView image, std::int64_t pixels) {
  const std::int64_t at = std::int64_t{blockIdx.x} * kThreads + thread_in_block();
  if (at >= pixels) return;
  const std::uint64_t result = tone_lookup(table, image.r[at], image.g[at], image.b[at]);
  image.r[at] = tone_lane(result, 0);
  image.g[at] = tone_lane(result, 1);
  image.b[at] = tone_lane(result, 2);
}

}  // namespace

void compose_cells(const ComposeJob& job, const Stream& stream) {
  launch(Kernel("compose_cells", compose_kernel),
         {dim3(static_cast<unsigned>(job.last_cell - job.first_cell)), dim3(kThreads),
          sizeof(CellShared)},
         stream, job);
}

void blend_cells(const ComposeJob& job, int cells, const Stream& stream) {
  launch(Kernel("blend_cells", blend_kernel), {dim3(static_cast<unsigned>(cells)), dim3(kThreads)},
         stream, job);
}

void apply_tone(const std::uint64_t* table, const RgbView& image, const Stream& stream) {
  const std::size_t pixels = image.size.area();
  launch(Kernel("apply_tone", tone_kernel), {dim3(blocks_for(pixels, kThreads)), dim3(kThreads)},
         stream, table, image, static_cast<std::int64_t>(pixels));
}

std::span<const KernelCode> compose_kernels() {
  static const KernelCode all[] = {code_of("compose_cells", compose_kernel),
                                   code_of("blend_cells", blend_kernel),
                                   code_of("apply_tone", tone_kernel)};
  return all;
}

}  // namespace mosaic::gpu
