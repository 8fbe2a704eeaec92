// How often a photo may be shown in one frame.
#pragma once

#include <optional>

namespace mosaic {

/// Uses allowed per photo: `asked`, or the least number that allows six times as many uses as
/// there are cells. Throws UsageError when `asked` leaves cells empty, saying how many photos are
/// missing.
int resolve_max_uses(std::optional<int> asked, int cells, int photos);

}  // namespace mosaic
