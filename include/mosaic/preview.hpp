// One frame of the mosaic, to see a look before a night is spent on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "mosaic/render.hpp"
#include "mosaic/run_context.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

struct PreviewSummary {
  double time_s = 0.0;                ///< of the frame, from the first one
  Size size;                          ///< pixels
  std::vector<SkippedInput> skipped;  ///< photos, and inputs met on the way to the frame
  std::int64_t decode_errors = 0;     ///< on the way to it, from the key frame before it on
};

/// Renders the frame shown at `at_s` seconds (unset: a tenth into the input) as the first of a shot
/// and writes it to `picture` (.png, .jpg), which appears when it is complete. A video is read from
/// the key frame before it; damage further away is not met. With settings.strict, damage that is
/// met is an InputError. Uses and makes the tile index like render(), but where there is none and
/// the pool is a large folder, a part of its photos stands for all and no index is made, which is a
/// notice. Throws Error; InputError when the input ends before `at_s`.
PreviewSummary render_preview(const Settings& settings, std::optional<double> at_s,
                              const std::filesystem::path& picture, const RenderObserver& observer,
                              const RunContext& context);

}  // namespace mosaic
