#include "backend/cpu/distances.hpp"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "backend/cost_math.hpp"
#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cpu {

namespace {

/// Four signed bytes of a query as they lie in memory.
MOSAIC_ALWAYS_INLINE std::int32_t group_of(const CellQuery& query, int group) {
  std::int32_t four;
  std::memcpy(&four, query.centred.data() + group * kGroupDims, sizeof four);
  return four;
}

void blocks_plain(const CellQuery* queries, int count, const PackedFeatures& tiles, int first,
                  int last, std::int32_t* out, std::size_t stride) {
  for (int q = 0; q < count; ++q) {
    const CellQuery& query = queries[q];
    std::int32_t* to = out + static_cast<std::size_t>(q) * stride;
    for (int block = first; block < last; ++block, to += kBlockTiles) {
      std::int32_t dot[kBlockTiles] = {};
      const std::uint8_t* bytes = tiles.block(block);
      for (int g = 0; g < tiles.groups(); ++g, bytes += kBlockTiles * kGroupDims) {
        const std::int8_t* a = query.centred.data() + g * kGroupDims;
        for (int i = 0; i < kBlockTiles; ++i) {
          const std::uint8_t* b = bytes + i * kGroupDims;
          dot[i] += a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
        }
      }
      const std::int32_t* bias = tiles.bias() + block * kBlockTiles;
      for (int i = 0; i < kBlockTiles; ++i) to[i] = distance_from_dot(query.norm, bias[i], dot[i]);
    }
  }
}

// Widened to 16 bit and multiplied by pmaddwd, which is exact; pmaddubsw would saturate. Each
// register holds two partial sums per tile, folded at the end.
template <int kCount>
MOSAIC_TARGET_AVX2 void blocks_avx2(const CellQuery* queries, const PackedFeatures& tiles,
                                    int first, int last, std::int32_t* out, std::size_t stride) {
  const int groups = tiles.groups();
  for (int block = first; block < last; ++block) {
    const std::int32_t* bias = tiles.bias() + block * kBlockTiles;
    // half a block at a time: 2 registers of partial sums per cell
    for (int half = 0; half < 2; ++half) {
      __m256i dot[kCount][2];
      for (auto& pair : dot) pair[0] = pair[1] = _mm256_setzero_si256();
      const std::uint8_t* bytes = tiles.block(block) + half * 32;
      for (int g = 0; g < groups; ++g, bytes += kBlockTiles * kGroupDims) {
        const __m256i low =
            _mm256_cvtepu8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes)));
        const __m256i high =
            _mm256_cvtepu8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes + 16)));
        for (int q = 0; q < kCount; ++q) {
          const __m256i a = _mm256_cvtepi8_epi16(_mm_set1_epi32(group_of(queries[q], g)));
          dot[q][0] = _mm256_add_epi32(dot[q][0], _mm256_madd_epi16(low, a));
          dot[q][1] = _mm256_add_epi32(dot[q][1], _mm256_madd_epi16(high, a));
        }
      }
      const __m256i tile_bias =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + half * 8));
      for (int q = 0; q < kCount; ++q) {
        // hadd works within 128-bit lanes: tiles 0 1 4 5 | 2 3 6 7
        const __m256i folded = _mm256_permute4x64_epi64(_mm256_hadd_epi32(dot[q][0], dot[q][1]),
                                                        _MM_SHUFFLE(3, 1, 2, 0));
        const __m256i sum = _mm256_add_epi32(_mm256_set1_epi32(queries[q].norm), tile_bias);
        const __m256i distance = _mm256_sub_epi32(sum, _mm256_slli_epi32(folded, 1));
        std::int32_t* to =
            out + static_cast<std::size_t>(q) * stride + (block - first) * kBlockTiles + half * 8;
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), distance);
      }
    }
  }
}

