// Flow by dense inverse search (OpenCV), averaged per cell.
//
// Outside the promise of equal bytes between machines: OpenCV's arithmetic depends on its build and
// on the CPU. On one machine the result is the same every time, for any number of threads.
#pragma once

#include <string>
#include <vector>

#include "flow/dense_field.hpp"
#include "flow/dis/dis_interface.hpp"
#include "flow/flow.hpp"
#include "flow/module_file.hpp"

namespace mosaic {

class DisFlowEstimator final : public FlowEstimator {
 public:
  /// Loads OpenCV. Throws DeviceError when this build has no OpenCV module.
  DisFlowEstimator(const GridGeometry& geometry, ThreadPool& pool);

  /// Throws DeviceError when this build has no OpenCV module.
  static void require();

  FlowField estimate(const Plane& previous, const Plane& current) override;

  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] std::optional<double> rounding_edge_px() const override {
    return quantiser_.edge_distance_px();
  }

 private:
  [[nodiscard]] Plane reduced(const Plane& picture) const;
  [[nodiscard]] std::vector<FlowVector> to_cells(const std::vector<float>& flow);

  GridGeometry geometry_;
  int cell_px_;  ///< edge of a cell in the frame that DIS sees
  ThreadPool& pool_;
  ModuleFile module_;
  DisFlow find_flow_;
  Plane last_picture_;
  Plane last_reduced_;  ///< of last_picture_
  Quantiser quantiser_;
};

}  // namespace mosaic
