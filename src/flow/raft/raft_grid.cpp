#include "flow/raft/raft_grid.hpp"

#include <algorithm>
#include <cstdint>

namespace mosaic {

namespace {

int divide_up(int a, int b) { return (a + b - 1) / b; }

bool fits(Size grid) { return std::int64_t{grid.width} * grid.height <= kRaftMostVectors; }

/// One axis of an interpolation between samples at the middles of `samples` equal parts.
struct Between {
  int low, high;
  double share;  ///< of high

  Between(int index, int count, int samples) {
    const double at = (index + 0.5) * samples / count - 0.5;
    const double clamped = std::clamp(at, 0.0, samples - 1.0);
    low = std::min(static_cast<int>(clamped), std::max(0, samples - 2));
    high = std::min(low + 1, samples - 1);
    share = clamped - low;
  }
};

}  // namespace

RaftGrid::RaftGrid(const GridGeometry& geometry) : cells_{geometry.columns, geometry.rows} {
  const int across = divide_up(kRaftLeastSide, cells_.width);
  const int down = divide_up(kRaftLeastSide, cells_.height);
  const int both = std::max(across, down);
  vectors_ = {cells_.width * both, cells_.height * both};  // keeps the aspect
  if (fits(vectors_)) return;
  vectors_ = {cells_.width * across, cells_.height * down};
  if (fits(vectors_)) return;
  whole_ = false;
  for (int cells_per_vector = 2; !fits(vectors_); ++cells_per_vector) {
    vectors_ = {std::max(kRaftLeastSide, divide_up(cells_.width, cells_per_vector)),
                std::max(kRaftLeastSide, divide_up(cells_.height, cells_per_vector))};
  }
}

double RaftGrid::mean_at(std::span<const double> field, int column, int row) const {
  const int across = vectors_.width / cells_.width;
  const int down = vectors_.height / cells_.height;
  double sum = 0.0;
  for (int y = row * down; y < (row + 1) * down; ++y) {
    for (int x = column * across; x < (column + 1) * across; ++x) {
      sum += field[static_cast<std::size_t>(y * vectors_.width + x)];
    }
  }
  return sum / (across * down);
}

double RaftGrid::between_at(std::span<const double> field, int column, int row) const {
  const Between x(column, cells_.width, vectors_.width);
  const Between y(row, cells_.height, vectors_.height);
  const auto line = [&](int at) {
    const double* values = field.data() + std::ptrdiff_t{at} * vectors_.width;
    return values[x.low] + x.share * (values[x.high] - values[x.low]);
  };
  const double above = line(y.low);
  return above + y.share * (line(y.high) - above);
}

std::vector<double> RaftGrid::per_cell(std::span<const double> field, int frame_px,
                                       int output_px) const {
  std::vector<double> values;
  values.reserve(cells_.area());
  const double scale = static_cast<double>(output_px) / frame_px;
  for (int row = 0; row < cells_.height; ++row) {
    for (int column = 0; column < cells_.width; ++column) {
      const double value = whole_ ? mean_at(field, column, row) : between_at(field, column, row);
      values.push_back(value * scale);
    }
  }
  return values;
}

}  // namespace mosaic
