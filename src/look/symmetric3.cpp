#include "look/symmetric3.hpp"

#include <cmath>
#include <cstddef>

namespace mosaic {
namespace {

constexpr std::size_t at(int row, int column) { return static_cast<std::size_t>(row * 3 + column); }

/// Zeroes element (p, q) by a rotation in the p-q plane.
void rotate(Matrix3& a, Matrix3& v, int p, int q) {
  const double off = a[at(p, q)];
  if (off == 0.0) return;
  const double theta = (a[at(q, q)] - a[at(p, p)]) / (2.0 * off);
  const double root = std::sqrt(theta * theta + 1.0);
  const double t = theta >= 0.0 ? 1.0 / (theta + root) : 1.0 / (theta - root);
  const double c = 1.0 / std::sqrt(t * t + 1.0);
  const double s = t * c;
  for (int k = 0; k < 3; ++k) {
    const double kp = a[at(k, p)];
    const double kq = a[at(k, q)];
    a[at(k, p)] = c * kp - s * kq;
    a[at(k, q)] = s * kp + c * kq;
  }
  for (int k = 0; k < 3; ++k) {
    const double pk = a[at(p, k)];
    const double qk = a[at(q, k)];
    a[at(p, k)] = c * pk - s * qk;
    a[at(q, k)] = s * pk + c * qk;
  }
  for (int k = 0; k < 3; ++k) {
    const double kp = v[at(k, p)];
    const double kq = v[at(k, q)];
    v[at(k, p)] = c * kp - s * kq;
    v[at(k, q)] = s * kp + c * kq;
  }
}

}  // namespace

Matrix3 identity3() { return {1, 0, 0, 0, 1, 0, 0, 0, 1}; }

Matrix3 multiply(const Matrix3& a, const Matrix3& b) {
  Matrix3 result{};
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      result[at(i, j)] =
          a[at(i, 0)] * b[at(0, j)] + a[at(i, 1)] * b[at(1, j)] + a[at(i, 2)] * b[at(2, j)];
    }
  }
  return result;
}

Vector3 transform(const Matrix3& a, const Vector3& x) {
  return {a[0] * x[0] + a[1] * x[1] + a[2] * x[2], a[3] * x[0] + a[4] * x[1] + a[5] * x[2],
          a[6] * x[0] + a[7] * x[1] + a[8] * x[2]};
}

Eigen3 eigen_symmetric(const Matrix3& matrix) {
  Matrix3 a = matrix;
  Matrix3 v = identity3();
  for (int sweep = 0; sweep < kJacobiSweeps; ++sweep) {
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  return {{a[0], a[4], a[8]}, v};
}

}  // namespace mosaic
