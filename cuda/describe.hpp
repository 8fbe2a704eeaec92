// Twin of backend/cpu/describe.hpp: every cell of the canvas at once.
#pragma once

#include <cstdint>

#include "backend/color_sums.hpp"
#include "cuda/buffers.hpp"
#include "cuda/pictures.hpp"
#include "mosaic/geometry.hpp"

namespace mosaic::gpu {

/// kLinearFromLevel and kRootTable of backend/feature_math.hpp on the card.
class FeatureTables {
 public:
  explicit FeatureTables(const Stream& stream);
  [[nodiscard]] const std::uint16_t* linear() const { return linear_.data(); }
  [[nodiscard]] const std::uint32_t* root() const { return root_.data(); }

 private:
  DeviceBuffer<std::uint16_t> linear_;
  DeviceBuffer<std::uint32_t> root_;
};

/// Arrays of CellDescriptions on the card.
struct DescriptionView {
  std::uint8_t* features = nullptr;  ///< cells x feature_count(k)
  ColorSums* color_sums = nullptr;
  std::uint8_t* saliency = nullptr;
};

/// kCurveNodes quantiles of each channel of every cell (twin of backend/cpu/quantiles.hpp); `out`:
/// cells x 3 x kCurveNodes.
void quantiles_of_cells(const CanvasView& canvas, const GridGeometry& geometry, std::uint8_t* out,
                        const Stream& stream);

/// Cells of 1 to 4,096 px, as the CPU takes them.
void describe_cells(const CanvasView& canvas, const GridGeometry& geometry, int features_k,
                    const FeatureTables& tables, const DescriptionView& out, const Stream& stream);

}  // namespace mosaic::gpu
