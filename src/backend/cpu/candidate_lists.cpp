#include "backend/cpu/candidate_lists.hpp"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "backend/cost_math.hpp"
#include "backend/cpu/distances.hpp"
#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

// Note [Threshold lists]
// Tiles stream by in their order, a few hundred at a time. Each cell keeps those whose reduced cost
// is under its threshold; when too many have gathered, the L+1 smallest are kept and the threshold
// falls to the largest of them. A later tile that equals the threshold has a larger tile number
// than at least L+1 kept ones, so "under" is exact. The entry L+1 is the bound.
//
// A cell's first threshold is a guess from its last list. If L+1 tiles turn out to be under it,
// they hold the L+1 best, whatever the guess came from; if not, the cell is gathered again without
// one.
namespace mosaic::cpu {

namespace {

constexpr int kChunkBlocks = 16;
constexpr int kChunkTiles = kChunkBlocks * kBlockTiles;
constexpr int kTrimAbove = 2 * kListLength;  ///< entries that trigger a selection
constexpr int kSlack = 16;                   ///< a selection may leave this many too many
constexpr int kWidth = 16;                   ///< vector stores may run over by this much
constexpr int kCapacity = kTrimAbove + kChunkTiles + kWidth;

struct Gathered {
  alignas(64) std::array<std::int32_t, kCapacity> reduced;
  alignas(64) std::array<std::int32_t, kCapacity> tile;
  int count;
  std::int32_t threshold;
};

/// Costs of a run of tiles for one cell, and where they go.
struct Run {
  const std::int32_t* distance;
  const std::int32_t* price;
  int count;
  std::int32_t first_tile;
  std::int32_t saliency;
  std::int32_t ssim_unit;
};

void gather_plain(const Run& run, Gathered& kept) {
  int count = kept.count;
  for (int i = 0; i < run.count; ++i) {
    const std::int32_t reduced =
        weighted_cost(run.saliency, run.distance[i], run.ssim_unit) - run.price[i];
    kept.reduced[static_cast<std::size_t>(count)] = reduced;
    kept.tile[static_cast<std::size_t>(count)] = run.first_tile + i;
    count += reduced < kept.threshold ? 1 : 0;
  }
  kept.count = count;
}

// The loads of both run over the last tile to a whole block, which distances and prices have.
MOSAIC_TARGET_AVX2 void gather_avx2(const Run& run, Gathered& kept) {
  const __m256i saliency = _mm256_set1_epi32(run.saliency);
  const __m256i unit = _mm256_set1_epi32(run.ssim_unit);
  const __m256i threshold = _mm256_set1_epi32(kept.threshold);
  alignas(32) std::int32_t reduced[8];
  int count = kept.count;
  for (int i = 0; i < run.count; i += 8) {
    const auto* distance = reinterpret_cast<const __m256i*>(run.distance + i);
    const auto* price = reinterpret_cast<const __m256i*>(run.price + i);
    const __m256i sum = _mm256_add_epi32(_mm256_loadu_si256(distance), unit);
    const __m256i base = _mm256_srli_epi32(_mm256_mullo_epi32(sum, saliency), 6);
    const __m256i value = _mm256_sub_epi32(base, _mm256_loadu_si256(price));
    auto under = static_cast<unsigned>(
        _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(threshold, value))));
    if (run.count - i < 8) under &= (1U << (run.count - i)) - 1U;
    if (under == 0) continue;
    _mm256_store_si256(reinterpret_cast<__m256i*>(reduced), value);
    for (; under != 0; under &= under - 1) {
      const int lane = std::countr_zero(under);
      kept.reduced[static_cast<std::size_t>(count)] = reduced[lane];
      kept.tile[static_cast<std::size_t>(count)] = run.first_tile + i + lane;
      ++count;
    }
  }
  kept.count = count;
}

