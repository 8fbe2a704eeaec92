#include "look/sharpen.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "backend/unsharp_math.hpp"

namespace mosaic {
namespace {

constexpr std::int32_t kKernel[5] = {1, 4, 6, 4, 1};

/// One channel of one tile. `rows` is scratch of S x S numbers.
void sharpen_plane(const std::uint8_t* plane, int size_px, std::int32_t strength,
                   std::vector<std::int32_t>& rows, std::uint8_t* out) {
  const auto clamped = [size_px](int i) { return std::clamp(i, 0, size_px - 1); };
  const auto at = [size_px](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(size_px) +
           static_cast<std::size_t>(x);
  };
  for (int y = 0; y < size_px; ++y) {
    for (int x = 0; x < size_px; ++x) {
      std::int32_t sum = 0;
      for (int i = 0; i < 5; ++i) sum += kKernel[i] * plane[at(clamped(x + i - 2), y)];
      rows[at(x, y)] = sum;
    }
  }
  for (int y = 0; y < size_px; ++y) {
    for (int x = 0; x < size_px; ++x) {
      std::int32_t sum = 0;
      for (int i = 0; i < 5; ++i) sum += kKernel[i] * rows[at(x, clamped(y + i - 2))];
      out[at(x, y)] = unsharp(plane[at(x, y)], sum, strength);
    }
  }
}

}  // namespace

std::vector<std::uint8_t> sharpened_tiles(std::span<const std::uint8_t> rgb, int size_px,
                                          double sharpness, ThreadPool& pool) {
  const auto strength = static_cast<std::int32_t>(std::llrint(sharpness * 256.0));
  if (strength == 0) return {};
  const std::size_t area = static_cast<std::size_t>(size_px) * static_cast<std::size_t>(size_px);
  std::vector<std::uint8_t> out(rgb.size());
  pool.parallel_for(rgb.size() / area, 16, [&](std::size_t begin, std::size_t end) {
    std::vector<std::int32_t> rows(area);
    for (std::size_t i = begin; i < end; ++i) {
      sharpen_plane(rgb.data() + i * area, size_px, strength, rows, out.data() + i * area);
    }
  });
  return out;
}

}  // namespace mosaic
