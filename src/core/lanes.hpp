// Sixteen 32-bit lanes, in the compiler's own vector notation: one 512-bit register, two of 256 or
// four of 128 bit, whatever the function it is inlined into is compiled for. Loops over bytes that
// are only 16 long, as rows of cells are, do not vectorise well by themselves.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/simd_dispatch.hpp"

namespace mosaic {

inline constexpr int kLanes = 16;

using Int32Lanes = std::int32_t __attribute__((vector_size(64)));
using ByteLanes = std::uint8_t __attribute__((vector_size(16)));
using ShortLanes = std::uint16_t __attribute__((vector_size(32)));

// By reference, so that no calling convention depends on the instruction set.

MOSAIC_ALWAYS_INLINE void load_bytes(const std::uint8_t* from, ShortLanes& to) {
  ByteLanes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  to = __builtin_convertvector(bytes, ShortLanes);
}

MOSAIC_ALWAYS_INLINE void widen(const ShortLanes& from, Int32Lanes& to) {
  to = __builtin_convertvector(from, Int32Lanes);
}

MOSAIC_ALWAYS_INLINE void load_bytes(const std::uint8_t* from, Int32Lanes& to) {
  ShortLanes shorts;
  load_bytes(from, shorts);
  widen(shorts, to);
}

/// Lanes must lie in 0-255.
MOSAIC_ALWAYS_INLINE void store_bytes(const Int32Lanes& from, std::uint8_t* to) {
  const ByteLanes bytes =
      __builtin_convertvector(__builtin_convertvector(from, ShortLanes), ByteLanes);
  std::memcpy(to, &bytes, sizeof bytes);
}

/// Lanes must lie in 0-255.
MOSAIC_ALWAYS_INLINE void store_bytes(const ShortLanes& from, std::uint8_t* to) {
  const ByteLanes bytes = __builtin_convertvector(from, ByteLanes);
  std::memcpy(to, &bytes, sizeof bytes);
}

MOSAIC_ALWAYS_INLINE void load(const std::int32_t* from, Int32Lanes& to) {
  std::memcpy(&to, from, sizeof to);
}

MOSAIC_ALWAYS_INLINE void store(const Int32Lanes& from, std::int32_t* to) {
  std::memcpy(to, &from, sizeof from);
}

/// `out` gets table[index] lane by lane; only the lowest four bits of an index count.
MOSAIC_ALWAYS_INLINE void pick(const Int32Lanes& table, const Int32Lanes& index, Int32Lanes& out) {
#if defined(__clang__)  // whose shuffles want constants
  for (int i = 0; i < kLanes; ++i) out[i] = table[index[i] & (kLanes - 1)];
#else
  out = __builtin_shuffle(table, index);
#endif
}

}  // namespace mosaic
