// Symmetric 3x3 matrices in order-fixed fp64: only + - * / and sqrt, so that every IEEE machine
// that does not contract gives the same bits.
#pragma once

#include <array>

namespace mosaic {

using Vector3 = std::array<double, 3>;
/// Row-major 3x3.
using Matrix3 = std::array<double, 9>;

Matrix3 identity3();
Matrix3 multiply(const Matrix3& a, const Matrix3& b);
Vector3 transform(const Matrix3& a, const Vector3& x);

/// Six sweeps bring 3x3 matrices of 8-bit covariances to machine precision; a fixed count keeps the
/// arithmetic the same for every input.
inline constexpr int kJacobiSweeps = 6;

/// Eigenvalues and orthonormal eigenvectors (columns of `vectors`) of a symmetric matrix, by cyclic
/// Jacobi rotations with a fixed number of sweeps (Golub & Van Loan, Matrix Computations, 8.5).
struct Eigen3 {
  Vector3 values{};
  Matrix3 vectors{};
};
Eigen3 eigen_symmetric(const Matrix3& matrix);

/// vectors * diag(values) * vectors^T, with values replaced by `f(value)`.
template <class F>
Matrix3 apply_to_spectrum(const Eigen3& eigen, F f) {
  Matrix3 result{};
  for (int k = 0; k < 3; ++k) {
    const double value = f(eigen.values[static_cast<std::size_t>(k)]);
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) {
        const auto at = [&](int row) {
          return eigen.vectors[static_cast<std::size_t>(row * 3 + k)];
        };
        result[static_cast<std::size_t>(i * 3 + j)] += value * (at(i) * at(j));
      }
    }
  }
  return result;
}

}  // namespace mosaic
