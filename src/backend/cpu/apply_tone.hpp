// The pointwise look, pixel by pixel, through its 3-D table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/isa.hpp"
#include "mosaic/image.hpp"

namespace mosaic::cpu {

/// Note [Tone by vectors]
/// What backend/tone_math.hpp does in words of 64 bit fits into 16: a corner's place (below 33^3),
/// a fraction sorted together with its stride, and eight times a result with the half added, as
/// long as results stay up to kToneMost. So the corners of 32 pixels are found at once, and a
/// table entry is four lanes of 16 bit (R, G, B, nothing) that one multiplication weighs. Entries
/// are fetched by ordinary loads, which no processor is slow at, as some are at gathers.
class Tone {
 public:
  /// `table`: kToneEntries entries (backend/tone_math.hpp), which outlive their use here; empty:
  /// nothing is changed.
  void set(std::span<const std::uint64_t> table, Isa isa);

  /// Replaces the pixels of rows [first, last) by what the table says.
  void apply(int first, int last, RgbImage& image) const;

 private:
  std::span<const std::uint64_t> table_;
  std::vector<std::uint64_t> lanes_;  ///< the table in lanes of 16 bit; kept from frame to frame
  bool wide_ = false;                 ///< whether lanes_ are used
};

}  // namespace mosaic::cpu
