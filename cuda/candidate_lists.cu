#include <limits>

#include "backend/backend.hpp"
#include "backend/cost_math.hpp"
#include "backend/cpu/candidate_lists.hpp"
#include "backend/feature_math.hpp"
#include "cuda/candidate_lists.hpp"
#include "cuda/launch.cuh"
#include "cuda/mma.cuh"

// Note [Lists on tensor cores]
// A block holds 16 cells and streams all tiles by; a warp multiplies the 16 descriptions with those
// of 8 tiles at a time, turns the products into reduced costs and adds the tiles that are under a
// cell's limit to that cell's list in shared memory. When a list has grown too long, a warp ranks
// its entries, keeps the L+1 smallest in order and lowers the limit to the last of them. Which
// entries arrive first depends on the card's mood, but the keys (reduced cost, tile) are unique, so
// the L+1 smallest of all do not. Distances of cells to tiles are never stored.
//
// The first limit of a cell is a guess from its last list, as in Note [Threshold lists]: if L+1
// keys are under it, they hold the L+1 smallest, and hardly any list ever grows too long. Where
// fewer are, the block streams the tiles once more for those cells, without a limit.
namespace mosaic::gpu {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarpLanes;
constexpr int kThreadsOfCells =
    64;  ///< where a thread has a cell: small blocks reach more of a card
constexpr int kCells = kMmaRows;
constexpr int kGroupsAtOnce = kTilesAtOnce / (kWarps * kMmaColumns);  ///< per warp
constexpr int kTrimAbove = 2 * cpu::kListLength;
constexpr int kCapacity = kTrimAbove + kTilesAtOnce;
constexpr int kKeysPerLane = kCapacity / kWarpLanes;
constexpr int kMaxSteps = (kMaxFeatures + kMmaDepth - 1) / kMmaDepth;
/// Of 5 x 5 colours, the default.
constexpr int kUsualSteps = (feature_count(5) + kMmaDepth - 1) / kMmaDepth;
constexpr std::int32_t kAllListed = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
constexpr std::uint64_t kNothing = 0;  ///< no key is under this limit

static_assert(kTilesAtOnce % (kWarps * kMmaColumns) == 0 && kCapacity % kWarpLanes == 0);

/// Sorts like (reduced, tile); the flipped sign makes the order that of unsigned numbers.
__device__ inline std::uint64_t key_of(std::int32_t reduced, std::int32_t tile) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(reduced) ^ 0x80000000U) << 32 |
         static_cast<std::uint32_t>(tile);
}
__device__ inline std::int32_t reduced_of(std::uint64_t key) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(key >> 32) ^ 0x80000000U);
}
__device__ inline std::int32_t tile_of(std::uint64_t key) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
}

/// Of keys whose reduced cost is less than `guess`.
__device__ inline std::uint64_t limit_of(std::int32_t guess) {
  return guess == kNoGuess ? kNoLimit : key_of(guess, 0);
}

struct Shared {
  std::uint64_t key[kCells][kCapacity];
  std::uint64_t limit[kCells];  ///< a key at or above it is not among the L+1 smallest
  alignas(16) std::uint32_t cells[kMaxSteps][kWarpLanes][4];  ///< a[] of mma_bytes()
  std::int32_t count[kCells];
  std::int32_t norm[kCells];
  std::int32_t saliency[kCells];
  std::int32_t short_lists;  ///< lists whose guess was too low
};
static_assert(sizeof(Shared) <= kPlainShared);

__device__ inline std::uint32_t feature(const ListJob& job, int cell, int dim) {
  if (cell >= job.cells || dim >= job.tiles.dims) return 0;
  return job.features[static_cast<std::ptrdiff_t>(cell) * job.tiles.dims + dim];
}

/// The block's cells as a warp takes them up, their norms, and empty lists.
__device__ void load_cells(const ListJob& job, int first, Shared& shared) {
  for (int i = thread_in_block(); i < job.tiles.steps * kWarpLanes * 4; i += kThreads) {
    const int step = i / (kWarpLanes * 4);
    const int lane = i / 4 % kWarpLanes;
    const int word = i % 4;
    const int row = lane / 4 + word % 2 * 8;
    const int depth = step * kMmaDepth + lane % 4 * 4 + word / 2 * 16;
    std::uint32_t bytes = 0;
    for (int b = 0; b < 4; ++b) bytes |= feature(job, first + row, depth + b) << (8 * b);
    shared.cells[step][lane][word] = bytes;
  }
  for (int row = warp_in_block(); row < kCells; row += kWarps) {
    std::int32_t norm = 0;
    for (int dim = lane_in_warp(); dim < job.tiles.dims; dim += kWarpLanes) {
      const auto value = static_cast<std::int32_t>(feature(job, first + row, dim));
      norm += value * value;
    }
    norm = sum_over_warp(norm);
    if (lane_in_warp() != 0) continue;
    const int cell = first + row;
    const bool there = cell < job.cells;
    shared.norm[row] = norm;
    shared.saliency[row] = there ? job.saliency[cell] : 0;
    shared.count[row] = 0;
    shared.limit[row] = there ? limit_of(job.guess[cell]) : kNothing;
  }
  if (thread_in_block() == 0) shared.short_lists = 0;
}

