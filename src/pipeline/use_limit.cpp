#include "pipeline/use_limit.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "mosaic/error.hpp"

namespace mosaic {
namespace {

/// Places per cell that --max-uses auto provides: a pool with little to spare forces tiles that
/// stand out, and neighbours differ anyway.
constexpr std::int64_t kAutoUses = 24;

}  // namespace

int resolve_max_uses(std::optional<int> asked, int cells, int photos) {
  const auto uses_for = [photos](std::int64_t places) {
    return static_cast<int>((places + photos - 1) / photos);
  };
  if (asked && *asked < 1) throw UsageError("--max-uses must be at least 1");
  if (!asked) return std::max(1, uses_for(kAutoUses * cells));
  if (*asked == kUnlimitedUses) return cells;
  const std::int64_t places = static_cast<std::int64_t>(*asked) * photos;
  if (places < cells) {
    const int missing = (cells + *asked - 1) / *asked - photos;
    throw UsageError("--max-uses " + std::to_string(*asked) + " allows " + std::to_string(places) +
                         " tiles, but the picture has " + std::to_string(cells) + " cells",
                     "add " + std::to_string(missing) + " photos, allow at least " +
                         std::to_string(uses_for(cells)) + " uses, or use larger tiles");
  }
  return *asked;
}

void check_use_all(const MatchSettings& match, int cells, int photos) {
  if (!match.use_all) return;
  if (match.placement != Placement::exact) {
    throw UsageError("--use-all needs --placement exact: diffusion decides one cell at a time");
  }
  if (photos <= cells) return;
  throw UsageError("--use-all: " + std::to_string(photos) + " photos cannot all be shown in " +
                       std::to_string(cells) + " cells; " + std::to_string(photos - cells) +
                       " are too many",
                   "ask for at least --cells " + std::to_string(photos) +
                       ", or take photos away (--dedupe and --drop-dull find some)");
}

}  // namespace mosaic
