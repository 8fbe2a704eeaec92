#include "pipeline/solve_times.hpp"

#include <algorithm>
#include <cstddef>

namespace mosaic {

SolveTimes::Summary SolveTimes::summary(std::vector<float> seconds) {
  if (seconds.empty()) return {};
  std::ranges::sort(seconds);
  // The nearest rank: with n values, that of number ceil(n * percent / 100).
  const auto at = [&](std::size_t percent) {
    return static_cast<double>(seconds[(seconds.size() * percent + 99) / 100 - 1]);
  };
  return {static_cast<std::int64_t>(seconds.size()), at(50), at(99),
          static_cast<double>(seconds.back())};
}

}  // namespace mosaic
