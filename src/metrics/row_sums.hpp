// Sums over the rows of a picture, the same for any number of threads.
#pragma once

#include <cstddef>
#include <vector>

#include "core/parallel_for.hpp"

namespace mosaic::metrics {

/// row_sum(y) -> T for y in [0, rows), in parallel; added up in row order.
template <class T, class F>
T sum_over_rows(ThreadPool& pool, int rows, const F& row_sum) {
  std::vector<T> sums(static_cast<std::size_t>(rows));
  constexpr std::size_t kRowsPerTurn = 16;
  pool.parallel_for(sums.size(), kRowsPerTurn, [&](std::size_t begin, std::size_t end) {
    for (std::size_t y = begin; y < end; ++y) sums[y] = row_sum(static_cast<int>(y));
  });
  T total{};
  for (const T& sum : sums) total += sum;
  return total;
}

}  // namespace mosaic::metrics
