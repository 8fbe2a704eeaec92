#include <cmath>
#include <cstdint>
#include <string>

#include "backend/backend.hpp"
#include "backend/feature_math.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

/// `weight` per colour feature in units of the whole distance.
std::int64_t in_cost_units(double weight, int features, const char* name) {
  if (!std::isfinite(weight) || weight < 0.0) {
    throw UsageError(std::string(name) + " must be a number from 0 upward");
  }
  // far outside the range is caught here, before the conversion would be undefined
  if (weight > 1e9) throw UsageError(std::string(name) + " is too large for exact 32-bit costs");
  return std::llrint(weight * features);
}

}  // namespace

CostScale cost_scale(const MatchSettings& settings) {
  if (settings.features_k < 1 || settings.features_k > kMaxFeaturesK) {
    throw UsageError("features: " + std::to_string(settings.features_k) + " is not between 1 and " +
                     std::to_string(kMaxFeaturesK));
  }
  const int features = 3 * settings.features_k * settings.features_k;
  const std::int64_t ssim_unit = in_cost_units(settings.ssim_weight, features, "ssim-weight");
  const std::int64_t switch_price = in_cost_units(settings.stability, features, "stability");
  // the largest pair: greatest distance, SSIM 0, saliency 2, tile switched
  constexpr std::int64_t kLimit = std::int64_t{1} << 26;
  const std::int64_t farthest =
      std::int64_t{feature_count(settings.features_k)} * 255 * 255;  // of two descriptions
  const std::int64_t largest = 2 * (farthest + ssim_unit) + switch_price;
  if (largest >= kLimit) {
    throw UsageError("ssim-weight and stability are too large for exact 32-bit costs",
                     "with features " + std::to_string(settings.features_k) +
                         " twice the ssim-weight plus the stability must stay below " +
                         std::to_string((kLimit - 2 * farthest) / features));
  }
  return {static_cast<std::int32_t>(ssim_unit), static_cast<std::int32_t>(switch_price)};
}

}  // namespace mosaic
