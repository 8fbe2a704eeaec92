// A certificate must refuse everything that is not a proof.
#include <gtest/gtest.h>

#include <limits>

#include "assign/support.hpp"

namespace mosaic {
namespace {

using Ints = std::vector<std::int32_t>;

class CertificateTest : public testing::Test {
 protected:
  DenseCosts costs_ = test::random_costs(8, 12, 1000, 4);
  Ints capacity_ = Ints(12, 1);
  Assignment good_ = Solver().solve({costs_, capacity_, {}, {}, nullptr});

  [[nodiscard]] std::string violation(const Assignment& assignment) const {
    const Certificate result = certify(costs_, capacity_, assignment);
    EXPECT_EQ(result.optimal, result.violation.empty());
    for (const Isa isa : supported_isas()) {
      ThreadPool pool(3);
      const Certificate shared = certify(costs_, capacity_, assignment, false, &pool, isa);
      EXPECT_EQ(shared.violation, result.violation);
      EXPECT_EQ(shared.primal, result.primal);
      EXPECT_EQ(shared.dual, result.dual);
    }
    return result.violation;
  }
};

TEST_F(CertificateTest, AcceptsTheOptimum) {
  const Certificate proof = certify(costs_, capacity_, good_);
  EXPECT_TRUE(proof.optimal) << proof.violation;
  EXPECT_EQ(proof.primal, proof.dual);
}

TEST_F(CertificateTest, RefusesAWorseAssignment) {
  Assignment worse = good_;
  std::swap(worse.column_of_row[0], worse.column_of_row[1]);
  EXPECT_NE(violation(worse), "");
}

TEST_F(CertificateTest, RefusesWrongSums) {
  Assignment wrong = good_;
  ++wrong.cost;
  EXPECT_NE(violation(wrong).find("stated cost"), std::string::npos);
}

TEST_F(CertificateTest, RefusesWrongPrices) {
  Assignment wrong = good_;
  wrong.price[good_.column_of_row[2]] -= 2000;
  EXPECT_NE(violation(wrong).find("row 2 prefers"), std::string::npos);
  wrong = good_;
  wrong.price[good_.column_of_row[2]] = 1;
  EXPECT_NE(violation(wrong).find("positive price"), std::string::npos);
  for (int j = 0; j < 12; ++j) {
    if (std::count(good_.column_of_row.begin(), good_.column_of_row.end(), j) > 0) continue;
    wrong = good_;
    wrong.price[j] = -1;
    EXPECT_NE(violation(wrong).find("has capacity left"), std::string::npos);
  }
}

TEST_F(CertificateTest, RefusesPricesThatItCannotReckonWith) {
  Assignment wrong = good_;
  wrong.price[good_.column_of_row[2]] = -(1 << 29) - 1;
  EXPECT_NE(violation(wrong).find("has price -536870913"), std::string::npos);
}

// The sums are of 32 bits; costs that do not fit must not pass for others.
TEST_F(CertificateTest, RefusesCostsOutOfRange) {
  for (const std::int32_t cost : {-1, 1 << 28, std::numeric_limits<std::int32_t>::max()}) {
    std::vector<std::int32_t> all(8 * 12, 5);
    all[5 * 12 + 3] = cost;
    const DenseCosts costs(8, 12, all);
    const Assignment all_alike{Ints{0, 1, 2, 3, 4, 5, 6, 7}, Ints(12, 0), 8 * 5};
    const Certificate proof = certify(costs, capacity_, all_alike);
    EXPECT_FALSE(proof.optimal);
    EXPECT_EQ(proof.violation, "row 5 has a cost out of range") << cost;
  }
}

// The first one in order is named, whichever thread comes upon which first.
TEST(Certificate, NamesTheFirstRowThatPrefersAnother) {
  const DenseCosts costs = test::random_costs(200, 210, 1000, 9);
  const Ints capacity(210, 1);
  Assignment wrong = Solver().solve({costs, capacity, {}, {}, nullptr});
  for (const int row : {63, 64, 150}) {
    wrong.price[static_cast<std::size_t>(wrong.column_of_row[static_cast<std::size_t>(row)])] -=
        2000;
  }
  ThreadPool pool(4);
  const Certificate alone = certify(costs, capacity, wrong);
  EXPECT_EQ(alone.violation.substr(0, 15), "row 63 prefers ");
  for (int again = 0; again < 20; ++again) {
    EXPECT_EQ(certify(costs, capacity, wrong, false, &pool).violation, alone.violation);
  }
}

TEST_F(CertificateTest, RefusesOveruseAndBadShapes) {
  Assignment wrong = good_;
  wrong.column_of_row[0] = wrong.column_of_row[1];
  EXPECT_NE(violation(wrong).find("is used 2 times"), std::string::npos);
  wrong = good_;
  wrong.column_of_row[3] = 12;
  EXPECT_NE(violation(wrong).find("row 3 has no valid column"), std::string::npos);
  wrong = good_;
  wrong.column_of_row.pop_back();
  EXPECT_NE(violation(wrong).find("shape"), std::string::npos);
  wrong = good_;
  wrong.price.pop_back();
  EXPECT_NE(violation(wrong).find("shape"), std::string::npos);
}

}  // namespace
}  // namespace mosaic
