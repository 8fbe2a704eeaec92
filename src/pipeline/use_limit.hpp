// How often a photo may and must be shown in one frame.
#pragma once

#include <optional>

#include "mosaic/settings.hpp"

namespace mosaic {

/// Uses allowed per photo: `asked`, or the least number that allows 24 times as many uses as
/// there are cells. Throws UsageError when `asked` leaves cells empty, saying how many photos are
/// missing.
int resolve_max_uses(std::optional<int> asked, int cells, int photos);

/// Throws UsageError where --use-all is asked for and cannot be done: more photos than cells (with
/// both numbers), or a placement that looks at one cell at a time.
void check_use_all(const MatchSettings& match, int cells, int photos);

}  // namespace mosaic