// Compressed in registers and stored whole: the compressing store is slow on Zen 4. Stored even
// where no tile passes, which is about every second time: a branch would be guessed wrongly.
MOSAIC_TARGET_AVX512 void gather_avx512(const Run& run, Gathered& kept) {
  const __m512i saliency = _mm512_set1_epi32(run.saliency);
  const __m512i unit = _mm512_set1_epi32(run.ssim_unit);
  const __m512i threshold = _mm512_set1_epi32(kept.threshold);
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  constexpr auto kAll = static_cast<__mmask16>(0xffff);
  // locals, since the stores below might otherwise change what `run` points to
  const std::int32_t* const distance = run.distance;
  const std::int32_t* const price = run.price;
  const int run_count = run.count;
  const std::int32_t first_tile = run.first_tile;
  int count = kept.count;
  const auto gather_at = [&](int i, __mmask16 valid) MOSAIC_TARGET_AVX512
      __attribute__((always_inline)) {
    const __m512i sum = _mm512_add_epi32(_mm512_loadu_si512(distance + i), unit);
    const __m512i product = _mm512_mullo_epi32(sum, saliency);
    const __m512i base = _mm512_maskz_srli_epi32(kAll, product, 6);
    const __m512i value = _mm512_sub_epi32(base, _mm512_loadu_si512(price + i));
    const __mmask16 under = _mm512_mask_cmplt_epi32_mask(valid, value, threshold);
    const __m512i tile = _mm512_add_epi32(lanes, _mm512_set1_epi32(first_tile + i));
    _mm512_storeu_si512(kept.reduced.data() + count, _mm512_maskz_compress_epi32(under, value));
    _mm512_storeu_si512(kept.tile.data() + count, _mm512_maskz_compress_epi32(under, tile));
    count += std::popcount(static_cast<unsigned>(under));
  };
  const int whole = run_count / kWidth * kWidth;
  for (int i = 0; i < whole; i += kWidth) gather_at(i, kAll);
  if (whole < run_count) {
    gather_at(whole, static_cast<__mmask16>((1U << (run_count - whole)) - 1U));
  }
  kept.count = count;
}

MOSAIC_ALWAYS_INLINE int count_up_to(const std::int32_t* values, int count, std::int32_t limit) {
  int result = 0;
  for (int i = 0; i < count; ++i) result += values[i] <= limit ? 1 : 0;
  return result;
}

/// A value with at least `wanted` entries up to it: by bisection on the value, which costs few
/// branches and vectorises, and ends as soon as no more than kSlack entries are too many.
MOSAIC_ALWAYS_INLINE std::int32_t limit_for(const std::int32_t* values, int count, int wanted) {
  std::int32_t low = values[0];
  std::int32_t high = values[0];
  for (int i = 1; i < count; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  while (low < high) {
    const std::int32_t middle = low + (high - low) / 2;
    const int below = count_up_to(values, count, middle);
    if (below >= wanted) {
      high = middle;
      if (below <= wanted + kSlack) break;
    } else {
      low = middle + 1;
    }
  }
  return high;
}

MOSAIC_ALWAYS_INLINE void find_limit(const Gathered* kept, int wanted, std::int32_t* limit) {
  *limit = limit_for(kept->reduced.data(), kept->count, wanted);
}

void keep_up_to(std::int32_t limit, Gathered& kept) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(kept.count); ++i) {
    kept.reduced[to] = kept.reduced[i];
    kept.tile[to] = kept.tile[i];
    to += kept.reduced[i] <= limit ? 1 : 0;
  }
  kept.count = static_cast<int>(to);
}

MOSAIC_TARGET_AVX512 void keep_up_to_avx512(std::int32_t limit, Gathered& kept) {
  const __m512i bound = _mm512_set1_epi32(limit);
  int to = 0;
  for (int i = 0; i < kept.count; i += kWidth) {
    const __m512i reduced = _mm512_loadu_si512(kept.reduced.data() + i);
    const __m512i tile = _mm512_loadu_si512(kept.tile.data() + i);
    const int left = kept.count - i;
    const auto valid = static_cast<__mmask16>(left >= kWidth ? 0xffffU : (1U << left) - 1U);
    const __mmask16 stays = _mm512_mask_cmple_epi32_mask(valid, reduced, bound);
    _mm512_storeu_si512(kept.reduced.data() + to, _mm512_maskz_compress_epi32(stays, reduced));
    _mm512_storeu_si512(kept.tile.data() + to, _mm512_maskz_compress_epi32(stays, tile));
    to += std::popcount(static_cast<unsigned>(stays));
  }
  kept.count = to;
}

