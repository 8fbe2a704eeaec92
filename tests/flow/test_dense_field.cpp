#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "flow/dense_field.hpp"
#include "flow_score.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using testing::grid_of;

TEST(Quantiser, RoundsToSixteenthsHalvesToEven) {
  Quantiser quantiser;
  const std::vector<double> x = {0.0, 1.0, -2.5, 0.03, 0.032, 1.0 / 32, 3.0 / 32, -1.0 / 32};
  const std::vector<double> y(x.size(), 0.25);
  const std::vector<FlowVector> v = quantiser.run(x, y, "test");
  const std::vector<std::int32_t> expected = {0, 16, -40, 0, 1, 0, 2, 0};
  ASSERT_EQ(v.size(), expected.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    EXPECT_EQ(v[i].dx, expected[i]) << x[i];
    EXPECT_EQ(v[i].dy, 4);
  }
  EXPECT_EQ(quantiser.edge_distance_px(), 0.0);  // 1/32 lies on an edge
  EXPECT_EQ(quantiser.values(), 16);
}

TEST(Quantiser, RemembersTheNearestEdge) {
  Quantiser quantiser;
  const double near = 0.5 / 16 - 1e-9;
  quantiser.run(std::vector<double>{0.0, 5.0}, std::vector<double>{0.01, 0.02}, "test");
  EXPECT_NEAR(quantiser.edge_distance_px(), 0.5 / 16 - 0.02, 1e-15);
  quantiser.run(std::vector<double>{near}, std::vector<double>{0.0}, "test");
  EXPECT_NEAR(quantiser.edge_distance_px(), 1e-9, 1e-15);
  quantiser.run(std::vector<double>{0.0}, std::vector<double>{0.0}, "test");
  EXPECT_NEAR(quantiser.edge_distance_px(), 1e-9, 1e-15);
}

TEST(Quantiser, RefusesWhatIsNotAMotion) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), 1e9, -1e300,
                           std::numeric_limits<double>::infinity()}) {
    Quantiser quantiser;
    EXPECT_THROW(quantiser.run(std::vector<double>{bad}, std::vector<double>{0.0}, "model"),
                 InputError);
    EXPECT_THROW(quantiser.run(std::vector<double>{0.0}, std::vector<double>{bad}, "model"),
                 InputError);
  }
}

/// 8 x 6 cells of 32 px.
class CheckedField : public ::testing::Test {
 protected:
  const GridGeometry geometry_ = grid_of({256, 192}, 32);
  const std::vector<FlowVector> still_ = std::vector<FlowVector>(48);
};

TEST_F(CheckedField, AgreementIsTrusted) {
  // 40 px to the right: content came from the left, the way forward leads back.
  const std::vector<FlowVector> backward(48, FlowVector{-640, 0});
  const std::vector<FlowVector> forward(48, FlowVector{640, 0});
  const FlowField field = checked_field(backward, forward, geometry_);
  EXPECT_EQ(field.backward, backward);
  for (std::size_t i = 0; i < 48; ++i) {
    EXPECT_EQ(field.trusted[i], i % 8 == 0 ? 0 : 1) << i;  // the first column came from outside
  }
}

TEST_F(CheckedField, DisagreementIsNot) {
  const std::vector<FlowVector> backward(48, FlowVector{-640, 0});
  const FlowField field = checked_field(backward, still_, geometry_);
  EXPECT_EQ(field.trusted, std::vector<std::uint8_t>(48, 0));
}

TEST_F(CheckedField, ToleratesAnEighthOfACellAndOfTheWay) {
  const auto trusts = [&](FlowVector back, FlowVector forth) {
    const FlowField field = checked_field(std::vector<FlowVector>(48, back),
                                          std::vector<FlowVector>(48, forth), geometry_);
    return field.trusted[20] != 0;
  };
  EXPECT_TRUE(trusts({0, 0}, {64, -64}));  // 4 px
  EXPECT_FALSE(trusts({0, 0}, {65, 0}));
  EXPECT_FALSE(trusts({0, 0}, {0, -65}));
  EXPECT_TRUE(trusts({320, 0}, {-320 - 64 - 40, 0}));
  EXPECT_FALSE(trusts({320, 0}, {-320 - 64 - 41, 0}));
}

TEST_F(CheckedField, OneOfTheFourCellsAroundTheEndSuffices) {
  // Cell (4, 2) came from half way between (1, 2) and (2, 2); only (2, 2) knows.
  std::vector<FlowVector> backward(48), forward(48, FlowVector{4000, 4000});
  backward[2 * 8 + 4] = {-16 * 80, 0};
  forward[2 * 8 + 2] = {16 * 80, 0};
  EXPECT_EQ(checked_field(backward, forward, geometry_).trusted[20], 1);
  forward[2 * 8 + 2] = {0, 0};
  forward[2 * 8 + 3] = {16 * 80, 0};  // a cell further: not around the end
  EXPECT_EQ(checked_field(backward, forward, geometry_).trusted[20], 0);
}

}  // namespace
}  // namespace mosaic
