#include "backend/cpu/apply_tone.hpp"

#include <cstddef>

#include "backend/tone_math.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {
namespace {

/// Reads before it writes, eight pixels at a time: with the results in a buffer of their own the
/// compiler may gather all table entries of a block at once.
MOSAIC_ALWAYS_INLINE void tone_row(const std::uint64_t* table, u8* r, u8* g, u8* b,
                                   std::size_t width) {
  constexpr std::size_t kBlock = 16;
  std::uint64_t result[kBlock];
  for (std::size_t x = 0; x < width; x += kBlock) {
    const std::size_t count = width - x < kBlock ? width - x : kBlock;
    if (count == kBlock) {
      for (std::size_t i = 0; i < kBlock; ++i) {
        result[i] = tone_lookup(table, r[x + i], g[x + i], b[x + i]);
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        result[i] = tone_lookup(table, r[x + i], g[x + i], b[x + i]);
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      r[x + i] = tone_lane(result[i], 0);
      g[x + i] = tone_lane(result[i], 1);
      b[x + i] = tone_lane(result[i], 2);
    }
  }
}

}  // namespace

void apply_tone(std::span<const std::uint64_t> table, Isa isa, ThreadPool& pool, RgbImage& image) {
  const auto width = static_cast<std::size_t>(image.size().width);
  pool.parallel_for(static_cast<std::size_t>(image.size().height), 16,
                    [&](std::size_t begin, std::size_t end) {
                      for (std::size_t row = begin; row < end; ++row) {
                        const int y = static_cast<int>(row);
                        dispatch<tone_row>(isa, table.data(), image.r.row(y), image.g.row(y),
                                           image.b.row(y), width);
                      }
                    });
}

}  // namespace mosaic::cpu
