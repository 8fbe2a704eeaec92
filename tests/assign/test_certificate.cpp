// A certificate must refuse everything that is not a proof.
#include <gtest/gtest.h>

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
