// Rows of costs kept whole, and the kernel that looks at them.
#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "assign/far_scan.hpp"
#include "assign/row_store.hpp"
#include "assign/support.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

using assign::RowStore;
using Ints = std::vector<std::int32_t>;

/// Counts how often rows are asked for.
class CountedCosts final : public CostSource {
 public:
  explicit CountedCosts(DenseCosts costs) : costs_(std::move(costs)) {}
  [[nodiscard]] int rows() const override { return costs_.rows(); }
  [[nodiscard]] int columns() const override { return costs_.columns(); }
  void row(int row, std::span<std::int32_t> out) const override {
    ++asked;
    costs_.row(row, out);
  }
  mutable int asked = 0;

 private:
  DenseCosts costs_;
};

assign::RowClasses one_class_each(int rows) {
  assign::RowClasses classes;
  classes.supply.assign(rows, 1);
  classes.representative.resize(rows);
  std::iota(classes.representative.begin(), classes.representative.end(), 0);
  return classes;
}

Ints copy_of(std::span<const std::int32_t> row) { return {row.begin(), row.end()}; }

TEST(RowStore, AsksOnceForWhatItHasRoomFor) {
  const CountedCosts costs(DenseCosts(3, 2, {1, 2, 3, 4, 5, 6}));
  const assign::RowClasses classes = one_class_each(3);
  RowStore store;
  store.open(costs, classes, 2 * 2 * sizeof(std::int32_t));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(copy_of(store.row(2)), (Ints{5, 6}));
    EXPECT_EQ(copy_of(store.row(0)), (Ints{1, 2}));
    EXPECT_EQ(copy_of(store.row(1)), (Ints{3, 4}));
  }
  EXPECT_EQ(costs.asked, 4);  // the third row, for which there is no room, twice
  EXPECT_FALSE(store.kept(2).empty());
  EXPECT_TRUE(store.kept(1).empty());
  store.open(costs, classes);
  EXPECT_TRUE(store.kept(2).empty());
}

TEST(RowStore, FollowsCostsThatRise) {
  const DenseCosts before(2, 2, {1, 2, 3, 4});
  const DenseCosts after(2, 2, {1, 2, 3, 14});
  const assign::RowClasses classes = one_class_each(2);
  RowStore store;
  store.open(before, classes);
  EXPECT_EQ(copy_of(store.row(0)), (Ints{1, 2}));
  store.read_from(after);
  store.raise_cost(1, 1, 10);  // not kept: read from the new costs
  EXPECT_EQ(copy_of(store.row(1)), (Ints{3, 14}));
  store.raise_cost(0, 1, 5);
  EXPECT_EQ(copy_of(store.row(0)), (Ints{1, 7}));
}

TEST(RowStore, RefusesCostsOutOfRangeEveryTime) {
  const DenseCosts costs(2, 2, {1, 2, 3, -4});
  const assign::RowClasses classes = one_class_each(2);
  RowStore store;
  store.open(costs, classes);
  EXPECT_NO_THROW(store.row(0));
  EXPECT_THROW(store.row(1), std::logic_error);
  EXPECT_THROW(store.row(1), std::logic_error);
}

TEST(RowStore, ForgetsAndBeginsAnew) {
  const CountedCosts costs(DenseCosts(1, 2, {1, 2}));
  const assign::RowClasses classes = one_class_each(1);
  RowStore store;
  store.open(costs, classes);
  store.row(0);
  EXPECT_EQ(store.fetched(), 1);
  store.forget();
  EXPECT_TRUE(store.kept(0).empty());
  store.open(costs, classes);
  EXPECT_EQ(store.fetched(), 0);
  EXPECT_EQ(copy_of(store.row(0)), (Ints{1, 2}));
  EXPECT_EQ(costs.asked, 2);
}

template <class Price>
void expect_nearer_columns() {
  std::mt19937 random(3);
  for (const int columns : {1, 15, 16, 17, 64, 129}) {
    for (const Isa isa : supported_isas()) {
      SCOPED_TRACE(std::string(isa_name(isa)) + ", " + std::to_string(columns));
      assign::FarScan<Price> scan(isa);
      scan.open(columns);
      Ints cost(columns);
      std::vector<Price> price(columns);
      std::vector<Price> nearest(columns);
      for (int j = 0; j < columns; ++j) {
        cost[j] = test::draw(random, 0, assign::kCostLimit - 1);
        price[j] = -test::draw(random, 0, 1 << 29);
        nearest[j] = j % 7 == 0   ? Price{0}
                     : j % 3 == 0 ? assign::PriceLimits<Price>::kLongest
                                  : test::draw(random, 0, 1 << 30);
        scan.reached(j, nearest[j]);
      }
      const Price base = -(1 << 26);
      const Price reach = 1 << 29;
      Ints expected;
      for (int j = 0; j < columns; ++j) {
        if (base + cost[j] - price[j] < std::min(nearest[j], reach)) expected.push_back(j);
      }
      EXPECT_EQ(copy_of(scan.nearer(cost, price.data(), base, reach)), expected);
    }
  }
}

/// The ends of the ranges that market.hpp names: no difference may leave 32 bits.
TEST(FarScan, HoldsAtTheEndsOfTheRanges) {
  using Limits = assign::PriceLimits<std::int32_t>;
  const std::int32_t dearest = assign::kCostLimit - 1;
  for (const Isa isa : supported_isas()) {
    SCOPED_TRACE(isa_name(isa));
    assign::FarScan<std::int32_t> scan(isa);
    scan.open(20);
    for (int j = 0; j < 20; ++j) scan.reached(j, j < 10 ? 0 : Limits::kLongest);
    // As far as can be: nothing is nearer.
    const Ints most(20, dearest);
    const Ints lowest(20, Limits::kLowest);
    EXPECT_TRUE(scan.nearer(most, lowest.data(), Limits::kLongest - 1, Limits::kLongest).empty());
    // As near as can be, and still not nearer than 0 where that has been reached.
    const Ints none(20, 0);
    const std::int32_t base = -(dearest - Limits::kLowest);
    EXPECT_EQ(scan.nearer(none, none.data(), base, Limits::kLongest).size(), 20U);
    EXPECT_EQ(scan.nearer(none, none.data(), 0, Limits::kLongest).size(), 10U);
  }
}

TEST(FarScan, FindsTheSameColumnsWithEveryInstructionSet) { expect_nearer_columns<std::int32_t>(); }
TEST(FarScan, FindsTheSameColumnsAtWidePrices) { expect_nearer_columns<std::int64_t>(); }

}  // namespace
}  // namespace mosaic
