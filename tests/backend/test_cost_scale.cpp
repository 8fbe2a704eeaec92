#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backend/backend.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

MatchSettings settings(int k, double ssim_weight, double stability) {
  MatchSettings match;
  match.features_k = k;
  match.ssim_weight = ssim_weight;
  match.stability = stability;
  return match;
}

TEST(CostScale, IsTheWeightPerFeatureTimesTheirNumber) {
  const CostScale scale = cost_scale(settings(5, 100.0, 12.34));
  EXPECT_EQ(scale.ssim_unit, 7500);
  EXPECT_EQ(scale.switch_price, 926);  // 925.5 goes to the even neighbour
  EXPECT_EQ(cost_scale(settings(1, 0.0, 0.0)).ssim_unit, 0);
  EXPECT_EQ(cost_scale(settings(1, 0.0, 1.0)).switch_price, 3);
}

TEST(CostScale, KeepsEveryPairBelowTheLimit) {
  for (int k = 1; k <= 8; ++k) {
    const double features = 3.0 * k * k;
    const double room = (67108864.0 - 2 * (features + 9) * 65025) / features;
    const CostScale most = cost_scale(settings(k, 0.0, room - 0.5 / features - 1.0 / features));
    EXPECT_LT(2 * (features + 9) * 65025 + most.switch_price, 67108864.0);
    EXPECT_THROW(cost_scale(settings(k, 0.0, room + 1.0 / features)), UsageError) << k;
    EXPECT_THROW(cost_scale(settings(k, room / 2 + 1.0, 0.0)), UsageError) << k;
    EXPECT_NO_THROW(cost_scale(settings(k, room / 2 - 1.0, 0.0))) << k;
  }
}

TEST(CostScale, RefusesWhatIsNoWeight) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {nan, infinity, -infinity, -1.0, 1e300}) {
    EXPECT_THROW(cost_scale(settings(5, bad, 0.0)), UsageError) << bad;
    EXPECT_THROW(cost_scale(settings(5, 0.0, bad)), UsageError) << bad;
  }
  EXPECT_THROW(cost_scale(settings(0, 0.0, 0.0)), UsageError);
  EXPECT_THROW(cost_scale(settings(9, 0.0, 0.0)), UsageError);
}

}  // namespace
}  // namespace mosaic