/// Of entries that equal the limit, only the first stay: they have the smallest tile numbers.
void drop_ties(std::int32_t limit, int wanted, Gathered& kept) {
  const auto begin = kept.reduced.begin();
  auto ties = wanted - std::count_if(begin, begin + kept.count,
                                     [limit](std::int32_t value) { return value < limit; });
  std::size_t to = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(kept.count); ++i) {
    const bool stays = kept.reduced[i] < limit || ties-- > 0;
    kept.reduced[to] = kept.reduced[i];
    kept.tile[to] = kept.tile[i];
    to += stays ? 1 : 0;
  }
  kept.count = static_cast<int>(to);
}

/// Leaves the `wanted` smallest entries and at most kSlack others, still in tile order.
void select(int wanted, Isa isa, Gathered& kept) {
  std::int32_t limit = 0;
  dispatch<find_limit>(isa, static_cast<const Gathered*>(&kept), wanted, &limit);
  (isa == Isa::avx512 ? keep_up_to_avx512 : keep_up_to)(limit, kept);
  if (kept.count > wanted + kSlack) drop_ties(limit, wanted, kept);
  kept.threshold = limit;
}

/// rank[i] = entries before i in the order (reduced, tile). `count` is a multiple of kWidth; the
/// comparisons are all made, because sorting so few entries costs mostly mispredicted branches.
MOSAIC_ALWAYS_INLINE void rank_entries(const std::int32_t* __restrict reduced, int count,
                                       std::int32_t* __restrict rank) {
  for (int i = 0; i < count; ++i) rank[i] = 0;
  for (int i = 0; i < count; ++i) {
    const std::int32_t mine = reduced[i];
    // entries are in tile order, so among equals the earlier one comes first
    for (int j = 0; j < count; ++j) {
      const int before =
          (mine < reduced[j] ? 1 : 0) | ((mine == reduced[j] ? 1 : 0) & (i < j ? 1 : 0));
      rank[j] += before;
    }
  }
}

/// The same, sixteen ranks at a time.
MOSAIC_TARGET_AVX512 void rank_entries_avx512(const std::int32_t* reduced, int count,
                                              std::int32_t* rank) {
  const __m512i one = _mm512_set1_epi32(1);
  for (int block = 0; block < count; block += kWidth) {
    const __m512i its = _mm512_loadu_si512(reduced + block);
    __m512i before = _mm512_setzero_si512();
    const auto add = [&](__mmask16 which) MOSAIC_TARGET_AVX512 __attribute__((always_inline)) {
      before = _mm512_mask_add_epi32(before, which, before, one);
    };
    const auto entry = [&](int i) MOSAIC_TARGET_AVX512 __attribute__((always_inline)) {
      return _mm512_set1_epi32(reduced[i]);
    };
    for (int i = 0; i < block; ++i) add(_mm512_cmple_epi32_mask(entry(i), its));
    for (int i = 0; i < kWidth; ++i) {
      const auto later = static_cast<__mmask16>(0xfffeU << i);
      add(_mm512_cmplt_epi32_mask(entry(block + i), its));
      add(_mm512_mask_cmpeq_epi32_mask(later, entry(block + i), its));
    }
    for (int i = block + kWidth; i < count; ++i) add(_mm512_cmplt_epi32_mask(entry(i), its));
    _mm512_storeu_si512(rank + block, before);
  }
}

void write_list(const ListRequest& request, int cell, Isa isa, Gathered& kept,
                const ListOutput& out) {
  const int length = request.list_length;
  if (kept.count > length + 1 + kSlack) select(length + 1, isa, kept);
  const int padded = (kept.count + kWidth - 1) / kWidth * kWidth;
  for (int i = kept.count; i < padded; ++i) {
    kept.reduced[static_cast<std::size_t>(i)] = std::numeric_limits<std::int32_t>::max();
  }
  alignas(64) std::array<std::int32_t, kCapacity> rank;
  const std::int32_t* reduced = kept.reduced.data();
  if (isa == Isa::avx512) {
    rank_entries_avx512(reduced, padded, rank.data());
  } else {
    dispatch<rank_entries>(isa, reduced, padded, rank.data());
  }
  const std::size_t base = static_cast<std::size_t>(cell) * static_cast<std::size_t>(length);
  out.bound[static_cast<std::size_t>(cell)] = std::numeric_limits<std::int32_t>::max();
  for (std::size_t i = 0; i < static_cast<std::size_t>(kept.count); ++i) {
    const std::int32_t tile = kept.tile[i];
    if (rank[i] < length) {
      const std::size_t at = base + static_cast<std::size_t>(rank[i]);
      out.tile[at] = tile;
      out.base[at] = kept.reduced[i] + request.tile_price[static_cast<std::size_t>(tile)];
    } else if (rank[i] == length) {
      out.bound[static_cast<std::size_t>(cell)] = kept.reduced[i];
    }
  }
}

