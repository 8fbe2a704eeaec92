#include "look/mkl_maps.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/simd_dispatch.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

template <int kCount>
struct Register;
template <>
struct Register<4> {
  using Number = double __attribute__((vector_size(32)));
  using Mask = std::int64_t __attribute__((vector_size(32)));
};
template <>
struct Register<8> {
  using Number = double __attribute__((vector_size(64)));
  using Mask = std::int64_t __attribute__((vector_size(64)));
};

/// As many maps as a register holds numbers. What follows mirrors symmetric3 line by line; by
/// reference, so that no calling convention depends on the instruction set.
template <int kCount>
struct Lanes {
  using Number = typename Register<kCount>::Number;
  using Mask = typename Register<kCount>::Mask;
  struct Matrix {
    Number at[9];
  };

  /// sqrt() of the C library would be a call per lane; this is the same correctly rounded root.
  MOSAIC_ALWAYS_INLINE static void square_root(Number& value) {
    __m128d parts[kCount / 2];
    std::memcpy(parts, &value, sizeof value);
    for (__m128d& part : parts) part = _mm_sqrt_pd(part);
    std::memcpy(&value, parts, sizeof value);
  }

  MOSAIC_ALWAYS_INLINE static void turn(const Number& c, const Number& s, const Mask& turns,
                                        Number& one, Number& other) {
    const Number old_one = one;
    const Number old_other = other;
    one = turns ? c * old_one - s * old_other : old_one;
    other = turns ? s * old_one + c * old_other : old_other;
  }

  MOSAIC_ALWAYS_INLINE static void rotate(Matrix& a, Matrix& v, int p, int q) {
    const Number off = a.at[3 * p + q];
    const Mask turns = off != 0.0;
    const Number theta = (a.at[4 * q] - a.at[4 * p]) / (2.0 * off);
    Number root = theta * theta + 1.0;
    square_root(root);
    const Number t = 1.0 / (theta >= 0.0 ? theta + root : theta - root);
    Number length = t * t + 1.0;
    square_root(length);
    const Number c = 1.0 / length;
    const Number s = t * c;
    for (int k = 0; k < 3; ++k) turn(c, s, turns, a.at[3 * k + p], a.at[3 * k + q]);
    for (int k = 0; k < 3; ++k) turn(c, s, turns, a.at[3 * p + k], a.at[3 * q + k]);
    for (int k = 0; k < 3; ++k) turn(c, s, turns, v.at[3 * k + p], v.at[3 * k + q]);
  }

  /// `a` gets the eigenvalues on its diagonal.
  MOSAIC_ALWAYS_INLINE static void eigen(Matrix& a, Matrix& v) {
    for (int i = 0; i < 9; ++i) v.at[i] = Number{} + (i % 4 == 0 ? 1.0 : 0.0);
    for (int sweep = 0; sweep < kJacobiSweeps; ++sweep) {
      rotate(a, v, 0, 1);
      rotate(a, v, 0, 2);
      rotate(a, v, 1, 2);
    }
  }

