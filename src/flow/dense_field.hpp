// From the vectors of an estimator that works in floating point to a FlowField.
//
// Everything after quantise() is integers, so results that agree to 1/16 px agree in every bit.
#pragma once

#include <span>
#include <vector>

#include "flow/flow.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic {

/// Rounds to 1/16 px, halves to even, and remembers how near a value came to the edge between two
/// roundings: what computes the same values to better than that rounds them all alike.
class Quantiser {
 public:
  /// `x`, `y` in output pixels, one per cell. Throws InputError naming `source` when a value is not
  /// a finite number of a sensible size.
  std::vector<FlowVector> run(std::span<const double> x, std::span<const double> y,
                              const char* source);

  /// Smallest distance of any value so far from an edge, in output pixels; at most 1/32.
  [[nodiscard]] double edge_distance_px() const { return edge_distance_px_; }
  /// Values rounded so far.
  [[nodiscard]] std::int64_t values() const { return values_; }

 private:
  std::int32_t round(double value, const char* source);

  double edge_distance_px_ = 0.5 / kFlowUnit;
  std::int64_t values_ = 0;
};

/// Note [Forward and backward]
/// A vector is trusted when it stays inside the frame and the forward flow of one of the four cells
/// around its end leads back to within max(1 px, an eighth of a cell) plus an eighth of the way.
/// Where something was uncovered or covered, the two do not agree.
FlowField checked_field(std::vector<FlowVector> backward, std::span<const FlowVector> forward,
                        const GridGeometry& geometry);

}  // namespace mosaic