/// Products of the block's cells with the 8 tiles of one group. kSteps: steps, or 0 where they are
/// not known when this is compiled. Where they are, all loads go out before the first product.
template <int kSteps>
__device__ inline void multiply(const ListJob& job, const Shared& shared, int group,
                                std::int32_t (&dot)[4]) {
  const int lane = lane_in_warp();
  const int steps = kSteps == 0 ? job.tiles.steps : kSteps;
  const std::uint32_t* fragment =
      job.tiles.fragments + (static_cast<std::ptrdiff_t>(group) * steps * kWarpLanes + lane) * 2;
  constexpr int kAhead = kSteps == 0 ? 1 : kSteps;
  for (int step = 0; step < steps; step += kAhead, fragment += kAhead * kWarpLanes * 2) {
    uint2 b[kAhead];
    MOSAIC_UNROLL
    for (int i = 0; i < kAhead; ++i) {
      b[i] = *reinterpret_cast<const uint2*>(fragment + i * kWarpLanes * 2);
    }
    MOSAIC_UNROLL
    for (int i = 0; i < kAhead; ++i) {
      const uint4 a = *reinterpret_cast<const uint4*>(shared.cells[step + i][lane]);
      mma_bytes(dot, {a.x, a.y, a.z, a.w}, {b[i].x, b[i].y});
    }
  }
}

/// What gather() needs to know of a lane's two tiles of a group; the arrays are padded to whole
/// groups. Fetched before the products, so that it is there when they are.
struct TilePair {
  int2 norm, price;
};

__device__ inline TilePair tiles_of_group(const ListJob& job, int group) {
  const int first = group * kMmaColumns + lane_in_warp() % 4 * 2;
  return {*reinterpret_cast<const int2*>(job.tiles.norm + first),
          *reinterpret_cast<const int2*>(job.tile_price + first)};
}

/// Adds those of the group's tiles to the lists that are under the limits.
__device__ inline void gather(const ListJob& job, int group, const TilePair& tiles,
                              const std::int32_t (&dot)[4], const std::uint64_t (&limit)[2],
                              Shared& shared) {
  const int first_row = lane_in_warp() / 4;
  const int first_tile = group * kMmaColumns + lane_in_warp() % 4 * 2;
  MOSAIC_UNROLL
  for (int i = 0; i < 4; ++i) {
    const int row = first_row + i / 2 * 8;
    const std::int32_t tile = first_tile + i % 2;
    if (tile >= job.tiles.tiles) continue;
    const std::int32_t norm = i % 2 == 0 ? tiles.norm.x : tiles.norm.y;
    const std::int32_t price = i % 2 == 0 ? tiles.price.x : tiles.price.y;
    const std::int32_t distance = distance_from_dot(shared.norm[row], norm, dot[i]);
    const std::int32_t reduced =
        weighted_cost(shared.saliency[row], distance, job.ssim_unit) - price;
    const std::uint64_t key = key_of(reduced, tile);
    if (key < limit[i / 2]) shared.key[row][atomicAdd(&shared.count[row], 1)] = key;
  }
}

/// By one warp: moves the `wanted` smallest of `count` keys to the front, in order. kKeys: of a
/// lane.
template <int kKeys>
__device__ inline void rank_keys(std::uint64_t* keys, int count, int wanted) {
  std::uint64_t mine[kKeys];
  int rank[kKeys];
  MOSAIC_UNROLL
  for (int i = 0; i < kKeys; ++i) {
    const int at = lane_in_warp() + i * kWarpLanes;
    mine[i] = at < count ? keys[at] : kNoLimit;
    rank[i] = 0;
  }
  for (int other = 0; other < count; ++other) {
    const std::uint64_t key = keys[other];
    MOSAIC_UNROLL
    for (int i = 0; i < kKeys; ++i) rank[i] += key < mine[i] ? 1 : 0;
  }
  __syncwarp();
  MOSAIC_UNROLL
  for (int i = 0; i < kKeys; ++i) {
    if (mine[i] != kNoLimit && rank[i] < wanted) keys[rank[i]] = mine[i];
  }
  __syncwarp();
}

