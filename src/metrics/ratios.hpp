// The quotients that the totals stand for; none where there is nothing to divide by.
#pragma once

#include <cstdint>
#include <optional>

#include "metrics/steadiness.hpp"

namespace mosaic::metrics {

inline std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// Units per level of WarpedPixels.
inline constexpr std::int64_t kWarpedUnit = 256;

inline std::optional<double> static_share(const StillPixels& s) {
  return ratio(s.static_pixels, s.pixels);
}
inline std::optional<double> source_flicker(const StillPixels& s) {
  return ratio(s.source_change, s.static_pixels);
}
inline std::optional<double> mosaic_flicker(const StillPixels& s) {
  return ratio(s.mosaic_change, s.static_pixels);
}
inline std::optional<double> source_flicker(const WarpedPixels& w) {
  return ratio(w.source_change, w.pixels * kWarpedUnit);
}
inline std::optional<double> mosaic_flicker(const WarpedPixels& w) {
  return ratio(w.mosaic_change, w.pixels * kWarpedUnit);
}

}  // namespace mosaic::metrics