/// kBlocks blocks at once, so that enough independent sums are in flight.
template <int kCount, int kBlocks>
MOSAIC_TARGET_AVX512 MOSAIC_ALWAYS_INLINE void vnni_blocks(const CellQuery* queries,
                                                           const PackedFeatures& tiles, int block,
                                                           std::int32_t* out, std::size_t stride) {
  __m512i dot[kCount][kBlocks];
  for (auto& row : dot) {
    for (auto& sum : row) sum = _mm512_setzero_si512();
  }
  const int groups = tiles.groups();
  const std::uint8_t* bytes = tiles.block(block);
  for (int g = 0; g < groups; ++g, bytes += kBlockTiles * kGroupDims) {
    __m512i b[kBlocks];
    for (int k = 0; k < kBlocks; ++k) {
      b[k] = _mm512_load_si512(bytes + static_cast<std::ptrdiff_t>(k) * groups * 64);
    }
    for (int q = 0; q < kCount; ++q) {
      const __m512i a = _mm512_set1_epi32(group_of(queries[q], g));
      for (int k = 0; k < kBlocks; ++k) dot[q][k] = _mm512_dpbusd_epi32(dot[q][k], b[k], a);
    }
  }
  for (int k = 0; k < kBlocks; ++k) {
    const __m512i bias = _mm512_loadu_si512(tiles.bias() + (block + k) * kBlockTiles);
    for (int q = 0; q < kCount; ++q) {
      const __m512i sum = _mm512_add_epi32(_mm512_set1_epi32(queries[q].norm), bias);
      // twice subtracted, not shifted: g++ 12 warns about its own header otherwise
      const __m512i once = _mm512_sub_epi32(sum, dot[q][k]);
      _mm512_storeu_si512(out + static_cast<std::size_t>(q) * stride + k * kBlockTiles,
                          _mm512_sub_epi32(once, dot[q][k]));
    }
  }
}

template <int kCount>
MOSAIC_TARGET_AVX512 void blocks_avx512(const CellQuery* queries, const PackedFeatures& tiles,
                                        int first, int last, std::int32_t* out,
                                        std::size_t stride) {
  constexpr int kAtOnce = kCount == 1 ? 4 : 2;
  int block = first;
  for (; block + kAtOnce <= last; block += kAtOnce) {
    vnni_blocks<kCount, kAtOnce>(queries, tiles, block, out + (block - first) * kBlockTiles,
                                 stride);
  }
  for (; block < last; ++block) {
    vnni_blocks<kCount, 1>(queries, tiles, block, out + (block - first) * kBlockTiles, stride);
  }
}

}  // namespace

void CellQuery::set(const std::uint8_t* features, int dims) {
  centred.fill(0);
  norm = 0;
  for (int d = 0; d < dims; ++d) {
    centred[static_cast<std::size_t>(d)] = static_cast<std::int8_t>(features[d] - 128);
    norm += features[d] * features[d];
  }
}

void distance_blocks(const CellQuery* queries, int count, const PackedFeatures& tiles, int first,
                     int last, Isa isa, std::int32_t* out, std::size_t stride) {
  if (isa == Isa::plain) return blocks_plain(queries, count, tiles, first, last, out, stride);
  // As many cells at once as there are registers for their sums.
  const bool wide = isa == Isa::avx512;
  int q = 0;
  const auto run = [&](auto* blocks, int cells) {
    for (; q + cells <= count; q += cells) {
      blocks(queries + q, tiles, first, last, out + static_cast<std::size_t>(q) * stride, stride);
    }
  };
  if (wide) run(blocks_avx512<kQueryBatch>, kQueryBatch);
  run(wide ? blocks_avx512<4> : blocks_avx2<4>, 4);
  run(wide ? blocks_avx512<1> : blocks_avx2<1>, 1);
}

void distance_row(const std::uint8_t* cell_features, const PackedFeatures& tiles, Isa isa,
                  std::span<std::int32_t> out) {
  if (out.size() != static_cast<std::size_t>(tiles.tiles())) {
    throw Error(ExitCode::unexpected, "a row of distances needs one entry per tile");
  }
  const CellQuery query(cell_features, tiles.dims());
  const int whole = tiles.tiles() / kBlockTiles;
  distance_blocks(&query, 1, tiles, 0, whole, isa, out.data(), 0);
  if (whole < tiles.blocks()) {
    std::int32_t rest[kBlockTiles];
    distance_blocks(&query, 1, tiles, whole, tiles.blocks(), isa, rest, 0);
    std::copy_n(rest, tiles.tiles() - whole * kBlockTiles, out.data() + whole * kBlockTiles);
  }
}

}  // namespace mosaic::cpu
