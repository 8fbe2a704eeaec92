#include "flow/hold_still.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mosaic/error.hpp"

namespace mosaic {
namespace {

int difference(int a, int b) { return a < b ? b - a : a - b; }

std::int64_t change_of(const std::uint8_t* before, const std::uint8_t* now, std::ptrdiff_t stride,
                       int size_px) {
  std::int64_t total = 0;
  for (int y = 0; y < size_px; ++y, before += stride, now += stride) {
    int sum = 0;
    for (int x = 0; x < size_px; ++x) sum += difference(before[x], now[x]);
    total += sum;
  }
  return total;
}

int to_pixels(std::int32_t units) {
  return (units + (units < 0 ? -kFlowUnit / 2 : kFlowUnit / 2)) / kFlowUnit;
}

/// What is left when the vector, rounded to pixels, is taken out; where it leaves the picture, the
/// square next to the edge is compared.
std::int64_t change_along(const Plane& previous, const std::uint8_t* now, int x, int y, int size_px,
                          FlowVector vector) {
  const int from_x = std::clamp(x + to_pixels(vector.dx), 0, previous.size.width - size_px);
  const int from_y = std::clamp(y + to_pixels(vector.dy), 0, previous.size.height - size_px);
  return change_of(previous.row(from_y) + from_x, now, previous.size.width, size_px);
}

}  // namespace

void hold_still(const Plane& previous, const Plane& current, const GridGeometry& geometry,
                ThreadPool& pool, FlowField& flow) {
  const Size size = geometry.output_size();
  const auto cells = static_cast<std::size_t>(geometry.cells());
  if (previous.size != size || current.size != size || flow.backward.size() != cells ||
      flow.trusted.size() != cells) {
    throw Error(ExitCode::unexpected, "hold_still: planes and flow do not match the grid");
  }
  const std::int64_t area = std::int64_t{geometry.tile_size_px} * geometry.tile_size_px;
  pool.parallel_for(cells, 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t cell = begin; cell < end; ++cell) {
      const int x = static_cast<int>(cell) % geometry.columns * geometry.tile_size_px;
      const int y = static_cast<int>(cell) / geometry.columns * geometry.tile_size_px;
      const std::int64_t change =
          change_of(previous.row(y) + x, current.row(y) + x, size.width, geometry.tile_size_px);
      if (4 * change >= kStillQuarterLevels * area) continue;
      const std::int64_t along = change_along(previous, current.row(y) + x, x, y,
                                              geometry.tile_size_px, flow.backward[cell]);
      if (change > 2 * along + area / 4) continue;
      flow.backward[cell] = {};
      flow.trusted[cell] = 1;
    }
  });
}

}  // namespace mosaic
