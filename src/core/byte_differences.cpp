#include "core/byte_differences.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <cstdlib>

namespace mosaic {

namespace {

constexpr int kBytes = 16;

__m128i load(const std::uint8_t* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// The lanes [first, last) of a register.
__m128i lanes_between(int first, int last) {
  static constexpr std::uint8_t kEdge[3 * kBytes] = {
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
      0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0};
  return _mm_and_si128(load(kEdge + kBytes - first), load(kEdge + 2 * kBytes - last));
}

/// What is left of each row after its whole registers: one more register, shifted so that it can be
/// read, and the lanes of it that count.
struct Rest {
  int at = 0;
  __m128i lanes{};
};

Rest rest_of(const BytePair& pair, int whole) {
  Rest rest;
  rest.at = std::min(whole, pair.width + pair.after - kBytes);
  rest.lanes = lanes_between(whole - rest.at, pair.width - rest.at);
  return rest;
}

/// Adds up what `sum_of` makes of 16 bytes of each and of the lanes that count: two sums of 64 bit.
template <class Sum>
std::int64_t over_registers(const BytePair& pair, const Sum& sum_of) {
  const int whole = pair.width / kBytes * kBytes;
  const Rest rest = rest_of(pair, whole);
  const bool has_rest = whole < pair.width;
  const __m128i all = _mm_set1_epi8(-1);
  __m128i total = _mm_setzero_si128();
  const std::uint8_t* a = pair.a;
  const std::uint8_t* b = pair.b;
  for (int y = 0; y < pair.rows; ++y, a += pair.stride, b += pair.stride) {
    for (int x = 0; x < whole; x += kBytes) {
      total = _mm_add_epi64(total, sum_of(load(a + x), load(b + x), all));
    }
    if (has_rest) {
      total = _mm_add_epi64(total, sum_of(load(a + rest.at), load(b + rest.at), rest.lanes));
    }
  }
  return _mm_cvtsi128_si64(total) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(total, total));
}

bool fits_registers(const BytePair& pair) {
  return pair.before + pair.width + pair.after >= kBytes;
}

}  // namespace

namespace plain {

std::int64_t difference_sum(const BytePair& pair) {
  std::int64_t total = 0;
  for (int y = 0; y < pair.rows; ++y) {
    const std::ptrdiff_t row = y * pair.stride;
    for (int x = 0; x < pair.width; ++x) total += std::abs(pair.a[row + x] - pair.b[row + x]);
  }
  return total;
}

std::int64_t count_alike(const BytePair& pair, int levels) {
  std::int64_t count = 0;
  for (int y = 0; y < pair.rows; ++y) {
    const std::ptrdiff_t row = y * pair.stride;
    for (int x = 0; x < pair.width; ++x) {
      count += std::abs(pair.a[row + x] - pair.b[row + x]) < levels ? 1 : 0;
    }
  }
  return count;
}

}  // namespace plain

std::int64_t difference_sum(const BytePair& pair) {
  if (!fits_registers(pair)) return plain::difference_sum(pair);
  return over_registers(pair, [](const __m128i& a, const __m128i& b, const __m128i& lanes) {
    return _mm_sad_epu8(_mm_and_si128(a, lanes), _mm_and_si128(b, lanes));
  });
}

std::int64_t count_alike(const BytePair& pair, int levels) {
  if (!fits_registers(pair)) return plain::count_alike(pair, levels);
  const __m128i most = _mm_set1_epi8(static_cast<char>(levels - 1));
  const __m128i one = _mm_set1_epi8(1);
  return over_registers(pair, [&](const __m128i& a, const __m128i& b, const __m128i& lanes) {
    const __m128i difference = _mm_or_si128(_mm_subs_epu8(a, b), _mm_subs_epu8(b, a));
    const __m128i alike = _mm_cmpeq_epi8(_mm_min_epu8(difference, most), difference);
    const __m128i counted = _mm_and_si128(_mm_and_si128(alike, lanes), one);
    return _mm_sad_epu8(counted, _mm_setzero_si128());
  });
}

}  // namespace mosaic
