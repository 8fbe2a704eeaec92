#include "backend/seam_math.hpp"
#include "cuda/launch.cuh"
#include "cuda/seams.hpp"

namespace mosaic::gpu {
namespace {

/// A level of the pyramid as kernels read it.
struct LevelView {
  Size size;
  std::int32_t* value;
  std::int32_t* removed;
};

__device__ inline void exchange_pair(std::uint8_t* first, std::uint8_t* second,
                                     std::int32_t share) {
  const std::int32_t a = *first;
  const std::int32_t b = *second;
  *first = feathered(a, b, share);
  *second = feathered(b, a, share);
}

/// Pairs across borders: `border` counts them, `distance` is that of both pixels from it, `along`
/// the position on it. Consecutive pixels of a border are `along_step` apart.
__global__ void feather_kernel(RgbView image, int borders, std::ptrdiff_t border_step, int length,
                               std::ptrdiff_t along_step, std::ptrdiff_t across_step,
                               int feather_px) {
  const auto [along, pair] = sample_of_thread();
  if (along >= length || pair >= borders * feather_px) return;
  const int distance = pair % feather_px;
  const std::ptrdiff_t at = (pair / feather_px + 1) * border_step + along * along_step;
  const std::ptrdiff_t after = at + distance * across_step;
  const std::ptrdiff_t before = at - (distance + 1) * across_step;
  const std::int32_t share = feather_share(distance, feather_px);
  exchange_pair(image.r + before, image.r + after, share);
  exchange_pair(image.g + before, image.g + after, share);
  exchange_pair(image.b + before, image.b + after, share);
}

__global__ void widen_kernel(const std::uint8_t* plane, LevelView finest) {
  const auto [x, y] = sample_of_thread();
  if (x >= finest.size.width || y >= finest.size.height) return;
  const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y) * finest.size.width + x;
  finest.value[at] = static_cast<std::int32_t>(plane[at]) << kSeamFractionBits;
}

__device__ inline std::int32_t at_clamped(const std::int32_t* samples, Size size, int x, int y) {
  return samples[static_cast<std::ptrdiff_t>(seam_clamped(y, size.height)) * size.width +
                 seam_clamped(x, size.width)];
}

__global__ void reduce_kernel(LevelView fine, LevelView coarse) {
  const Position at = sample_of_thread();
  const int x = at.x;
  const int y = at.y;
  if (x >= coarse.size.width || y >= coarse.size.height) return;
  std::int32_t column[5];
  for (int i = 0; i < 5; ++i) {
    const auto row = [&](int k) { return at_clamped(fine.value, fine.size, 2 * x - 2 + i, k); };
    column[i] =
        seam_reduce_sum(row(2 * y - 2), row(2 * y - 1), row(2 * y), row(2 * y + 1), row(2 * y + 2));
  }
  coarse.value[static_cast<std::ptrdiff_t>(y) * coarse.size.width + x] =
      seam_reduced(seam_reduce_sum(column[0], column[1], column[2], column[3], column[4]));
}

__device__ std::int32_t expanded(const std::int32_t* samples, Size size, int x, int y) {
  std::int32_t column[3];
  for (int i = 0; i < 3; ++i) {
    const auto row = [&](int k) {
      return at_clamped(samples, size, (x >> 1) - 1 + i, (y >> 1) - 1 + k);
    };
    column[i] = seam_expand_sum((y & 1) != 0, row(0), row(1), row(2));
  }
  return seam_expanded(seam_expand_sum((x & 1) != 0, column[0], column[1], column[2]));
}

__device__ inline std::int32_t cut_of(int position, int band, int cell_px, int cells) {
  return seam_cut(seam_distance(seam_position(position, band, cell_px * cells), cell_px, cells),
                  band);
}

__global__ void collect_kernel(GridGeometry geometry, int band, bool has_coarser_removed,
                               LevelView coarse, LevelView fine) {
  const auto [x, y] = sample_of_thread();
  if (x >= fine.size.width || y >= fine.size.height) return;
  const std::int32_t across = cut_of(x, band, geometry.tile_size_px, geometry.columns);
  const std::int32_t down = cut_of(y, band, geometry.tile_size_px, geometry.rows);
  const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y) * fine.size.width + x;
  const std::int32_t detail = fine.value[at] - expanded(coarse.value, coarse.size, x, y);
  const std::int32_t removed =
      has_coarser_removed ? expanded(coarse.removed, coarse.size, x, y) : 0;
  fine.removed[at] = removed + seam_removed(across > down ? across : down, detail);
}

