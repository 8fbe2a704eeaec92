// Enlarging by linear interpolation, 16 samples at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace mosaic {

/// Exact division, rounded half up, of sums below 2^32, in the 32 x 32 -> 64 bit multiply that
/// vectors have.
///
/// With k = 32 + floor(log2 d) the factor m = ceil(2^k / d) fits 32 bits (for a power of two k is
/// one less, and m exact), and n * (m * d - 2^k) < 256 d * d <= 2^k for d <= 2^23.
struct NarrowDivision {
  static constexpr std::uint64_t kMaxDivisor = std::uint64_t{1} << 23;
  std::uint32_t half = 0;
  std::uint32_t factor = 0;
  int shift = 0;

  explicit NarrowDivision(std::uint64_t d) : half(static_cast<std::uint32_t>(d / 2)) {
    const bool power_of_two = std::has_single_bit(d);
    shift = 32 + std::bit_width(d) - 1 - (power_of_two ? 1 : 0);
    factor = static_cast<std::uint32_t>(((std::uint64_t{1} << shift) + d - 1) / d);
  }
};

/// out[x] = (weights[x] * columns[first[x]] + weights[count + x] * columns[first[x] + 1]) / d,
/// rounded half up, for x below `count`; `first` rises by at most 1 from one to the next, as where
/// nothing is reduced. What 16 neighbours need then lies within 17 columns, and is permuted out of
/// registers instead of gathered. Reads up to 16 columns too far. Needs AVX-512.
void two_taps_avx512(const std::uint32_t* columns, const std::int32_t* first,
                     const std::uint32_t* weights, std::size_t count,
                     const NarrowDivision& division, std::uint8_t* out);

}  // namespace mosaic
