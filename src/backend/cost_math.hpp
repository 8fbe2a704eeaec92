// The integer cost of showing a tile in a cell. Shared by g++ and nvcc.
#pragma once

#include <cstdint>

#include "core/host_device.hpp"

namespace mosaic {

/// Squared distance from the parts that do not need both sides at once:
///   |a|^2 - 2 a.b + |b|^2  =  |a|^2 + (|b|^2 - 256 sum(b)) - 2 sum((a - 128) b)
/// The second factor of the product is a signed byte and the first an unsigned one, as the dot
/// product instructions of both processors want it. Every term fits int32 for up to 204 features.
MOSAIC_HD std::int32_t distance_from_dot(std::int32_t cell_norm, std::int32_t tile_bias,
                                         std::int32_t centred_dot) {
  return cell_norm + tile_bias - 2 * centred_dot;
}

/// (saliency * (distance + dissimilarity)) / 64, rounded down. cost_scale() keeps the sum below
/// 2^25 and saliency is at most 128, so the product fits 32 unsigned bits.
MOSAIC_HD std::int32_t weighted_cost(std::int32_t saliency, std::int32_t distance,
                                     std::int32_t dissimilarity) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(saliency) *
                                    static_cast<std::uint32_t>(distance + dissimilarity)) >>
                                   6);
}

/// A list with this for a guess is made without one.
inline constexpr std::int32_t kNoGuess = 0x7FFFFFFF;

/// A reduced cost under which the L+1 tiles of the next frame's list of a cell may be found, from
/// this one's: `least` is the reduced cost of its first tile, `bound` that of the first tile not
/// listed. It changes the speed of making a list, never the list. A third more than the list
/// reached: in film one cell in twenty finds too few tiles under it, and one in seven more than a
/// list keeps.
MOSAIC_HD std::int32_t guess_from(std::int32_t least, std::int32_t bound) {
  if (bound == kNoGuess) return kNoGuess;
  const std::int64_t reach = static_cast<std::int64_t>(bound) - least;
  const std::int64_t guess = bound + reach / 3 + 1;
  return guess < kNoGuess ? static_cast<std::int32_t>(guess) : kNoGuess;
}

/// Squared L2 distance of two descriptions of `dims` bytes.
MOSAIC_HD std::int32_t squared_distance(const std::uint8_t* a, const std::uint8_t* b, int dims) {
  std::int32_t sum = 0;
  for (int d = 0; d < dims; ++d) {
    const std::int32_t difference =
        static_cast<std::int32_t>(a[d]) - static_cast<std::int32_t>(b[d]);
    sum += difference * difference;
  }
  return sum;
}

/// Note [Settled cells]
/// With a price of change most cells keep what they carry whatever SSIM says of other tiles: the
/// best of them would not be cheaper even if it matched perfectly. There only the carried tile gets
/// an SSIM; the others count as not computed, which is the most they can cost. Half of the price of
/// change is left as a margin for prices of photos that fall while the frame is solved. The carried
/// tile's is that of an earlier frame where its content is still alike: it hardly decides anything
/// here (which of several settled cells loses a photo that too many carry), and is told as a part
/// of the frame's cost.
struct Stake {
  std::int32_t saliency;
  std::int32_t ssim_unit;
  std::int32_t carried_distance;  ///< of the carried tile's description
  std::int32_t carried_price;     ///< of its photo
  std::int32_t least_other;       ///< reduced base cost of the best tile but the carried one
  std::int32_t switch_price;
};

MOSAIC_HD bool is_settled(const Stake& stake) {
  const std::int64_t carried =
      std::int64_t{weighted_cost(stake.saliency, stake.carried_distance, stake.ssim_unit)} -
      stake.carried_price;
  const std::int64_t most_gain =
      std::int64_t{weighted_cost(stake.saliency, 0, stake.ssim_unit)} + 1;
  return stake.least_other - most_gain + stake.switch_price / 2 >= carried;
}

/// Stake::least_other, from the cell's list in ascending order: the first entry or the second.
/// A list of nothing else is that of a pool of one tile, which leaves no choice.
MOSAIC_HD std::int32_t least_other_of(const std::int32_t* list_tile, const std::int32_t* list_base,
                                      int list_length, const std::int32_t* tile_price,
                                      std::int32_t carried) {
  constexpr std::int32_t kNone = 0x7fffffff;
  for (int i = 0; i < list_length && i < 2; ++i) {
    if (list_tile[i] != carried) return list_base[i] - tile_price[list_tile[i]];
  }
  return kNone;
}

}  // namespace mosaic
