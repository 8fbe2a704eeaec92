#include <algorithm>

#include "backend/backend.hpp"
#include "backend/ssim_math.hpp"
#include "cuda/launch.cuh"
#include "cuda/ssim.hpp"

// Note [SSIM by warps]
// A block is one cell, a warp one of its pairs. Lanes are neighbouring columns: each keeps the sums
// over 7 rows of its own column while the rows pass, and the sums over 7 columns come from its
// neighbours by shuffles. So 26 of 32 lanes end with a window, and wider squares take several
// passes. The cell and the tiles lie in shared memory where they fit.
namespace mosaic::gpu {
namespace {

constexpr int kMaxWarps = 16;
constexpr int kWindowsPerPass = kWarpLanes - kSsimWindow_px + 1;
constexpr int kFillThreads = 256;

struct Square {
  const std::uint8_t* pixels;
  std::ptrdiff_t stride;
};

/// `both`: sum of x in the upper half, of y in the lower: 49 * 255 fits 16 bits, so that one
/// shuffle carries two sums.
struct ColumnSums {
  std::int32_t both = 0, products = 0, squares = 0;
};

template <int kSign>
__device__ inline void change(std::int32_t x, std::int32_t y, ColumnSums& sums) {
  sums.both += kSign * (x * 65536 + y);
  sums.products += kSign * x * y;
  sums.squares += kSign * (x * x + y * y);
}

/// Sum over this lane and the next six; right where they all exist.
__device__ inline std::int32_t over_columns(std::int32_t value) {
  const std::int32_t two = value + __shfl_down_sync(kAllLanes, value, 1U);
  const std::int32_t four = two + __shfl_down_sync(kAllLanes, two, 2U);
  return four + __shfl_down_sync(kAllLanes, two, 4U) + __shfl_down_sync(kAllLanes, value, 6U);
}

/// This lane's share of the sum of ssim_fixed() over all windows of a pair.
__device__ std::int64_t sum_of_windows(Square cell, Square tile, int size_px) {
  const int side = size_px - kSsimWindow_px + 1;
  std::int64_t total = 0;
  for (int first = 0; first < side; first += kWindowsPerPass) {
    const int column = first + lane_in_warp();
    const bool has_column = column < size_px;
    const bool has_window = lane_in_warp() < kWindowsPerPass && column < side;
    const std::uint8_t* const x = cell.pixels + column;
    const std::uint8_t* const y = tile.pixels + column;
    const auto pass_row = [&](auto sign, int row, ColumnSums& sums) {
      if (has_column)
        change<decltype(sign)::value>(x[row * cell.stride], y[row * tile.stride], sums);
    };
    ColumnSums sums;
    for (int row = 0; row < kSsimWindow_px - 1; ++row) {
      pass_row(std::integral_constant<int, 1>{}, row, sums);
    }
    for (int row = 0; row < side; ++row) {
      pass_row(std::integral_constant<int, 1>{}, row + kSsimWindow_px - 1, sums);
      const std::int32_t both = over_columns(sums.both);
      const std::int32_t products = over_columns(sums.products);
      const std::int32_t squares = over_columns(sums.squares);
      const double value = ssim_of_window(both >> 16, both & 0xffff, products, squares);
      if (has_window) total += ssim_fixed(value);
      pass_row(std::integral_constant<int, -1>{}, row, sums);
    }
  }
  return total;
}

__device__ inline void copy_square(Square from, int size_px, int thread, int threads,
                                   std::uint8_t* to) {
  for (int i = thread; i < size_px * size_px; i += threads) {
    to[i] = from.pixels[i / size_px * from.stride + i % size_px];
  }
}

/// The tile of pair `index` of a cell, or kNoTile when the pair needs no work: an empty place, or a
/// carried tile that is also a candidate.
__device__ std::int32_t tile_of_pair(const SsimJob& job, int cell, int index) {
  const std::int32_t* const tiles =
      job.candidate_tile + static_cast<std::ptrdiff_t>(cell) * job.candidates;
  return index < job.candidates ? tiles[index] : job.carried_tile[cell];
}

__device__ bool is_candidate(const SsimJob& job, int cell, std::int32_t tile) {
  const std::int32_t* const tiles =
      job.candidate_tile + static_cast<std::ptrdiff_t>(cell) * job.candidates;
  bool found = false;
  for (int i = 0; i < job.candidates; ++i) found = found || tiles[i] == tile;
  return found;
}

/// Writes one pair's result, and the carried tile's where it is the same tile.
__device__ void write_pair(const SsimJob& job, int cell, int index, std::int32_t tile,
                           std::int32_t value) {
  std::int32_t* const out =
      job.dissimilarity + static_cast<std::ptrdiff_t>(cell) * (job.candidates + 1);
  out[index] = value;
  if (tile != kNoTile && tile == job.carried_tile[cell]) out[job.candidates] = value;
}

__global__ void __launch_bounds__(kMaxWarps * kWarpLanes) ssim_kernel(SsimJob job, bool in_shared) {
  std::uint8_t* const shared = dynamic_shared<std::uint8_t>();
  const int cell = job.first_cell + static_cast<int>(blockIdx.x);
  const int size = job.size_px;
  const std::ptrdiff_t area = static_cast<std::ptrdiff_t>(size) * size;
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(job.columns) * size;
  Square target{job.luma + cell / job.columns * size * stride + cell % job.columns * size, stride};
  if (in_shared) {
    copy_square(target, size, thread_in_block(), static_cast<int>(blockDim.x), shared);
    target = {shared, size};
  }
  __syncthreads();
  std::uint8_t* const mine = shared + (1 + warp_in_block()) * area;
  const int warps = static_cast<int>(blockDim.x) / kWarpLanes;
  for (int index = warp_in_block(); index <= job.candidates; index += warps) {
    const std::int32_t tile = tile_of_pair(job, cell, index);
    if (index == job.candidates && tile != kNoTile && is_candidate(job, cell, tile)) continue;
    if (tile == kNoTile) {
      if (lane_in_warp() == 0) write_pair(job, cell, index, tile, job.ssim_unit);
      continue;
    }
    const std::ptrdiff_t pair = std::ptrdiff_t{blockIdx.x} * (job.candidates + 1) + index;
    const std::ptrdiff_t square = job.staged ? pair : tile;
    Square other{job.tile_luma + square * area, size};
    if (in_shared) {
      copy_square(other, size, lane_in_warp(), kWarpLanes, mine);
      other.pixels = mine;
      __syncwarp();
    }
    const std::int64_t sum = sum_over_warp(sum_of_windows(target, other, size));
    if (lane_in_warp() == 0) {
      const std::int64_t side = size - kSsimWindow_px + 1;
      write_pair(job, cell, index, tile, dissimilarity_from_sum(job.ssim_unit, sum, side * side));
    }
    __syncwarp();  // before the next tile takes this one's place
  }
}

__global__ void fill_kernel(std::int32_t* out, std::int64_t count, std::int32_t value) {
  const std::int64_t at = std::int64_t{blockIdx.x} * kFillThreads + thread_in_block();
  if (at < count) out[at] = value;
}

}  // namespace

void score_candidates(const SsimJob& job, const Stream& stream) {
  const std::size_t area =
      static_cast<std::size_t>(job.size_px) * static_cast<std::size_t>(job.size_px);
  const int warps = std::min(job.candidates + 1, kMaxWarps);
  const std::size_t shared_bytes = (static_cast<std::size_t>(warps) + 1) * area;
  const bool in_shared = shared_bytes <= kPlainShared;
  launch(Kernel("score_candidates", ssim_kernel),
         {dim3(static_cast<unsigned>(job.last_cell - job.first_cell)),
          dim3(static_cast<unsigned>(warps * kWarpLanes)), in_shared ? shared_bytes : 0},
         stream, job, in_shared);
}

void fill_dissimilarity(const SsimJob& job, const Stream& stream) {
  const std::int64_t pairs = job.candidates + 1;
  launch(Kernel("fill_dissimilarity", fill_kernel),
         {dim3(blocks_for(static_cast<std::size_t>((job.last_cell - job.first_cell) * pairs),
                          kFillThreads)),
          dim3(kFillThreads)},
         stream, job.dissimilarity + job.first_cell * pairs,
         (job.last_cell - job.first_cell) * pairs, job.ssim_unit);
}

std::span<const KernelCode> ssim_kernels() {
  static const KernelCode all[] = {code_of("score_candidates", ssim_kernel),
                                   code_of("fill_dissimilarity", fill_kernel)};
  return all;
}

}  // namespace mosaic::gpu
