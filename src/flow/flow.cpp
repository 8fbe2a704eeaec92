#include "flow/flow.hpp"

#include <stdexcept>

#include "flow/block_flow.hpp"
#include "flow/dis.hpp"
#include "flow/raft/raft_flow.hpp"

namespace mosaic {

namespace {

class StillFlow final : public FlowEstimator {
 public:
  explicit StillFlow(int cells) : cells_(static_cast<std::size_t>(cells)) {}

  FlowField estimate(const Plane& /*previous*/, const Plane& /*current*/) override {
    return FlowField{std::vector<FlowVector>(cells_), std::vector<std::uint8_t>(cells_, 1)};
  }

  [[nodiscard]] std::string describe() const override { return "none"; }

 private:
  std::size_t cells_;
};

}  // namespace

const char* flow_name(FlowKind kind) {
  switch (kind) {
    case FlowKind::none:
      return "none";
    case FlowKind::block:
      return "block";
    case FlowKind::dis:
      return "dis";
    case FlowKind::raft:
      return "raft";
  }
  throw std::invalid_argument("flow_name: unknown kind");
}

void require_flow(FlowKind kind) {
  if (kind == FlowKind::dis) DisFlowEstimator::require();
  if (kind == FlowKind::raft) RaftFlow::require();
}

std::unique_ptr<FlowEstimator> make_flow_estimator(FlowKind kind, const GridGeometry& geometry,
                                                   SimdChoice simd, ThreadPool& pool,
                                                   const RaftSettings& raft,
                                                   const FlowPlace& place) {
  switch (kind) {
    case FlowKind::none:
      return std::make_unique<StillFlow>(geometry.cells());
    case FlowKind::block:
      return std::make_unique<BlockFlow>(geometry, choose_isa(simd), pool);
    case FlowKind::dis:
      return std::make_unique<DisFlowEstimator>(geometry, pool);
    case FlowKind::raft:
      return std::make_unique<RaftFlow>(geometry, raft, choose_isa(simd), pool, place);
  }
  throw std::invalid_argument("make_flow_estimator: unknown kind");
}

}  // namespace mosaic
