// From whole-pixel matches to motion that can be believed: sub-pixel, and zero unless proven.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/parallel_for.hpp"
#include "flow/block_search.hpp"
#include "flow/flow.hpp"

namespace mosaic {

/// Motion of one direction, one entry per block.
struct BlockMotion {
  std::vector<FlowVector> vector;
  std::vector<std::uint8_t> looks_alike;  ///< what is found there looks like what is sought
};

/// Note [Zero unless proven]
///
/// Around a whole-pixel displacement the residual e between the two windows depends on a further
/// shift f as e + G f, G being the gradient. Least squares gives f, and tells by how much the
/// squared residual falls: R = B' H^-1 B, with H = sum GG' and B = sum Ge, means removed so that a
/// change of brightness is not taken for motion. Under pure noise R / variance follows a chi-square
/// law with two degrees of freedom, so a fixed multiple of the residual variance tells motion from
/// noise whatever the noise level: R must exceed kEvidence times it, else the vector is exactly
/// zero. Interpolated samples are never compared: interpolation averages noise away, so that a
/// fractional vector would always seem to fit better.
///
/// Blocks without enough evidence of their own are asked together: sums over 5 x 5 of them are
/// tested the same way, which finds the slow drift of faint texture; blocks amid clear motion take
/// their neighbours' vector if it fits no worse than zero. Flat blocks stay at zero.
///
/// Note [Hints]
/// `hints`, if not empty, is what another estimator believes, one vector per block. A hint replaces
/// the step of the search where it fits the samples better; the sub-pixel part and the proof are as
/// above. So a learned estimator can find motion that a search does not, and cannot let a tile
/// creep over a picture that stands still.
BlockMotion decide_motion(const SearchPair& pair, const std::vector<Step>& steps, ThreadPool& pool,
                          std::span<const FlowVector> hints = {});

}  // namespace mosaic