  MOSAIC_ALWAYS_INLINE static void spectrum(const Number (&values)[3], const Matrix& v,
                                            Matrix& out) {
    for (Number& element : out.at) element = Number{};
    for (int k = 0; k < 3; ++k) {
      for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) {
          out.at[3 * i + j] += values[k] * (v.at[3 * i + k] * v.at[3 * j + k]);
        }
      }
    }
  }

  MOSAIC_ALWAYS_INLINE static void multiply(const Matrix& a, const Matrix& b, Matrix& out) {
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) {
        out.at[3 * i + j] =
            a.at[3 * i] * b.at[j] + a.at[3 * i + 1] * b.at[3 + j] + a.at[3 * i + 2] * b.at[6 + j];
      }
    }
  }

  /// The root of the eigenvalues of `a`, those below `least` taken as that.
  MOSAIC_ALWAYS_INLINE static void roots(const Matrix& a, double least, Number (&out)[3]) {
    const Number floor = Number{} + least;
    for (int k = 0; k < 3; ++k) {
      out[k] = a.at[4 * k] < floor ? floor : a.at[4 * k];
      square_root(out[k]);
    }
  }

  MOSAIC_ALWAYS_INLINE static void load(const MklPair* pairs, Matrix3 MklPair::*which,
                                        Matrix& out) {
    for (int i = 0; i < 9; ++i) {
      for (int lane = 0; lane < kCount; ++lane) {
        out.at[i][lane] = (pairs[lane].*which)[static_cast<std::size_t>(i)];
      }
    }
    for (int i = 0; i < 9; i += 4) out.at[i] += kVarianceFloor;
  }

  MOSAIC_ALWAYS_INLINE static void maps(const MklPair* pairs, Matrix3* out) {
    Matrix a, v, half, inverse_half, product, middle;
    Number values[3];
    load(pairs, &MklPair::from, a);
    eigen(a, v);
    roots(a, 0.0, values);
    spectrum(values, v, half);
    roots(a, 0.5, values);
    for (Number& value : values) value = 1.0 / value;
    spectrum(values, v, inverse_half);

    load(pairs, &MklPair::to, a);
    multiply(half, a, product);
    multiply(product, half, middle);
    eigen(middle, v);
    roots(middle, 0.0, values);
    spectrum(values, v, a);
    multiply(inverse_half, a, product);
    multiply(product, inverse_half, a);
    eigen(a, v);

    Number strength, least;
    for (int lane = 0; lane < kCount; ++lane) {
      strength[lane] = pairs[lane].strength;
      least[lane] = pairs[lane].min_gain;
    }
    const Number most = Number{} + kMaxGain;
    for (int k = 0; k < 3; ++k) {
      const Number gain = a.at[4 * k];
      const Number limited = gain < least ? least : (most < gain ? most : gain);
      values[k] = 1.0 + strength * (limited - 1.0);
    }
    spectrum(values, v, a);
    for (int i = 0; i < 9; ++i) {
      for (int lane = 0; lane < kCount; ++lane) {
        out[lane][static_cast<std::size_t>(i)] = a.at[i][lane];
      }
    }
  }
};

MOSAIC_TARGET_AVX2 void four_maps(const MklPair* pairs, Matrix3* maps) {
  Lanes<4>::maps(pairs, maps);
}

MOSAIC_TARGET_AVX512 void eight_maps(const MklPair* pairs, Matrix3* maps) {
  Lanes<8>::maps(pairs, maps);
}

}  // namespace

Matrix3 mkl_map(const MklPair& pair) {
  const auto floored = [](Matrix3 m) {
    for (std::size_t i = 0; i < 9; i += 4) m[i] += kVarianceFloor;
    return m;
  };
  const auto root = [](double v) { return std::sqrt(std::max(v, 0.0)); };
  const Eigen3 from = eigen_symmetric(floored(pair.from));
  const Matrix3 half = apply_to_spectrum(from, root);
  const Matrix3 inverse_half =
      apply_to_spectrum(from, [](double v) { return 1.0 / std::sqrt(std::max(v, 0.5)); });
  const Matrix3 middle = multiply(multiply(half, floored(pair.to)), half);
  const Matrix3 middle_root = apply_to_spectrum(eigen_symmetric(middle), root);
  const Matrix3 map = multiply(multiply(inverse_half, middle_root), inverse_half);
  return apply_to_spectrum(eigen_symmetric(map), [&pair](double gain) {
    return 1.0 + pair.strength * (std::clamp(gain, pair.min_gain, kMaxGain) - 1.0);
  });
}

void mkl_maps(std::span<const MklPair> pairs, Isa isa, std::span<Matrix3> maps) {
  if (pairs.size() != maps.size()) {
    throw Error(ExitCode::unexpected, "mkl_maps: not as many maps as pairs");
  }
  std::size_t at = 0;
  if (isa == Isa::avx512) {
    for (; at + 8 <= pairs.size(); at += 8) eight_maps(&pairs[at], &maps[at]);
  }
  if (isa != Isa::plain) {
    for (; at + 4 <= pairs.size(); at += 4) four_maps(&pairs[at], &maps[at]);
  }
  for (; at < pairs.size(); ++at) maps[at] = mkl_map(pairs[at]);
}

}  // namespace mosaic
