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

  /// The same frames as in the last call of estimate(), with what another estimator believes.
  [[nodiscard]] FlowField reconsider(const FlowHints& hints) const;

  /// How many cells of `field` are not trusted for another reason than that they come from outside
  /// the frame, of which nothing can be known.
  [[nodiscard]] int lost_cells(const FlowField& field) const;

  [[nodiscard]] std::string describe() const override { return "block matching"; }

 private:
  [[nodiscard]] SearchPair backward() const;
  [[nodiscard]] SearchPair forward() const;
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
  int brightness_ = 0;   ///< change from current_ to previous_
  std::vector<Step> backward_steps_;
  std::vector<Step> forward_steps_;
};

}  // namespace mosaic