/// By one warp: puts the `wanted` smallest keys of one list in order and drops the others.
__device__ void trim(int wanted, int row, Shared& shared) {
  std::uint64_t* const keys = shared.key[row];
  const int count = shared.count[row];
  // Most lists end with fewer than half of what fits.
  if (count <= kKeysPerLane / 2 * kWarpLanes) {
    rank_keys<kKeysPerLane / 2>(keys, count, wanted);
  } else {
    rank_keys<kKeysPerLane>(keys, count, wanted);
  }
  if (lane_in_warp() != 0) return;
  if (count < wanted) return;
  shared.count[row] = wanted;
  shared.limit[row] = keys[wanted - 1];
}

__device__ void write_list(const ListJob& job, int cell, int row, const Shared& shared,
                           const ListView& out) {
  const int length = job.list_length;
  for (int i = lane_in_warp(); i < length; i += kWarpLanes) {
    const std::uint64_t key = shared.key[row][i];
    const std::int32_t tile = tile_of(key);
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(cell) * length + i;
    out.tile[at] = tile;
    out.base[at] = reduced_of(key) + job.tile_price[tile];
  }
  if (lane_in_warp() != 0) return;
  const std::int32_t bound =
      shared.count[row] > length ? reduced_of(shared.key[row][length]) : kAllListed;
  out.bound[cell] = bound;
  job.guess[cell] = guess_from(reduced_of(shared.key[row][0]), bound);
}

/// Gathers the tiles under the lists' limits. The lists are whole after the block's next barrier.
template <int kSteps>
__device__ inline void stream_tiles(const ListJob& job, int wanted, Shared& shared) {
  for (int tile = 0; tile < job.tiles.tiles; tile += kTilesAtOnce) {
    const int row = lane_in_warp() / 4;
    const std::uint64_t limit[2] = {shared.limit[row], shared.limit[row + 8]};
    const int first_group = tile / kMmaColumns + warp_in_block() * kGroupsAtOnce;
    TilePair tiles[kGroupsAtOnce];
    std::int32_t dot[kGroupsAtOnce][4] = {};
    MOSAIC_UNROLL
    for (int g = 0; g < kGroupsAtOnce; ++g) {
      tiles[g] = tiles_of_group(job, first_group + g);
      multiply<kSteps>(job, shared, first_group + g, dot[g]);
    }
    MOSAIC_UNROLL
    for (int g = 0; g < kGroupsAtOnce; ++g) {
      gather(job, first_group + g, tiles[g], dot[g], limit, shared);
    }
    __syncthreads();
    for (int list = warp_in_block(); list < kCells; list += kWarps) {
      if (shared.count[list] > kTrimAbove) trim(wanted, list, shared);
    }
    __syncthreads();
  }
}

/// By all threads: empties the lists that a guess has left too short, shuts the others, and says
/// whether there is any of the former.
__device__ inline bool begin_short_lists_again(const ListJob& job, int first, int wanted,
                                               Shared& shared) {
  if (const int row = thread_in_block(); row < kCells) {
    const int enough = wanted < job.tiles.tiles ? wanted : job.tiles.tiles;
    const bool is_short = first + row < job.cells && shared.count[row] < enough;
    shared.limit[row] = is_short ? kNoLimit : kNothing;
    if (is_short) {
      shared.count[row] = 0;
      atomicAdd(&shared.short_lists, 1);
    }
  }
  __syncthreads();
  return shared.short_lists > 0;
}

template <int kSteps>
__global__ void __launch_bounds__(kThreads) build_lists_kernel(ListJob job, ListView out) {
  Shared& shared = *dynamic_shared<Shared>();
  const int first = static_cast<int>(blockIdx.x) * kCells;
  const int wanted = job.list_length + 1;
  load_cells(job, first, shared);
  __syncthreads();
  stream_tiles<kSteps>(job, wanted, shared);
  if (begin_short_lists_again(job, first, wanted, shared)) {
    stream_tiles<kSteps>(job, wanted, shared);
  }
  for (int list = warp_in_block(); list < kCells; list += kWarps) {
    if (first + list >= job.cells) continue;
    trim(wanted, list, shared);
    __syncwarp();
    write_list(job, first + list, list, shared, out);
  }
}

__global__ void expand_prices_kernel(const std::int32_t* photo_price, int tiles, int padded_tiles,
                                     int variants, std::int32_t* tile_price) {
  const int tile = static_cast<int>(blockIdx.x) * kThreads + thread_in_block();
  if (tile < padded_tiles) tile_price[tile] = tile < tiles ? photo_price[tile / variants] : 0;
}

