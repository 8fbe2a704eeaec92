// One loop body, compiled for several instruction sets and chosen at run time.
//
// The bodies are ordinary always_inline functions of integers (or of fp64 without a*b+c): the
// compiler vectorises them anew for each target, and the bits cannot differ.
#pragma once

#include "core/isa.hpp"

#define MOSAIC_ALWAYS_INLINE inline __attribute__((always_inline))
#define MOSAIC_TARGET_AVX2 __attribute__((target("avx2")))
// 512-bit vectors on purpose: g++ would otherwise keep to 256 on some tunings. Clang has no such
// wish.
#if defined(__clang__)
#define MOSAIC_TARGET_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#else
#define MOSAIC_TARGET_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,prefer-vector-width=512")))
#endif

namespace mosaic {

namespace detail {

template <auto kBody, class... Args>
void run_plain(Args... args) {
  kBody(args...);
}

template <auto kBody, class... Args>
MOSAIC_TARGET_AVX2 void run_avx2(Args... args) {
  kBody(args...);
}

template <auto kBody, class... Args>
MOSAIC_TARGET_AVX512 void run_avx512(Args... args) {
  kBody(args...);
}

}  // namespace detail

/// Runs `kBody`, an always_inline function returning void, as compiled for `isa`.
template <auto kBody, class... Args>
void dispatch(Isa isa, Args... args) {
  switch (isa) {
    case Isa::avx512:
      return detail::run_avx512<kBody>(args...);
    case Isa::avx2:
      return detail::run_avx2<kBody>(args...);
    case Isa::plain:
      return detail::run_plain<kBody>(args...);
  }
}

}  // namespace mosaic
