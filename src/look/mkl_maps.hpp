// The linear maps of colour transfer by mkl, one by one or several side by side.
#pragma once

#include <span>

#include "core/isa.hpp"
#include "look/symmetric3.hpp"

namespace mosaic {

/// What one map is asked for: it takes colours of covariance `from` to those of covariance `to`.
struct MklPair {
  Matrix3 from;     ///< squared levels
  Matrix3 to;       ///< squared levels
  double strength;  ///< how much of the change is made
  double min_gain;  ///< least principal gain
};

/// Largest principal gain of any map.
inline constexpr double kMaxGain = 2.0;
/// Added to both covariances' diagonals (squared levels) so that flat squares have no direction in
/// which the map would divide by nothing. One level of deviation: far below what the eye sees.
inline constexpr double kVarianceFloor = 1.0;

/// A = T^-1/2 (T^1/2 C T^1/2)^1/2 T^-1/2 maps covariance T to C and is symmetric positive definite.
Matrix3 mkl_map(const MklPair& pair);

/// mkl_map() of each, bit by bit: lanes do what one does, in the same order, and fp64 rounds alike
/// in all of them.
void mkl_maps(std::span<const MklPair> pairs, Isa isa, std::span<Matrix3> maps);

}  // namespace mosaic