/// One thread per cell; see cpu::choose_candidates().
__global__ void choose_kernel(const std::int32_t* list_tile, int cells, int list_length,
                              int variants, const std::int32_t* kept, int candidates,
                              std::int32_t* candidate_tile) {
  const int cell = static_cast<int>(blockIdx.x) * kThreadsOfCells + thread_in_block();
  if (cell >= cells) return;
  std::int32_t* const chosen = candidate_tile + static_cast<std::ptrdiff_t>(cell) * candidates;
  if (kept != nullptr) {
    const std::int32_t* const from = kept + static_cast<std::ptrdiff_t>(cell) * candidates;
    if (from[0] != kNoTile) {
      for (int i = 0; i < candidates; ++i) chosen[i] = from[i];
      return;
    }
  }
  const std::int32_t* const list = list_tile + static_cast<std::ptrdiff_t>(cell) * list_length;
  int count = 0;
  for (int i = 0; i < list_length && count < candidates; ++i) {
    bool is_new = true;
    for (int k = 0; k < count && is_new; ++k) is_new = chosen[k] / variants != list[i] / variants;
    if (is_new) chosen[count++] = list[i];
  }
  for (; count < candidates; ++count) chosen[count] = kNoTile;
}

/// One thread per cell; see cpu::CpuBackend::is_settled().
__global__ void ask_kernel(ListJob job, ListView lists, AskJob ask, std::int32_t* asked,
                           std::int32_t* taken_over) {
  const int cell = static_cast<int>(blockIdx.x) * kThreadsOfCells + thread_in_block();
  if (cell >= job.cells) return;
  const std::int32_t carried = ask.carried_tile[cell];
  bool settled = false;
  if (ask.switch_price != nullptr && carried != kNoTile) {
    std::int32_t distance = 0;
    for (int dim = 0; dim < job.tiles.dims; ++dim) {
      const auto difference = static_cast<std::int32_t>(feature(job, cell, dim)) -
                              static_cast<std::int32_t>(job.tiles.feature(carried, dim));
      distance += difference * difference;
    }
    const std::ptrdiff_t list = static_cast<std::ptrdiff_t>(cell) * job.list_length;
    settled = is_settled({job.saliency[cell], job.ssim_unit, distance, job.tile_price[carried],
                          least_other_of(lists.tile + list, lists.base + list, job.list_length,
                                         job.tile_price, carried),
                          ask.switch_price[cell]});
  }
  const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(cell) * ask.candidates;
  for (int i = 0; i < ask.candidates; ++i) {
    asked[first + i] = settled ? kNoTile : ask.candidate_tile[first + i];
  }
  taken_over[cell] = settled && ask.known != nullptr ? ask.known[cell] : kUnknownDissimilarity;
}

}  // namespace

void expand_prices(const std::int32_t* photo_price, int tiles, int padded_tiles, int variants,
                   std::int32_t* tile_price, const Stream& stream) {
  launch(Kernel("expand_prices", expand_prices_kernel),
         {dim3(blocks_for(static_cast<std::size_t>(padded_tiles), kThreads)), dim3(kThreads)},
         stream, photo_price, tiles, padded_tiles, variants, tile_price);
}

void build_lists(const ListJob& job, const ListView& out, const Stream& stream) {
  launch(Kernel("build_lists", job.tiles.steps == kUsualSteps ? build_lists_kernel<kUsualSteps>
                                                              : build_lists_kernel<0>),
         {dim3(blocks_for(static_cast<std::size_t>(job.cells), kCells)), dim3(kThreads),
          sizeof(Shared)},
         stream, job, out);
}

void choose_candidates(const std::int32_t* list_tile, int cells, int list_length, int variants,
                       const std::int32_t* kept, int candidates, std::int32_t* candidate_tile,
                       const Stream& stream) {
  if (candidates == 0) return;
  launch(
      Kernel("choose_candidates", choose_kernel),
      {dim3(blocks_for(static_cast<std::size_t>(cells), kThreadsOfCells)), dim3(kThreadsOfCells)},
      stream, list_tile, cells, list_length, variants, kept, candidates, candidate_tile);
}

void ask_candidates(const ListJob& job, const ListView& lists, const AskJob& ask,
                    std::int32_t* asked, std::int32_t* taken_over, const Stream& stream) {
  launch(Kernel("ask_candidates", ask_kernel),
         {dim3(blocks_for(static_cast<std::size_t>(job.cells), kThreadsOfCells)),
          dim3(kThreadsOfCells)},
         stream, job, lists, ask, asked, taken_over);
}

std::span<const KernelCode> candidate_list_kernels() {
  static const KernelCode all[] = {code_of("expand_prices", expand_prices_kernel),
                                   code_of("build_lists", build_lists_kernel<kUsualSteps>),
                                   code_of("build_lists", build_lists_kernel<0>),
                                   code_of("choose_candidates", choose_kernel),
                                   code_of("ask_candidates", ask_kernel)};
  return all;
}

}  // namespace mosaic::gpu
