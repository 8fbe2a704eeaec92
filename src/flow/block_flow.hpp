// Flow by integer block matching; see block_search.hpp and block_decide.hpp for the method.
#pragma once

#include <span>
#include <vector>

#include "flow/block_decide.hpp"
#include "flow/block_layout.hpp"
#include "flow/flow.hpp"
#include "flow/pyramid.hpp"

namespace mosaic {

/// What another estimator believes, one vector per cell; see Note [Hints] in block_decide.hpp.
struct FlowHints {
  std::vector<FlowVector> backward;
  std::vector<FlowVector> forward;
};

class BlockFlow final : public FlowEstimator {
 public:
  BlockFlow(const GridGeometry& geometry, Isa isa, ThreadPool& pool);

  /// Keeps the pyramid of `current`: the next call finds it again if its `previous` has the same
  /// samples.
  FlowField estimate(const Plane& previous, const Plane& current) override;

  FlowField estimate(const Plane& previous, const Plane& current, const FlowHints& hints);

  [[nodiscard]] std::string describe() const override { return "block matching"; }

 private:
  [[nodiscard]] std::vector<FlowVector> per_block(const std::vector<FlowVector>& cells) const;
  [[nodiscard]] FlowField to_cells(const BlockMotion& backward, const BlockMotion& forward,
                                   std::span<const FlowVector> forward_hints) const;
  [[nodiscard]] bool returns_home(int column, int row, FlowVector there, const BlockMotion& forward,
                                  std::span<const FlowVector> hints) const;
  [[nodiscard]] bool inside(int cell_column, int cell_row, FlowVector there) const;

  GridGeometry geometry_;
  BlockLayout layout_;
  const BlockKernels& kernels_;
  ThreadPool& pool_;
  Plane last_canvas_;
  FlowPyramid previous_;
  FlowPyramid current_;  ///< of last_canvas_
};

}  // namespace mosaic
