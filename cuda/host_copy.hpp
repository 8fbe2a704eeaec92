// Copies between pinned memory and the arrays of the frame loop, by all threads: one alone moves a
// few megabytes slower than the card does its work.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "core/parallel_for.hpp"
#include "cuda/buffers.hpp"

namespace mosaic::gpu {

/// Bytes below which another thread is not worth waking, and what one takes at a time.
inline constexpr std::size_t kHostCopyBytes = std::size_t{256} << 10;

/// As std::copy_n; the two do not overlap.
template <class T>
void copy_by_all(ThreadPool& pool, const T* from, std::size_t count, T* to) {
  static_assert(std::is_trivially_copyable_v<T>);
  constexpr std::size_t kGrain = std::max<std::size_t>(1, kHostCopyBytes / sizeof(T));
  const auto part = [&](std::size_t begin, std::size_t end) {
    if (begin != end) std::memcpy(to + begin, from + begin, (end - begin) * sizeof(T));
  };
  if (count <= kGrain) return part(0, count);
  pool.parallel_for(count, kGrain, part);
}

/// All of `from`.
template <class T>
void fetch_by_all(ThreadPool& pool, const PinnedBuffer<T>& from, std::vector<T>& to) {
  to.resize(from.size());
  copy_by_all(pool, from.data(), from.size(), to.data());
}

}  // namespace mosaic::gpu
