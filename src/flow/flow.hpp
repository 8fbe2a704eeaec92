// Motion between neighbouring frames, one vector per cell.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/parallel_for.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Sub-pixel unit of every motion quantity: 1/16 of an output pixel.
inline constexpr int kFlowUnit = 16;

struct FlowVector {
  std::int32_t dx = 0;  ///< 1/16 px, to the right
  std::int32_t dy = 0;  ///< 1/16 px, down
  friend bool operator==(const FlowVector&, const FlowVector&) = default;
};

/// Backward flow: what is at cell centre c in the current frame was at c + vector in the previous.
struct FlowField {
  std::vector<FlowVector> backward;   ///< one per cell, row-major
  std::vector<std::uint8_t> trusted;  ///< 0: leaves the frame, or failed a consistency check
};

/// What an estimator did that asks a costly method only where a cheap one does not do.
struct FlowWork {
  std::int64_t pairs = 0;  ///< pairs of frames so far
  std::int64_t asked = 0;  ///< of them, those that the costly method was asked about
  std::string runtime;     ///< what it ran on; empty while it has not been asked
};

class FlowEstimator {
 public:
  virtual ~FlowEstimator() = default;
  /// Both planes have the grid's output size. Deterministic: same planes, same field.
  virtual FlowField estimate(const Plane& previous, const Plane& current) = 0;
  /// For reports and for the identity of a job: the method with its settings. Never changes.
  [[nodiscard]] virtual std::string describe() const = 0;
  /// Nothing where one method does it all.
  [[nodiscard]] virtual std::optional<FlowWork> work() const { return std::nullopt; }
  /// The least change of a motion component so far, in output pixels, that would have changed its
  /// rounding to 1/16 px. Nothing where motion was found in integers.
  [[nodiscard]] virtual std::optional<double> rounding_edge_px() const { return std::nullopt; }
};

/// As the command line and the reports call it.
const char* flow_name(FlowKind kind);

/// Where an estimator may work that can work in more than one place.
struct FlowPlace {
  /// On this CUDA card, as the runtime counts them, where the estimator can (dis, block and none
  /// cannot); -1: on the CPU.
  int card = -1;
  bool may_leave = false;  ///< goes on with the CPU when the card fails, and warns
  std::function<void(const std::string&)> warn = {};
};

/// Throws DeviceError when `kind` needs a module that this build does not have; loads nothing.
void require_flow(FlowKind kind);

/// `kind` none gives zero vectors, all trusted. Throws DeviceError when `kind` needs a module that
/// this build does not have, and InputError when RAFT's model cannot be used.
std::unique_ptr<FlowEstimator> make_flow_estimator(FlowKind kind, const GridGeometry& geometry,
                                                   SimdChoice simd, ThreadPool& pool,
                                                   const RaftSettings& raft = {},
                                                   const FlowPlace& place = {});

}  // namespace mosaic
