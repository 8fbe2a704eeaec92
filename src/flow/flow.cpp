#include "flow/flow.hpp"

#include "flow/block_flow.hpp"

namespace mosaic {

namespace {

class StillFlow final : public FlowEstimator {
 public:
  explicit StillFlow(int cells) : cells_(static_cast<std::size_t>(cells)) {}

  FlowField estimate(const Plane& /*previous*/, const Plane& /*current*/) override {
    return FlowField{std::vector<FlowVector>(cells_), std::vector<std::uint8_t>(cells_, 1)};
  }

 private:
  std::size_t cells_;
};

}  // namespace

std::unique_ptr<FlowEstimator> make_flow_estimator(FlowKind kind, const GridGeometry& geometry,
                                                   SimdChoice simd, ThreadPool& pool) {
  if (kind == FlowKind::none) return std::make_unique<StillFlow>(geometry.cells());
  return std::make_unique<BlockFlow>(geometry, choose_isa(simd), pool);
}

}  // namespace mosaic
