// Exact 8-bit matrix products on tensor cores.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "cuda/launch.cuh"

namespace mosaic::gpu {

/// Rows, columns and depth of one product.
inline constexpr int kMmaRows = 16;
inline constexpr int kMmaColumns = 8;
inline constexpr int kMmaDepth = 32;

/// c += a * b for a 16 x 32 and b 32 x 8 of unsigned bytes, by all lanes of a warp together.
///
/// What each lane holds (PTX ISA, "Matrix fragments for mma.m16n8k32"), with group = lane / 4 and
/// quad = lane % 4, four consecutive depths per register:
///   a[0], a[1]: rows group, group + 8, depths 4 quad ..;  a[2], a[3]: the same, depths 16 + 4 quad
///   b[0], b[1]: column group, depths 4 quad .. and 16 + 4 quad ..
///   c[0], c[1]: row group, columns 2 quad and 2 quad + 1;  c[2], c[3]: row group + 8
__device__ inline void mma_bytes(std::int32_t (&c)[4], const std::uint32_t (&a)[4],
                                 const std::uint32_t (&b)[2]) {
#if defined(MOSAIC_CUDA_EMULATED)
  const std::uint32_t mine[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  const unsigned char* const slots =
      emulator::warp_exchange(mine, sizeof mine, emulator::Site::here());
  const int group = emulator::lane() / 4;
  const int quad = emulator::lane() % 4;
  for (int i = 0; i < 4; ++i) {
    const int row = group + (i >= 2 ? 8 : 0);
    const int column = 2 * quad + i % 2;
    for (int depth = 0; depth < kMmaDepth; ++depth) {
      // the lanes that hold element (row, depth) of a and (depth, column) of b
      const int holder = depth % 16 / 4;
      const int upper = depth / 16;
      const unsigned char* from_a = slots + 32 * (row % 8 * 4 + holder);
      const unsigned char* from_b = slots + 32 * (column * 4 + holder);
      c[i] += from_a[4 * (row / 8 + 2 * upper) + depth % 4] * from_b[16 + 4 * upper + depth % 4];
    }
  }
#elif defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif defined(__CUDA_ARCH__)
  // Turing has m8n8k16 only, whose fragments are the quarters of those above.
  const auto quarter = [](std::int32_t& c0, std::int32_t& c1, std::uint32_t rows,
                          std::uint32_t columns) {
    asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.u8.u8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
                 : "+r"(c0), "+r"(c1)
                 : "r"(rows), "r"(columns));
  };
  quarter(c[0], c[1], a[0], b[0]);
  quarter(c[2], c[3], a[1], b[0]);
  quarter(c[0], c[1], a[2], b[1]);
  quarter(c[2], c[3], a[3], b[1]);
#endif
}

}  // namespace mosaic::gpu
