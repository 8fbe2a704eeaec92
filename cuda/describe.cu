#include "backend/curve_math.hpp"
#include "backend/feature_math.hpp"
#include "backend/saliency_math.hpp"
#include "cuda/describe.hpp"
#include "cuda/launch.cuh"

namespace mosaic::gpu {
namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarpLanes;
constexpr int kMoments = 9;

/// Pixels a thread adds up in 32 bits, before the sums go on in 64. Products are below 2^16.
constexpr int kPixelsIn32Bits = 1 << 16;

struct CellJob {
  CanvasView canvas;
  int size_px, columns, k;
  const std::uint16_t* linear;
  const std::uint32_t* root;
  DescriptionView out;
};

struct Shared {
  std::uint64_t grid[3][kMaxFeaturesK * kMaxFeaturesK];
  std::int64_t moments[kMoments + 1][kWarps];  ///< the last row: luma differences
  std::uint8_t colours[3 * kMaxFeaturesK * kMaxFeaturesK];
};

/// Sum over one warp's pixels of weight * linear light; in lane 0.
__device__ std::uint64_t grid_sum(const CellJob& job, const std::uint8_t* channel, Interval columns,
                                  Interval rows) {
  const int width = columns.last - columns.first + 1;
  const int pixels = width * (rows.last - rows.first + 1);
  const int stride = job.canvas.rgb.size.width;
  std::uint64_t sum = 0;
  for (int i = lane_in_warp(); i < pixels; i += kWarpLanes) {
    const int x = columns.first + i % width;
    const int y = rows.first + i / width;
    const auto weight =
        static_cast<std::uint32_t>(weight_of(columns, x, job.k) * weight_of(rows, y, job.k));
    sum += static_cast<std::uint64_t>(weight) *
           job.linear[channel[static_cast<std::ptrdiff_t>(y) * stride + x]];
  }
  return sum_over_warp(sum);
}

__device__ inline std::int32_t difference(std::int32_t a, std::int32_t b) {
  return a < b ? b - a : a - b;
}

/// Adds one thread's colour moments and luma differences of the pixels `first`, `first` + kThreads
/// and so on below `last`.
__device__ inline void add_pixels(const CellJob& job, std::ptrdiff_t corner, int first, int last,
                                  std::uint32_t (&sums)[kMoments + 1]) {
  const int size = job.size_px;
  const int stride = job.canvas.rgb.size.width;
  for (int i = first; i < last; i += kThreads) {
    const int x = i % size;
    const int y = i / size;
    const std::ptrdiff_t at = corner + static_cast<std::ptrdiff_t>(y) * stride + x;
    const std::uint32_t color[3] = {job.canvas.rgb.r[at], job.canvas.rgb.g[at],
                                    job.canvas.rgb.b[at]};
    int product = 3;
    for (int c = 0; c < 3; ++c) {
      sums[c] += color[c];
      for (int d = c; d < 3; ++d) sums[product++] += color[c] * color[d];
    }
    const std::int32_t luma = job.canvas.luma[at];
    std::int32_t change = 0;
    if (x + 1 < size) change += difference(luma, job.canvas.luma[at + 1]);
    if (y + 1 < size) change += difference(luma, job.canvas.luma[at + stride]);
    sums[kMoments] += static_cast<std::uint32_t>(change);
  }
}

/// Colour moments and luma differences, summed per warp.
__device__ void add_moments(const CellJob& job, std::ptrdiff_t corner, Shared& shared) {
  constexpr int kAtOnce = kThreads * kPixelsIn32Bits;
  const int pixels = job.size_px * job.size_px;
  for (int first = 0; first < pixels; first += kAtOnce) {
    const int last = pixels - first < kAtOnce ? pixels : first + kAtOnce;
    std::uint32_t sums[kMoments + 1] = {};
    add_pixels(job, corner, first + thread_in_block(), last, sums);
    for (int m = 0; m <= kMoments; ++m) {
      const std::int64_t total = sum_over_warp(static_cast<std::int64_t>(sums[m]));
      if (lane_in_warp() != 0) continue;
      shared.moments[m][warp_in_block()] =
          total + (first == 0 ? 0 : shared.moments[m][warp_in_block()]);
    }
  }
}

__device__ std::int64_t moment(const Shared& shared, int index) {
  std::int64_t total = 0;
  for (int warp = 0; warp < kWarps; ++warp) total += shared.moments[index][warp];
  return total;
}

/// Sum over one warp's positions of the luma differences of one part; in lane 0.
__device__ std::int64_t detail_sum(const CellJob& job, std::ptrdiff_t corner, int part) {
  const int left = detail_part(job.size_px, part % kDetailGrid);
  const int right = detail_part(job.size_px, part % kDetailGrid + 1);
  const int top = detail_part(job.size_px, part / kDetailGrid);
  const int bottom = detail_part(job.size_px, part / kDetailGrid + 1);
  const int lag = detail_lag(job.size_px);
  const int width = right - left;
  const std::ptrdiff_t stride = job.canvas.rgb.size.width;
  std::int64_t sum = 0;
  for (int i = lane_in_warp(); i < width * (bottom - top); i += kWarpLanes) {
    const std::uint8_t* const here =
        job.canvas.luma + corner + (top + i / width) * stride + left + i % width;
    sum += difference(here[0], here[lag]) + difference(here[0], here[lag * stride]);
  }
  return sum_over_warp(sum);
}

__device__ void write_detail(const CellJob& job, std::ptrdiff_t corner, std::uint8_t* out) {
  for (int part = warp_in_block(); part < kDetailFeatures; part += kWarps) {
    const std::int64_t sum = detail_sum(job, corner, part);
    if (lane_in_warp() != 0) continue;
    const int x = part % kDetailGrid;
    const int y = part / kDetailGrid;
    const std::int64_t width = detail_part(job.size_px, x + 1) - detail_part(job.size_px, x);
    const std::int64_t height = detail_part(job.size_px, y + 1) - detail_part(job.size_px, y);
    out[part] = detail_byte(sum, width * height, job.k);
  }
}

/// One block per cell.
__global__ void __launch_bounds__(kThreads) describe_kernel(CellJob job) {
  Shared& shared = *dynamic_shared<Shared>();
  const int cell = static_cast<int>(blockIdx.x);
  const int size = job.size_px;
  const std::ptrdiff_t corner =
      static_cast<std::ptrdiff_t>(cell / job.columns * size) * job.canvas.rgb.size.width +
      static_cast<std::ptrdiff_t>(cell % job.columns) * size;
  add_moments(job, corner, shared);

  const int squares = job.k * job.k;
  const std::uint8_t* const planes[3] = {job.canvas.rgb.r, job.canvas.rgb.g, job.canvas.rgb.b};
  for (int item = warp_in_block(); item < 3 * squares; item += kWarps) {
    const int square = item % squares;
    const std::uint64_t sum =
        grid_sum(job, planes[item / squares] + corner, interval_of(square % job.k, size, job.k),
                 interval_of(square / job.k, size, job.k));
    if (lane_in_warp() == 0) shared.grid[item / squares][square] = sum;
  }
  __syncthreads();

  const auto weight = static_cast<std::uint64_t>(size) * static_cast<std::uint64_t>(size);
  for (int square = thread_in_block(); square < squares; square += kThreads) {
    oklab_bytes(mean_linear(shared.grid[0][square], weight),
                mean_linear(shared.grid[1][square], weight),
                mean_linear(shared.grid[2][square], weight), job.root, shared.colours + 3 * square);
  }
  __syncthreads();
  std::uint8_t* const features =
      job.out.features + static_cast<std::ptrdiff_t>(cell) * feature_count(job.k);
  for (int i = thread_in_block(); i < 3 * squares; i += kThreads) features[i] = shared.colours[i];
  write_detail(job, corner, features + 3 * squares);
  ColorSums& sums = job.out.color_sums[cell];
  const int thread = thread_in_block();
  if (thread < 3) sums.sum[thread] = moment(shared, thread);
  if (thread < 6) sums.product[thread] = moment(shared, 3 + thread);
  if (thread == 0) {
    sums.pixels = static_cast<std::int64_t>(weight);
    job.out.saliency[cell] = saliency_from_differences(moment(shared, kMoments), size);
  }
}

constexpr int kLevels = 256;

/// One block per cell and channel.
__global__ void __launch_bounds__(kThreads)
    quantiles_kernel(CanvasView canvas, int size, int columns, std::uint8_t* out) {
  std::int32_t* const histogram = dynamic_shared<std::int32_t>();
  for (int i = thread_in_block(); i < kLevels; i += kThreads) histogram[i] = 0;
  __syncthreads();
  const int cell = static_cast<int>(blockIdx.x);
  const int channel = static_cast<int>(blockIdx.y);
  const std::ptrdiff_t stride = canvas.rgb.size.width;
  const std::uint8_t* const planes[3] = {canvas.rgb.r, canvas.rgb.g, canvas.rgb.b};
  const std::uint8_t* const corner = planes[channel] + cell / columns * size * stride +
                                     static_cast<std::ptrdiff_t>(cell % columns) * size;
  for (int i = thread_in_block(); i < size * size; i += kThreads) {
    atomicAdd(&histogram[corner[i / size * stride + i % size]], 1);
  }
  __syncthreads();
  if (thread_in_block() != 0) return;
  quantiles_of(histogram, size * size,
               out + (static_cast<std::ptrdiff_t>(cell) * 3 + channel) * kCurveNodes);
}

}  // namespace

