// The curve of PQ in double precision (SMPTE ST 2084), which tests hold the program's tables to.
#pragma once

#include <algorithm>
#include <cmath>

namespace mosaic::test {

/// Light in cd/m2 of a signal in 0 ... 1.
inline double pq_light(double signal) {
  const double p = std::pow(signal, 1.0 / 78.84375);
  return 10000.0 *
         std::pow(std::max(p - 0.8359375, 0.0) / (18.8515625 - 18.6875 * p), 1.0 / 0.1593017578125);
}

/// The signal, 0 ... 1, of so many cd/m2.
inline double pq_signal(double nits) {
  const double y = std::pow(nits / 10000.0, 0.1593017578125);
  return std::pow((0.8359375 + 18.8515625 * y) / (1.0 + 18.6875 * y), 78.84375);
}

}  // namespace mosaic::test
