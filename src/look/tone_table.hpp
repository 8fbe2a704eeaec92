// The pointwise part of the look (tone curve, chroma, contrast) as one 3-D table.
#pragma once

#include <cstdint>
#include <vector>

#include "core/parallel_for.hpp"
#include "look/shot_tint.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// kToneEntries packed entries (backend/tone_math.hpp), indexed r-major; empty: identity, nothing
/// to do.
using ToneTable = std::vector<std::uint64_t>;

/// The chain, in this order, for colours in [0, 1]:
///  1. tone curve per channel: v^gamma, then v + lift/255 * (1 - v);
///  2. contrast around mid-grey: 0.5 + contrast_boost * (v - 0.5), damped on skin;
///  3. in Oklab, chroma times saturation (boost_cool and boost_warm by hue where given, blended by
///     the cosine of the hue) and times 1 + vibrance * (1 - C / 0.2), damped on skin;
///  4. a and b moved by color_harmony toward what `tint` has at that lightness;
///  5. back into the gamut along chroma, keeping lightness and hue.
/// Depends on the settings and on the tint, which holds for a whole shot (Note [Frozen tint]), so
/// it cannot make a video breathe. Built with portable_math: equal on every machine.
/// About 0.2 s of work, which the threads of `pool` share, if given.
ToneTable build_tone_table(const ToneSettings& settings, const Tint& tint = {},
                           ThreadPool* pool = nullptr);

}  // namespace mosaic
