#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "look/symmetric3.hpp"

namespace mosaic {
namespace {

Matrix3 random_covariance(std::mt19937& random) {
  std::normal_distribution<double> normal(0.0, 40.0);
  Matrix3 a;
  for (double& value : a) value = normal(random);
  Matrix3 transposed = {a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]};
  return multiply(a, transposed);
}

double largest_difference(const Matrix3& a, const Matrix3& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < 9; ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Symmetric3, EigenDecompositionRebuildsTheMatrix) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const Matrix3 matrix = random_covariance(random);
    const Eigen3 eigen = eigen_symmetric(matrix);
    const Matrix3 rebuilt = apply_to_spectrum(eigen, [](double v) { return v; });
    double scale = 1.0;
    for (const double value : matrix) scale = std::max(scale, std::abs(value));
    EXPECT_LT(largest_difference(matrix, rebuilt) / scale, 1e-13) << "round " << round;
  }
}

TEST(Symmetric3, EigenvectorsAreOrthonormal) {
  std::mt19937 random(8);
  for (int round = 0; round < 200; ++round) {
    const Matrix3 v = eigen_symmetric(random_covariance(random)).vectors;
    const Matrix3 transposed = {v[0], v[3], v[6], v[1], v[4], v[7], v[2], v[5], v[8]};
    EXPECT_LT(largest_difference(multiply(transposed, v), identity3()), 1e-14);
  }
}

TEST(Symmetric3, SquareRootSquaresBack) {
  std::mt19937 random(9);
  for (int round = 0; round < 200; ++round) {
    const Matrix3 matrix = random_covariance(random);
    const Matrix3 root = apply_to_spectrum(eigen_symmetric(matrix),
                                           [](double v) { return std::sqrt(std::max(v, 0.0)); });
    double scale = 1.0;
    for (const double value : matrix) scale = std::max(scale, std::abs(value));
    EXPECT_LT(largest_difference(multiply(root, root), matrix) / scale, 1e-12);
  }
}

TEST(Symmetric3, DiagonalMatricesStayAsTheyAre) {
  const Matrix3 matrix = {4, 0, 0, 0, 9, 0, 0, 0, 1};
  const Eigen3 eigen = eigen_symmetric(matrix);
  EXPECT_EQ(eigen.values, (Vector3{4, 9, 1}));
  EXPECT_EQ(eigen.vectors, identity3());
}

}  // namespace
}  // namespace mosaic
