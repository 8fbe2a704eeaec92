#include "flow/dense_field.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "flow/floor_div.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

/// Far beyond any picture, far below what int32 sums of vectors could not hold.
constexpr double kLongestVectorPx = 1 << 20;

struct Checker {
  const GridGeometry& geometry;
  std::span<const FlowVector> forward;
  int cell = geometry.tile_size_px * kFlowUnit;

  [[nodiscard]] bool inside(int x, int y) const {
    return x >= 0 && y >= 0 && x < geometry.columns * cell && y < geometry.rows * cell;
  }

  [[nodiscard]] bool returns_home(int x, int y, FlowVector there) const {
    const int tolerance =
        std::max(kFlowUnit, cell / 8) + std::max(std::abs(there.dx), std::abs(there.dy)) / 8;
    const int first_column = floor_div(x - cell / 2, cell);
    const int first_row = floor_div(y - cell / 2, cell);
    for (int row = first_row; row <= first_row + 1; ++row) {
      for (int column = first_column; column <= first_column + 1; ++column) {
        if (column < 0 || row < 0 || column >= geometry.columns || row >= geometry.rows) continue;
        const FlowVector back = forward[static_cast<std::size_t>(row * geometry.columns + column)];
        if (std::abs(back.dx + there.dx) <= tolerance &&
            std::abs(back.dy + there.dy) <= tolerance) {
          return true;
        }
      }
    }
    return false;
  }
};

}  // namespace

std::int32_t Quantiser::round(double value, const char* source) {
  if (!(std::abs(value) <= kLongestVectorPx)) {
    throw InputError(
        std::string(source) + " gave a motion vector of " + std::to_string(value) + " px",
        "the model does not suit this program; leave --flow-model out");
  }
  const double scaled = value * kFlowUnit;
  const double rounded = std::nearbyint(scaled);
  const double distance = 0.5 - std::abs(scaled - rounded);
  edge_distance_px_ = std::min(edge_distance_px_, distance / kFlowUnit);
  ++values_;
  return static_cast<std::int32_t>(rounded);
}

std::vector<FlowVector> Quantiser::run(std::span<const double> x, std::span<const double> y,
                                       const char* source) {
  std::vector<FlowVector> vectors;
  vectors.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    vectors.push_back({round(x[i], source), round(y[i], source)});
  }
  return vectors;
}

FlowField checked_field(std::vector<FlowVector> backward, std::span<const FlowVector> forward,
                        const GridGeometry& geometry) {
  const Checker checker{geometry, forward};
  FlowField field;
  field.trusted.reserve(backward.size());
  for (int row = 0; row < geometry.rows; ++row) {
    for (int column = 0; column < geometry.columns; ++column) {
      const FlowVector there = backward[static_cast<std::size_t>(row * geometry.columns + column)];
      const int x = column * checker.cell + checker.cell / 2 + there.dx;
      const int y = row * checker.cell + checker.cell / 2 + there.dy;
      field.trusted.push_back(checker.inside(x, y) && checker.returns_home(x, y, there) ? 1 : 0);
    }
  }
  field.backward = std::move(backward);
  return field;
}

}  // namespace mosaic