__global__ void finish_kernel(LevelView finest, std::uint8_t* plane) {
  const auto [x, y] = sample_of_thread();
  if (x >= finest.size.width || y >= finest.size.height) return;
  const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y) * finest.size.width + x;
  plane[at] = seam_result(plane[at], finest.removed[at]);
}

void feather_borders(const RgbView& image, int borders, std::ptrdiff_t border_step, int length,
                     std::ptrdiff_t along_step, std::ptrdiff_t across_step, int feather_px,
                     const Stream& stream) {
  if (borders == 0) return;
  launch(Kernel("feather", feather_kernel), one_thread_per_sample({length, borders * feather_px}),
         stream, image, borders, border_step, length, along_step, across_step, feather_px);
}

}  // namespace

void feather(const GridGeometry& geometry, int feather_px, const RgbView& image,
             const Stream& stream) {
  const std::ptrdiff_t stride = image.size.width;
  const std::ptrdiff_t cell = geometry.tile_size_px;
  feather_borders(image, geometry.columns - 1, cell, image.size.height, stride, 1, feather_px,
                  stream);
  feather_borders(image, geometry.rows - 1, cell * stride, image.size.width, 1, stride, feather_px,
                  stream);
}

SeamPyramid::SeamPyramid(Size size, int bands, const Stream& stream) {
  constexpr const char* kWhat = "memory for seams";
  for (int k = 0; k <= bands; ++k) {
    levels_.push_back({size, DeviceBuffer<std::int32_t>(stream.device(), size.area(), kWhat),
                       DeviceBuffer<std::int32_t>(stream.device(), size.area(), kWhat)});
    size = {seam_coarser(size.width), seam_coarser(size.height)};
  }
}

std::size_t SeamPyramid::bytes(Size size, int bands) {
  std::size_t samples = 0;
  for (int k = 0; k <= bands; ++k) {
    samples += size.area();
    size = {seam_coarser(size.width), seam_coarser(size.height)};
  }
  return samples * 2 * sizeof(std::int32_t);
}

void SeamPyramid::attenuate(const GridGeometry& geometry, std::uint8_t* plane,
                            const Stream& stream) const {
  const auto view = [this](int level) {
    const Level& it = levels_[static_cast<std::size_t>(level)];
    return LevelView{it.size, it.value.data(), it.removed.data()};
  };
  launch(Kernel("seams: widen", widen_kernel), one_thread_per_sample(view(0).size), stream, plane,
         view(0));
  for (int k = 0; k < bands(); ++k) {
    launch(Kernel("seams: reduce", reduce_kernel), one_thread_per_sample(view(k + 1).size), stream,
           view(k), view(k + 1));
  }
  for (int k = bands() - 1; k >= 0; --k) {
    launch(Kernel("seams: collect", collect_kernel), one_thread_per_sample(view(k).size), stream,
           geometry, k, k + 1 < bands(), view(k + 1), view(k));
  }
  launch(Kernel("seams: finish", finish_kernel), one_thread_per_sample(view(0).size), stream,
         view(0), plane);
}

std::span<const KernelCode> seam_kernels() {
  static const KernelCode all[] = {
      code_of("feather", feather_kernel), code_of("seams: widen", widen_kernel),
      code_of("seams: reduce", reduce_kernel), code_of("seams: collect", collect_kernel),
      code_of("seams: finish", finish_kernel)};
  return all;
}

}  // namespace mosaic::gpu