FeatureTables::FeatureTables(const Stream& stream)
    : linear_(stream.device(), kLinearFromLevel.size(), "memory for tables"),
      root_(stream.device(), kRootTable.size(), "memory for tables") {
  upload_all(linear_, std::span<const std::uint16_t>(kLinearFromLevel), stream, "the tables");
  upload_all(root_, std::span<const std::uint32_t>(kRootTable), stream, "the tables");
}

void describe_cells(const CanvasView& canvas, const GridGeometry& geometry, int features_k,
                    const FeatureTables& tables, const DescriptionView& out, const Stream& stream) {
  const CellJob job{canvas,     geometry.tile_size_px, geometry.columns,
                    features_k, tables.linear(),       tables.root(),
                    out};
  launch(Kernel("describe_cells", describe_kernel),
         {dim3(static_cast<unsigned>(geometry.cells())), dim3(kThreads), sizeof(Shared)}, stream,
         job);
}

void quantiles_of_cells(const CanvasView& canvas, const GridGeometry& geometry, std::uint8_t* out,
                        const Stream& stream) {
  launch(Kernel("quantiles_of_cells", quantiles_kernel),
         {dim3(static_cast<unsigned>(geometry.cells()), 3), dim3(kThreads),
          kLevels * sizeof(std::int32_t)},
         stream, canvas, geometry.tile_size_px, geometry.columns, out);
}

std::span<const KernelCode> describe_kernels() {
  static const KernelCode all[] = {code_of("describe_cells", describe_kernel),
                                   code_of("quantiles_of_cells", quantiles_kernel)};
  return all;
}

}  // namespace mosaic::gpu
