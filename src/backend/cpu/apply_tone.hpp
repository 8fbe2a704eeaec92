// The pointwise look, pixel by pixel, through its 3-D table.
#pragma once

#include <cstdint>
#include <span>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic::cpu {

/// Replaces every pixel by what `table` (kToneEntries entries, backend/tone_math.hpp) says.
void apply_tone(std::span<const std::uint64_t> table, Isa isa, ThreadPool& pool, RgbImage& image);

}  // namespace mosaic::cpu
