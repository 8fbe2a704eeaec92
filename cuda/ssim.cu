#include <algorithm>

#include "backend/backend.hpp"
#include "backend/ssim_math.hpp"
#include "cuda/launch.cuh"
#include "cuda/ssim.hpp"

// Note [SSIM by warps]
// A block is one cell, a warp one of its pairs. Lanes are neighbouring columns: each keeps the sums
// over 7 rows of its own column while the rows pass, and the rows themselves in registers until
// they leave; the sums over 7 columns come from its neighbours by shuffles. So 26 of 32 lanes end
// with a window, and wider squares take several passes. The cell and the tiles lie in shared memory
// where they fit.
namespace mosaic::gpu {
namespace {

constexpr int kMaxWarps = 16;
constexpr int kWindowsPerPass = kWarpLanes - kSsimWindow_px + 1;
constexpr int kFillThreads = 256;

struct Square {
  const std::uint8_t* pixels;
  std::ptrdiff_t stride;
};

/// A pixel of the cell in the upper half, one of the tile in the lower.
__device__ inline std::uint32_t pair_of(std::uint32_t x, std::uint32_t y) { return x << 16 | y; }

/// `both`: sum of x in the upper half, of y in the lower: 49 * 255 fits 16 bits, so that one
/// shuffle carries two sums.
struct ColumnSums {
  std::int32_t both = 0, products = 0, squares = 0;
};

template <int kSign>
__device__ inline void change(std::uint32_t pair, ColumnSums& sums) {
  const auto x = static_cast<std::int32_t>(pair >> 16);
  const auto y = static_cast<std::int32_t>(pair & 0xffffU);
  sums.both += kSign * static_cast<std::int32_t>(pair);
  sums.products += kSign * x * y;
  sums.squares += kSign * (x * x + y * y);
}

/// Sum over this lane and the next six; right where they all exist.
__device__ inline std::int32_t over_columns(std::int32_t value) {
  const std::int32_t two = value + __shfl_down_sync(kAllLanes, value, 1U);
  const std::int32_t four = two + __shfl_down_sync(kAllLanes, two, 2U);
  return four + __shfl_down_sync(kAllLanes, two, 4U) + __shfl_down_sync(kAllLanes, value, 6U);
}

/// This lane's share of the sum of ssim_fixed() over all windows of a pair. Forced inline, so that
/// the compiler sees which pointers are of shared memory and need 32 bits only.
__device__ __forceinline__ std::int64_t sum_of_windows(Square cell, Square tile, int size_px) {
  const int side = size_px - kSsimWindow_px + 1;
  std::int64_t total = 0;
  for (int first = 0; first < side; first += kWindowsPerPass) {
    const int column = first + lane_in_warp();
    const bool has_column = column < size_px;
    const bool has_window = lane_in_warp() < kWindowsPerPass && column < side;
    const std::uint8_t* x = cell.pixels + column;
    const std::uint8_t* y = tile.pixels + column;
    const auto next_pair = [&] {
      const std::uint32_t pair = has_column ? pair_of(*x, *y) : 0;
      x += cell.stride;
      y += tile.stride;
      return pair;
    };
    ColumnSums sums;
    std::uint32_t rows[kSsimWindow_px] = {};  // row r in place r % 7
    for (int row = 0; row < kSsimWindow_px - 1; ++row) {
      rows[row] = next_pair();
      change<1>(rows[row], sums);
    }
    for (int above = 0; above < side; above += kSsimWindow_px) {
      MOSAIC_UNROLL
      for (int i = 0; i < kSsimWindow_px; ++i) {  // unrolled, so that all of `rows` are registers
        if (above + i >= side) break;
        std::uint32_t& entering = rows[(i + kSsimWindow_px - 1) % kSsimWindow_px];
        entering = next_pair();
        change<1>(entering, sums);
        const std::int32_t both = over_columns(sums.both);
        const std::int32_t products = over_columns(sums.products);
        const std::int32_t squares = over_columns(sums.squares);
        const double value = ssim_of_window(both >> 16, both & 0xffff, products, squares);
        if (has_window) total += ssim_fixed(value);
        change<-1>(rows[i], sums);
      }
    }
  }
  return total;
}

/// Copies a square of words, as many as fit a row; `from` and `to` are aligned for them.
template <class Word>
__device__ inline void copy_words(Square from, int size_px, int thread, int threads,
                                  std::uint8_t* to) {
  const int per_row = size_px / static_cast<int>(sizeof(Word));
  for (int i = thread; i < size_px * per_row; i += threads) {
    const std::uint8_t* const row = from.pixels + i / per_row * from.stride;
    reinterpret_cast<Word*>(to)[i] = reinterpret_cast<const Word*>(row)[i % per_row];
  }
}

/// Squares begin at multiples of their size in a picture, and of its square in a row of tiles.
__device__ inline void copy_square(Square from, int size_px, int thread, int threads,
                                   std::uint8_t* to) {
  if (size_px % sizeof(uint4) == 0) return copy_words<uint4>(from, size_px, thread, threads, to);
  if (size_px % sizeof(std::uint32_t) == 0) {
    return copy_words<std::uint32_t>(from, size_px, thread, threads, to);
  }
  copy_words<std::uint8_t>(from, size_px, thread, threads, to);
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

template <bool kInShared>
__global__ void __launch_bounds__(kMaxWarps* kWarpLanes) ssim_kernel(SsimJob job) {
  std::uint8_t* const shared = dynamic_shared<std::uint8_t>();
  const int cell = job.first_cell + static_cast<int>(blockIdx.x);
  const int size = job.size_px;
  const int area = size * size;
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(job.columns) * size;
  Square target{job.luma + cell / job.columns * size * stride + cell % job.columns * size, stride};
  if constexpr (kInShared) {
    copy_square(target, size, thread_in_block(), static_cast<int>(blockDim.x), shared);
    target = {shared, size};
    __syncthreads();
  }
  const int warps = static_cast<int>(blockDim.x) / kWarpLanes;
  for (int index = warp_in_block(); index <= job.candidates; index += warps) {
    const std::int32_t tile = tile_of_pair(job, cell, index);
    if (index == job.candidates && job.taken_over[cell] != kUnknownDissimilarity) {
      if (lane_in_warp() == 0) write_pair(job, cell, index, tile, job.taken_over[cell]);
      continue;
    }
    if (index == job.candidates && tile != kNoTile && is_candidate(job, cell, tile)) continue;
    if (tile == kNoTile) {
      if (lane_in_warp() == 0) write_pair(job, cell, index, tile, job.ssim_unit);
      continue;
    }
    const std::ptrdiff_t pair = std::ptrdiff_t{blockIdx.x} * (job.candidates + 1) + index;
    const std::ptrdiff_t square = job.staged ? pair : tile;
    Square other{job.tile_luma + square * area, size};
    if constexpr (kInShared) {
      std::uint8_t* const mine = shared + (1 + warp_in_block()) * area;
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
  // As many rounds as the most warps need, and no more warps than these rounds.
  const int pairs = job.candidates + 1;
  const int rounds = (pairs + kMaxWarps - 1) / kMaxWarps;
  const int warps = (pairs + rounds - 1) / rounds;
  const std::size_t shared_bytes = (static_cast<std::size_t>(warps) + 1) * area;
  const bool in_shared = shared_bytes <= kPlainShared;
  launch(Kernel("score_candidates", in_shared ? ssim_kernel<true> : ssim_kernel<false>),
         {dim3(static_cast<unsigned>(job.last_cell - job.first_cell)),
          dim3(static_cast<unsigned>(warps * kWarpLanes)), in_shared ? shared_bytes : 0},
         stream, job);
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
  static const KernelCode all[] = {code_of("score_candidates", ssim_kernel<true>),
                                   code_of("score_candidates", ssim_kernel<false>),
                                   code_of("fill_dissimilarity", fill_kernel)};
  return all;
}

}  // namespace mosaic::gpu