void gather(const Run& run, Isa isa, Gathered& kept) {
  switch (isa) {
    case Isa::avx512:
      return gather_avx512(run, kept);
    case Isa::avx2:
      return gather_avx2(run, kept);
    case Isa::plain:
      return gather_plain(run, kept);
  }
}

/// Gathers for `count` <= kQueryBatch neighbouring cells, whose thresholds are set, in one sweep
/// over the tiles.
void sweep(const ListRequest& request, int first, int count, Isa isa, Gathered* kept) {
  const PackedFeatures& tiles = request.tiles;
  const auto dims = static_cast<std::size_t>(tiles.dims());
  std::array<CellQuery, kQueryBatch> queries;
  alignas(64) std::array<std::int32_t, kQueryBatch * kChunkTiles> distances;
  for (int q = 0; q < count; ++q) {
    const auto i = static_cast<std::size_t>(q);
    queries[i].set(request.features.data() + (static_cast<std::size_t>(first) + i) * dims,
                   tiles.dims());
    kept[i].count = 0;
  }
  const int wanted = request.list_length + 1;
  for (int block = 0; block < tiles.blocks(); block += kChunkBlocks) {
    const int end = std::min(block + kChunkBlocks, tiles.blocks());
    distance_blocks(queries.data(), count, tiles, block, end, isa, distances.data(), kChunkTiles);
    const int first_tile = block * kBlockTiles;
    for (int q = 0; q < count; ++q) {
      const auto i = static_cast<std::size_t>(q);
      const Run run{distances.data() + i * kChunkTiles,
                    request.tile_price.data() + first_tile,
                    std::min(end * kBlockTiles, tiles.tiles()) - first_tile,
                    first_tile,
                    request.saliency[static_cast<std::size_t>(first) + i],
                    request.ssim_unit};
      gather(run, isa, kept[i]);
      if (kept[i].count > kTrimAbove) select(wanted, isa, kept[i]);
    }
  }
}

/// Lists of up to kQueryBatch neighbouring cells.
void build_batch(const ListRequest& request, int first, int count, Isa isa, const ListOutput& out) {
  std::array<Gathered, kQueryBatch> kept;
  const auto guess = [&](int q) {
    const int query = first + q;
    return request.guess.empty() ? kNoGuess : request.guess[static_cast<std::size_t>(query)];
  };
  for (int q = 0; q < count; ++q) kept[static_cast<std::size_t>(q)].threshold = guess(q);
  sweep(request, first, count, isa, kept.data());
  for (int q = 0; q < count; ++q) {
    Gathered& its = kept[static_cast<std::size_t>(q)];
    if (its.count <= request.list_length && guess(q) != kNoGuess) {
      its.threshold = kNoGuess;
      sweep(request, first + q, 1, isa, &its);
    }
    write_list(request, first + q, isa, its, out);
  }
}

}  // namespace

void build_lists(const ListRequest& request, int first, int last, Isa isa, const ListOutput& out) {
  if (request.list_length < 1 ||
      request.list_length > std::min(kListLength, request.tiles.tiles()) ||
      request.tile_price.size() < static_cast<std::size_t>(request.tiles.blocks()) * kBlockTiles) {
    throw Error(ExitCode::unexpected, "the request for candidate lists contradicts itself");
  }
  for (int cell = first; cell < last; cell += kQueryBatch) {
    build_batch(request, cell, std::min(kQueryBatch, last - cell), isa, out);
  }
}

}  // namespace mosaic::cpu
